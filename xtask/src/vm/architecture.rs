// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Architectures of the virtual machines.

use std::{env::consts::ARCH, ffi::OsString};

use anyhow::{Context, Result, bail};

use crate::{
    packages,
    process::find,
    release::{self, Target},
};

/// An architecture: how QEMU emulates it, and how programs get into the machine.
pub struct Architecture {
    /// Name as in `uname -m`.
    pub name: &'static str,
    /// Debian's name.
    pub debian: &'static str,
    emulator: &'static str,
    /// Debian package of the emulator.
    package: &'static str,
    /// Board and processor.
    pub board: &'static [&'static str],
    pub console: &'static str,
    /// Words for the kernel.
    pub words: &'static str,
    pub strip: &'static str,
}

/// The emulated arm64 processor is one without pointer authentication, which takes ten times as long.
const ARCHITECTURES: [Architecture; 2] = [
    Architecture {
        name: "x86_64",
        debian: "amd64",
        emulator: "qemu-system-x86_64",
        package: "qemu-system-x86",
        board: &["-cpu", "max"],
        console: "ttyS0",
        // Beside other work the emulated timer is late, and the kernel's check of it ends in a panic.
        words: "no_timer_check",
        strip: "strip",
    },
    Architecture {
        name: "aarch64",
        debian: "arm64",
        emulator: "qemu-system-aarch64",
        package: "qemu-system-arm",
        board: &["-machine", "virt", "-cpu", "cortex-a72"],
        console: "ttyAMA0",
        words: "",
        strip: "aarch64-linux-gnu-strip",
    },
];

/// Finds an architecture by one of its names.
pub fn find_architecture(name: &str) -> Result<&'static Architecture> {
    let mut all = ARCHITECTURES.iter();
    all.find(|one| [one.name, one.debian].contains(&name))
        .with_context(|| format!("no virtual machine for {name}: known are x86_64 and arm64"))
}

impl Architecture {
    /// Tells whether this machine runs the programs itself.
    pub fn is_this_machine(&self) -> bool {
        self.name == ARCH
    }

    /// Returns the target for which the programs are cross-compiled. `None`: they are this machine's own.
    pub fn target(&self) -> Result<Option<&'static Target>> {
        if self.is_this_machine() {
            return Ok(None);
        }
        let targets = release::select(&[self.name.into()])?;
        Ok(targets.first().copied())
    }

    /// Installs the emulator and the cross compiler where this user may install packages.
    pub fn provide(&self) -> Result<()> {
        if self.is_this_machine() {
            return Ok(());
        }
        packages::provide_programs(&[(self.emulator, self.package), (self.strip, "gcc-aarch64-linux-gnu")])
    }

    /// Finds the emulator: the installed one, else the unpacked one with its data folders.
    pub fn find_emulator(&self) -> Result<Emulator> {
        if let Some(program) = find(self.emulator) {
            return Ok(Emulator { program: program.into(), arguments: vec![], modules: None });
        }
        let part = |package, path| packages::folder(package).join(path);
        let program = part(self.package, "usr/bin").join(self.emulator);
        if !program.is_file() {
            bail!(
                "no {}: install {}, or run `cargo xtask test` as root on Debian",
                self.emulator,
                self.package
            );
        }
        let firmware = [part("qemu-system-data", "usr/share/qemu"), part("seabios", "usr/share/seabios")];
        let arguments = firmware.into_iter().flat_map(|folder| ["-L".into(), folder.into()]).collect();
        let modules = part("qemu-system-common", "usr/lib/x86_64-linux-gnu/qemu").into();
        Ok(Emulator { program: program.into(), arguments, modules: Some(modules) })
    }
}

/// The QEMU command.
pub struct Emulator {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    pub modules: Option<OsString>,
}
