// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The first process of a virtual machine: prepares it for the tests, runs them, and powers it off.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use rustix::{
    cstr,
    mount::{MountFlags, mount},
    system::{RebootCommand, finit_module, reboot},
};

use super::modules::Module;

/// Path of this program in the machine.
pub const INIT: &str = "/init";
/// Folder of the modules, whose names give the load order.
pub const MODULES: &str = "/modules";
/// Folder of the programs that tests run.
pub const TOOLS: &str = "/bin";
/// Returns the path of a test program.
pub fn place(target: &str) -> String {
    format!("/{target}")
}

/// Returns the place of each module, in the order of their names.
pub fn numbered(modules: Vec<Module>) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    let numbered = modules.into_iter().enumerate();
    numbered.map(|(number, (name, module))| (Path::new(MODULES).join(format!("{number:03}-{name}")), module))
}

/// Returns the words of a boot that runs these tests, each a target and a filter.
pub fn words(boot: &str, tests: &[(&str, &str)]) -> String {
    let tests = tests.iter().map(|(target, filter)| format!("{}={filter}", place(target)));
    // New namespaces must get no fallback tunnel devices. Arguments behind the two dashes are for the first
    // process.
    format!("fb_tunnels=none {boot} rdinit={INIT} -- guest {}", tests.collect::<Vec<_>>().join(" "))
}

/// Folders for mount points and temporary files.
pub const FOLDERS: [&str; 5] = ["/dev", "/proc", "/run", "/sys", "/tmp"];
/// Beginning of the machine's last line. The number of failed test programs follows.
pub const LAST_WORDS: &str = "machine: test programs that failed: ";

/// Runs test programs, each given as `PROGRAM=FILTER`, and powers the machine off.
pub fn run(tests: &[String]) -> Result<()> {
    ensure!(std::process::id() == 1, "this verb is for the first process of a virtual machine");
    let failed = prepare().map(|()| tests.iter().filter(|test| !succeeds(test)).count());
    match failed {
        Ok(failed) => println!("\n{LAST_WORDS}{failed}"),
        Err(error) => println!("machine: {error:#}"),
    }
    reboot(RebootCommand::PowerOff).context("cannot power the machine off")
}

fn prepare() -> Result<()> {
    for (kind, place) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("bpf", "/sys/fs/bpf")]
    {
        mount(kind, place, kind, MountFlags::empty(), None)
            .with_context(|| format!("cannot mount {place}"))?;
    }
    let listed = fs::read_dir(MODULES).with_context(|| format!("cannot read {MODULES}"))?;
    let mut modules = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    modules.sort();
    for path in modules {
        let module = fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        finit_module(module, cstr!(""), 0).with_context(|| format!("cannot load {}", path.display()))?;
    }
    Ok(())
}

fn succeeds(test: &str) -> bool {
    let (program, filter) = test.split_once('=').unwrap_or((test, ""));
    let filter = Some(filter).filter(|filter| !filter.is_empty());
    // Tests that are ignored elsewhere need features of these kernels.
    let mut command = Command::new(program);
    command.args(["--test-threads=1", "--nocapture", "--include-ignored"]).args(filter).env("PATH", TOOLS);
    let status = command.status();
    let succeeds = status.as_ref().is_ok_and(std::process::ExitStatus::success);
    if !succeeds {
        println!("machine: {test}: {status:?}");
    }
    succeeds
}
