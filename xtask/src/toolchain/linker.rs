// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Search for a working `bpf-linker`, tested by linking a small program.

use std::{
    fs, os,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{
    compiler::Compiler,
    llvm::{self, Library},
};
use crate::{
    process::{find, run, succeeds_within},
    workspace,
};

/// Release of `bpf-linker` that this workspace installs, and the LLVM of its default features.
const RELEASE: &str = "0.10.3";
const RELEASE_LLVM: u32 = 22;

/// Smallest program in LLVM IR. Linking it needs the linker and its LLVM, and no compiler.
const PROBE: &str = "target triple = \"bpfel\"\ndefine i32 @probe() section \"xdp\" { ret i32 2 }\n";
const PROBE_LIMIT: Duration = Duration::from_secs(20);

pub struct Linker {
    pub program: PathBuf,
    pub library_path: PathBuf,
    /// Path of the LLVM library. `None`: LLVM is linked into the linker.
    pub library: Option<PathBuf>,
}

/// Lists the linkers of this machine, the user's first.
pub fn programs() -> Vec<PathBuf> {
    find("bpf-linker").into_iter().chain([own()]).filter(|program| program.is_file()).collect()
}

/// Finds an installed linker that fits `compiler`.
pub fn present(compiler: &Compiler) -> Option<Linker> {
    let libraries = llvm::for_compiler(compiler);
    programs().into_iter().find_map(|program| pair(&program, &libraries))
}

/// Tells whether the installable linker fits `compiler`.
pub fn installable(compiler: &Compiler) -> bool {
    compiler.llvm <= RELEASE_LLVM
        && llvm::for_compiler(compiler).iter().any(|library| library.major == RELEASE_LLVM)
}

pub fn install(compiler: &Compiler) -> Result<Linker> {
    println!("installing bpf-linker {RELEASE} into .tools (about a minute)");
    let mut cargo = workspace::cargo();
    run(cargo
        .args(["install", "bpf-linker", "--version", RELEASE, "--locked", "--quiet", "--force", "--root"])
        .arg(workspace::tools()))?;
    match pair(&own(), &llvm::for_compiler(compiler)) {
        Some(linker) => Ok(linker),
        None => bail!("{} was installed but links nothing with any LLVM found", own().display()),
    }
}

fn own() -> PathBuf {
    workspace::tools().join("bin/bpf-linker")
}

/// Finds the first library that works with `program`. An empty folder is tried last, for a linker with its
/// own LLVM.
fn pair(program: &Path, libraries: &[Library]) -> Option<Linker> {
    let choices = libraries.iter().map(|library| Some(library.path.clone())).chain([None]);
    choices.into_iter().find_map(|library| {
        let library_path = expose(library.as_deref()).ok()?;
        links(program, &library_path).then(|| Linker { program: program.into(), library_path, library })
    })
}

/// Creates a folder with a link to this library alone, for the linker's search path.
fn expose(library: Option<&Path>) -> Result<PathBuf> {
    let folder = workspace::tools().join("llvm");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let link = folder.join("libLLVM.so");
    if link.is_symlink() {
        fs::remove_file(&link).with_context(|| format!("cannot replace {}", link.display()))?;
    }
    if let Some(library) = library {
        os::unix::fs::symlink(library, &link).with_context(|| format!("cannot make {}", link.display()))?;
    }
    Ok(folder)
}

fn links(program: &Path, library_path: &Path) -> bool {
    let (input, output) = (library_path.with_file_name("probe.ll"), library_path.with_file_name("probe.o"));
    if fs::write(&input, PROBE).is_err() {
        return false;
    }
    let mut command = Command::new(program);
    // The linker also searches beside the folders of PATH. An LLVM there would hide that the chosen library
    // does not work.
    command.env("LD_LIBRARY_PATH", library_path).env("PATH", "");
    command.args(["--cpu", "v3", "--btf", "--export", "probe", "-o"]).arg(&output).arg(&input);
    let done = succeeds_within(PROBE_LIMIT, &mut command) && output.is_file();
    // The next probe overwrites a remaining file.
    let _ = fs::remove_file(input);
    let _ = fs::remove_file(output);
    done
}
