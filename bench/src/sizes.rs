// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sizes of the programs, which do not depend on the machine.

use anyhow::{Context as _, Result};
use aya::programs::Program;

use crate::section::{Goal, Row, Table};

#[path = "../../classifier/tests/support/budget.rs"]
mod budget;

/// Returns a table without rows.
pub fn table() -> Table {
    let columns = ["program", "instructions", "bytes of machine code", "instructions verified"];
    Table { title: "Sizes of the programs".into(), columns: columns.map(str::to_owned).into(), rows: vec![] }
}

/// Returns the row of a loaded program. `classifier/tests/kernel_budget.rs` keeps these sizes within its
/// budget.
pub fn row(name: &str, program: &Program) -> Result<Row> {
    let info = program.info().with_context(|| format!("the kernel does not describe {name}"))?;
    let numbers = (info.size_translated(), info.verified_instruction_count());
    let (Some(translated), Some(verified)) = numbers else {
        anyhow::bail!("the kernel does not say the size of {name}: Linux 5.16 does")
    };
    let (translated, jitted) = (translated / 8, info.size_jitted());
    let (_, budget) = budget::BUDGETS.into_iter().find(|(of, _)| *of == name).context("no budget")?;
    let within = |what, number: u32, budget: u32| Goal::at_most(what, number.into(), budget.into(), "");
    Ok(Row::new(name, [translated, jitted, verified].map(|number| number.to_string()))
        .with(within("instructions", translated, budget.translated))
        .with(within("bytes", jitted, budget.jitted))
        .with(within("verified", verified, budget.verified_here())))
}
