//! Build and run of the benchmarks, as root.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{agent, packages, privileges, process::run as run_command, toolchain, workspace};

/// Sections that need no agent. A release build of the agent takes minutes.
const WITHOUT_AGENT: [&str; 3] = ["kernel", "wire", "scale"];

/// Measures the named sections, or all sections if none is named.
pub fn run(sections: &[String], quick: bool) -> Result<()> {
    if !privileges::is_root() {
        bail!("the benchmarks make network namespaces and load BPF programs: run them as root");
    }
    if privileges::may_install_packages() {
        packages::provide()?;
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
    run_command(&mut bench)
}
