// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs stay within their budgets.
#![expect(clippy::unwrap_used, reason = "clippy takes only functions that are marked for tests")]

#[path = "support/budget.rs"]
mod budget;

use budget::{BUDGETS, Size};
use classifier::{
    config::{EvidenceSettings, FtpSettings},
    datapath::Datapath,
};

/// Returns the sizes with all parts of the programs: those without UDP flows are smaller.
fn sizes() -> Vec<(&'static str, Size)> {
    let evidence = EvidenceSettings { udp: true, ..EvidenceSettings::default() };
    let (mut datapath, _tracking) =
        Datapath::load_into(None, false, &FtpSettings::default(), &evidence).unwrap();
    let size = |(name, _)| {
        let info = datapath.program(name).unwrap().info().unwrap();
        let translated = info.size_translated().unwrap() / 8;
        let verified = info.verified_instruction_count().unwrap();
        (name, Size { translated, jitted: info.size_jitted(), verified })
    };
    BUDGETS.map(size).into()
}

#[test]
fn no_program_outgrows_its_budget() {
    let mut outgrown = Vec::new();
    for ((name, size), (_, budget)) in sizes().into_iter().zip(BUDGETS) {
        println!("{name}: {size:?}");
        let mut measures = vec![
            ("translated", size.translated, budget.translated),
            ("verified", size.verified, budget.verified_here()),
        ];
        if cfg!(target_arch = "x86_64") {
            measures.push(("jitted", size.jitted, budget.jitted));
        }
        measures.retain(|(_, size, budget)| size > budget);
        outgrown.extend(
            measures.iter().map(|(measure, size, budget)| {
                format!("{name}: {measure} {size} in place of at most {budget}")
            }),
        );
    }
    assert!(outgrown.is_empty(), "{}\nsee tests/support/budget.rs", outgrown.join("\n"));
}

/// A budget far above its program limits nothing.
#[test]
fn no_budget_is_far_above_its_program() {
    for ((name, size), (_, budget)) in sizes().into_iter().zip(BUDGETS) {
        assert!(budget.translated < size.translated * 3 / 2, "{name}: lower its budget: {size:?}");
    }
}
