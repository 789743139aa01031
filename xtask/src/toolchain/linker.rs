//! A `bpf-linker` that works, shown by linking something.

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

/// The release that this workspace installs, and the LLVM that its default features open.
const RELEASE: &str = "0.10.3";
const RELEASE_LLVM: u32 = 22;

/// The least program there is, in LLVM's language: linking it needs the linker and its LLVM, and no compiler.
const PROBE: &str = "target triple = \"bpfel\"\ndefine i32 @probe() section \"xdp\" { ret i32 2 }\n";
const PROBE_LIMIT: Duration = Duration::from_secs(20);

pub struct Linker {
    pub program: PathBuf,
    pub library_path: PathBuf,
    /// None if LLVM is inside the linker.
    pub library: Option<PathBuf>,
}

/// Linkers on this machine, the user's first.
pub fn programs() -> Vec<PathBuf> {
    find("bpf-linker").into_iter().chain([own()]).filter(|program| program.is_file()).collect()
}

/// A linker that is already here and fits `compiler`.
pub fn present(compiler: &Compiler) -> Option<Linker> {
    let libraries = llvm::for_compiler(compiler);
    programs().into_iter().find_map(|program| pair(&program, &libraries))
}

/// Whether installing a linker could help `compiler`.
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

/// The first library with which `program` works; an empty folder is tried last, for a linker that carries its LLVM.
fn pair(program: &Path, libraries: &[Library]) -> Option<Linker> {
    let choices = libraries.iter().map(|library| Some(library.path.clone())).chain([None]);
    choices.into_iter().find_map(|library| {
        let library_path = expose(library.as_deref()).ok()?;
        links(program, &library_path).then(|| Linker { program: program.into(), library_path, library })
    })
}

/// Makes the folder in which the linker finds this library and no other.
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
    // The linker looks beside the folders of PATH too, where an LLVM would hide that the chosen one is not usable.
    command.env("LD_LIBRARY_PATH", library_path).env("PATH", "");
    command.args(["--cpu", "v3", "--btf", "--export", "probe", "-o"]).arg(&output).arg(&input);
    let done = succeeds_within(PROBE_LIMIT, &mut command) && output.is_file();
    // The next probe writes over what is left.
    let _ = fs::remove_file(input);
    let _ = fs::remove_file(output);
    done
}
