// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The recorded tools that build the kernel object, and the command that calls them.
//!
//! The build scripts of `classifier` and `bench` include this file. The keys of the record and the flags of
//! the nested build are therefore written once.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
    str::FromStr,
};

/// Path of the record in the workspace.
pub const FILE: &str = ".tools/bpf-toolchain";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub cargo: PathBuf,
    pub rustc: PathBuf,
    /// First line of `rustc -vV` and its LLVM version: another compiler at the same path is detected.
    pub rustc_version: String,
    pub linker: PathBuf,
    /// Folder with a link to the LLVM library alone. The linker opens the first LLVM library that it finds.
    pub library_path: PathBuf,
}

/// Machine that will load the kernel object.
pub struct Machine<'a> {
    pub arch: &'a str,
    pub big_endian: bool,
}

impl Machine<'_> {
    pub fn target(&self) -> &'static str {
        if self.big_endian { "bpfeb-unknown-none" } else { "bpfel-unknown-none" }
    }
}

impl Record {
    /// Returns `cargo <verb>` for a kernel crate with the recorded tools, without the environment of the
    /// surrounding cargo.
    pub fn cargo(&self, verb: &str, package: &str, machine: &Machine<'_>, target_dir: &Path) -> Command {
        let target = machine.target();
        let arch = format!("--cfg=bpf_target_arch=\"{}\"", machine.arch);
        // CPU v3 has 32-bit arithmetic and jumps. The linker's default has neither.
        let flags = [arch.as_str(), "-Cdebuginfo=2", "-Ctarget-cpu=v3", "-Clink-arg=--btf"];
        let flags: Vec<_> = flags.into_iter().map(str::to_owned).chain(self.remaps()).collect();
        let linker = format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase());

        let mut command = Command::new(&self.cargo);
        for inherited in
            ["RUSTC_WORKSPACE_WRAPPER", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "CARGO_BUILD_TARGET"]
        {
            command.env_remove(inherited);
        }
        command
            .env("RUSTC", &self.rustc)
            // `-Z build-std` needs a nightly or this variable, which makes any release work.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
            .env("LD_LIBRARY_PATH", &self.library_path)
            .env(linker, &self.linker)
            .args([verb, "--locked", "--package", package, "--bins", "--release"])
            .args(["--target", target, "-Zbuild-std=core", "--target-dir"])
            .arg(target_dir);
        command
    }

    /// Flags that replace the paths of this machine: the object has lines of source code for the verifier's log, and
    /// is the same wherever it is built.
    fn remaps(&self) -> impl Iterator<Item = String> {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned);
        let compiler = self.rustc.ancestors().nth(2).map(Path::to_owned);
        let paths = [(root, "/classifier"), (home, "/cargo"), (compiler, "/rust")];
        paths
            .into_iter()
            .filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.display())))
    }
}

impl fmt::Display for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "CARGO={}", self.cargo.display())?;
        writeln!(out, "RUSTC={}", self.rustc.display())?;
        writeln!(out, "RUSTC_VERSION={}", self.rustc_version)?;
        writeln!(out, "LINKER={}", self.linker.display())?;
        writeln!(out, "LD_LIBRARY_PATH={}", self.library_path.display())
    }
}

impl FromStr for Record {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
                .ok_or_else(|| format!("{FILE} has no {key}"))
        };
        Ok(Self {
            cargo: value("CARGO")?.into(),
            rustc: value("RUSTC")?.into(),
            rustc_version: value("RUSTC_VERSION")?.into(),
            linker: value("LINKER")?.into(),
            library_path: value("LD_LIBRARY_PATH")?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            cargo: "/opt/a b/cargo".into(),
            rustc: "/usr/bin/rustc".into(),
            rustc_version: "rustc 1.96.0 (x=y), LLVM 22.1.8".into(),
            linker: "/w/.tools/bin/bpf-linker".into(),
            library_path: "/w/.tools/llvm".into(),
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        assert_eq!(record().to_string().parse(), Ok(record()));
    }

    #[test]
    fn a_missing_key_is_named() {
        let text = record().to_string().replace("LINKER=", "LINKER_GONE=");
        assert_eq!(text.parse::<Record>(), Err(format!("{FILE} has no LINKER")));
    }

    #[test]
    fn the_machine_decides_the_target() {
        let machine = Machine { arch: "s390x", big_endian: true };
        let command = record().cargo("build", "classifier-ebpf", &machine, Path::new("/t"));
        let name = "CARGO_TARGET_BPFEB_UNKNOWN_NONE_LINKER";
        assert!(
            command.get_envs().any(|(key, value)| key == name && value == Some(record().linker.as_os_str()))
        );
        assert!(command.get_args().any(|argument| argument == "bpfeb-unknown-none"));
    }
}
