// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Report of the installed and the missing tools of the workspace. Changes nothing.

use std::{fs, path::Path};

use crate::{
    packages, privileges,
    toolchain::{self, compiler, linker, llvm},
};

pub fn examine() {
    toolchain();
    kernel();
    tools();
}

fn line(what: &str, found: impl AsRef<str>) {
    println!("{what:<13} {}", found.as_ref());
}

fn toolchain() {
    line(
        "toolchain",
        toolchain::recorded().map_or("none recorded: run `cargo xtask setup`".into(), |record| {
            format!("{} with {}", record.rustc_version, record.linker.display())
        }),
    );
    for (rustc, examined) in compiler::examine_all() {
        match examined {
            Ok(compiler) => {
                line("compiler", format!("{}: {}, with source", rustc.display(), compiler.version));
                for library in llvm::for_compiler(&compiler) {
                    line("  LLVM", format!("{} in {}", library.major, library.path.display()));
                }
            }
            Err(why) => line("compiler", format!("{}: not usable: {why}", rustc.display())),
        }
    }
    let linkers = linker::programs();
    for linker in &linkers {
        line("linker", linker.display().to_string());
    }
    if linkers.is_empty() {
        line("linker", "none: `cargo xtask setup` installs one");
    }
}

fn kernel() {
    let text = |path: &str| fs::read_to_string(path).map_or("unknown".into(), |text| text.trim().to_owned());
    let present = |path: &str| if Path::new(path).exists() { "yes" } else { "no" };
    line("kernel", text("/proc/sys/kernel/osrelease"));
    line("BTF", present("/sys/kernel/btf/vmlinux"));
    let jit = text("/proc/sys/net/core/bpf_jit_enable");
    line("JIT", if jit == "0" { "off".into() } else { format!("on ({jit})") });
    let mounts = text("/proc/mounts");
    let bpffs = mounts.lines().filter_map(|mount| {
        let mut fields = mount.split(' ');
        let folder = fields.nth(1)?;
        (fields.next()? == "bpf").then_some(folder)
    });
    let bpffs: Vec<_> = bpffs.collect();
    line("bpffs", if bpffs.is_empty() { "not mounted".into() } else { bpffs.join(", ") });
    line("privileges", if privileges::is_root() { "root" } else { "not root: kernel tests cannot run" });
}

fn tools() {
    for package in packages::TABLE {
        let state = if package.is_present() { "present" } else { "missing" };
        line(package.name, format!("{state}: {}", package.why));
    }
}
