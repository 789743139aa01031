//! Builds the kernel object for the agent to embed.
//!
//! `aya-build` is not used: it takes a rustup toolchain by name and allows neither a compiler by path nor a CPU version
//! for the BPF target.

#[path = "../xtask/src/toolchain/record.rs"]
mod record;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, exit},
};

use record::{Machine, Record};

const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "classifier-common/Cargo.toml",
    "classifier-common/src",
    "classifier-ebpf",
    "xtask/src/toolchain/record.rs",
    record::FILE,
];

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
    }
}

fn build() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("..");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rustc-env=CLASSIFIER_REVISION={}", revision(&root).as_deref().unwrap_or("unknown"));

    let text = fs::read_to_string(root.join(record::FILE))
        .map_err(|_| "no BPF toolchain recorded: run `cargo xtask setup` once")?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    let object = out.join("classifier.bpf.o");
    let built = compile(&text.parse()?, &root, &out)?;
    fs::copy(&built, &object).map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    println!("cargo::rustc-env=CLASSIFIER_OBJECT={}", object.display());
    Ok(())
}

fn compile(record: &Record, root: &Path, out: &Path) -> Result<PathBuf, String> {
    let arch = variable("CARGO_CFG_TARGET_ARCH")?;
    let machine = Machine { arch: &arch, big_endian: variable("CARGO_CFG_TARGET_ENDIAN")? == "big" };
    // OUT_DIR is <target>/<profile>/build/<package>/out. One folder for all profiles: the kernel object is always
    // built for release, and `core` needs to be built once.
    let target_dir = out.ancestors().nth(4).unwrap_or(out).join("kernel");
    let mut cargo = record.cargo("build", &machine, &target_dir);
    let status =
        cargo.current_dir(root).status().map_err(|error| format!("cannot start {cargo:?}: {error}"))?;
    if !status.success() {
        println!("cargo::error=the kernel object does not build; the compiler's words are below");
        // Only a script that fails has its stderr shown, where those words are.
        exit(1);
    }
    Ok(target_dir.join(machine.target()).join("release/classifier-ebpf"))
}

/// The commit that is checked out, if this is a git work tree.
fn revision(root: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", "packed-refs", &branch] {
        // A path that does not exist would count as changed every time.
        if let Some(path) =
            git(&["rev-parse", "--git-path", name]).map(|path| root.join(path)).filter(|path| path.is_file())
        {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
