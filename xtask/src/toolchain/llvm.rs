// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! LLVM libraries that a `bpf-linker` can open.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::Command,
};

use super::compiler::Compiler;
use crate::process::{find, read};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    pub path: PathBuf,
    pub major: u32,
}

/// Tells whether an LLVM of this version reads the compiler's output. An older LLVM cannot read a newer
/// one's.
pub fn fits(library: u32, compiler: u32) -> bool {
    library >= compiler
}

/// Lists the libraries that fit `compiler`: its own first, then the nearest version.
pub fn for_compiler(compiler: &Compiler) -> Vec<Library> {
    let mut found: Vec<_> = folders(&compiler.sysroot).iter().flat_map(|folder| libraries(folder)).collect();
    found.retain(|library| fits(library.major, compiler.llvm));
    // The sort is stable: among equal versions the order of the folders stays.
    found.sort_by_key(|library| library.major);
    let mut seen = vec![];
    found.retain(|library| {
        let new = !seen.contains(&library.path);
        seen.push(library.path.clone());
        new
    });
    found
}

fn folders(sysroot: &Path) -> Vec<PathBuf> {
    let mut folders = vec![sysroot.join("lib")];
    folders.extend(children(Path::new("/usr/lib")).into_iter().flat_map(|child| [child.join("lib"), child]));
    folders.extend(["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from));
    if let Some(home) =
        find("rustup").and_then(|rustup| read(Command::new(rustup).args(["show", "home"])).ok())
    {
        folders.extend(
            children(&Path::new(home.trim()).join("toolchains")).into_iter().map(|child| child.join("lib")),
        );
    }
    folders
}

fn libraries(folder: &Path) -> Vec<Library> {
    let library = |path: PathBuf| {
        let major = major(path.file_name()?.to_str()?)?;
        let path = path.canonicalize().ok()?;
        is_elf(&path).then_some(Library { path, major })
    };
    children(folder).into_iter().filter_map(library).collect()
}

/// Lists the entries of a folder in a stable order. An unreadable folder has none.
fn children(folder: &Path) -> Vec<PathBuf> {
    let mut children: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    children.sort();
    children
}

/// Tells whether a file is an ELF object. rustup ships a linker script of a similar name beside the library.
fn is_elf(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

/// Parses the major version: 22 of `libLLVM.so.22.1`, `libLLVM-22.so` and
/// `libLLVM.so.22.1-rust-1.95.0-stable`.
fn major(name: &str) -> Option<u32> {
    let rest = name.strip_prefix("libLLVM")?;
    let version = rest.strip_prefix(".so.").or_else(|| rest.strip_prefix('-'))?;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_library_says_its_version() {
        for (name, version) in [
            ("libLLVM.so.22.1", Some(22)),
            ("libLLVM-22.so", Some(22)),
            ("libLLVM-14.so.1", Some(14)),
            ("libLLVM.so.22.1-rust-1.95.0-stable", Some(22)),
            ("libLLVM-22-rust-1.97.0-nightly.so", Some(22)),
            ("libLLVM.so", None),
            ("libLLVMSupport.a", None),
            ("libclang-22.so", None),
        ] {
            assert_eq!(major(name), version, "{name}");
        }
    }

    #[test]
    fn a_library_must_not_be_older_than_the_compiler() {
        assert!(fits(22, 22));
        assert!(fits(23, 22));
        assert!(!fits(21, 22));
    }
}
