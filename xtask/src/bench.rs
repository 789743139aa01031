// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Build and run of the benchmarks, as root.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{agent, packages, privileges, process::run as run_command, toolchain, workspace};

/// Sections that need no agent. A release build of the agent takes minutes.
const WITHOUT_AGENT: [&str; 4] = ["kernel", "wire", "scale", "attack"];

/// Debian's `node_exporter`, whose scrapes are measured beside the agent's.
const NODE_EXPORTER: &str = "prometheus-node-exporter";

/// Measures the named sections, or all sections if none is named, beside the programs of a foreign object.
pub fn run(sections: &[String], quick: bool, reference: Option<PathBuf>) -> Result<()> {
    if !privileges::is_root() {
        bail!("the benchmarks make network namespaces and load BPF programs: run them as root");
    }
    if privileges::may_install_packages() {
        packages::provide()?;
        let folder = packages::folder(NODE_EXPORTER);
        if !folder.join("usr").is_dir() {
            packages::unpack(NODE_EXPORTER, &folder)?;
        }
    }
    toolchain::setup()?;
    run_command(workspace::cargo().args(["build", "--profile", "measure", "--package", "bench"]))?;
    let program = workspace::metadata()?.target_directory.join("measure/bench");
    let mut bench = Command::new(program);
    // The benchmarks find unpacked packages by this variable.
    bench.current_dir(workspace::root()).env("CLASSIFIER_TOOLS", workspace::tools());
    if sections.is_empty() || sections.iter().any(|section| !WITHOUT_AGENT.contains(&section.as_str())) {
        bench.arg("--agent").arg(agent::build()?);
    }
    bench.args(sections.iter().flat_map(|section| ["--section", section]));
    if quick {
        bench.arg("--quick");
    }
    if let Some(object) = reference {
        let object = object.canonicalize().with_context(|| format!("cannot read {}", object.display()))?;
        bench.arg("--reference").arg(object);
    }
    run_command(&mut bench)
}
