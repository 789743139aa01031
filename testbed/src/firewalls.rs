// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! firewalld and ufw, which check files with a configuration of their own, and change nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    Host,
    servers::{Folder, tools},
};

/// Interpreter for which Debian has their modules.
const PYTHON: &str = "/usr/bin/python3";

/// Packages with their modules.
const PACKAGES: [&str; 3] = ["python3-firewall", "python3-nftables", "ufw"];

/// Settings of ufw that its package asks for.
const UFW: &str = "\
IPV6=yes
DEFAULT_INPUT_POLICY=DROP
DEFAULT_OUTPUT_POLICY=ACCEPT
DEFAULT_FORWARD_POLICY=DROP
DEFAULT_APPLICATION_POLICY=SKIP
MANAGE_BUILTINS=no
IPT_MODULES=
";

/// Returns a path in an unpacked package.
fn unpacked(package: &str, path: &str) -> PathBuf {
    let file = tools().join("servers").join(package).join(path);
    assert!(file.exists(), "no {path} of package {package}: run `cargo xtask test` once");
    file
}

/// Returns a command that runs one of their programs.
fn python(host: &Host, package: &str, program: &str) -> Command {
    let modules = PACKAGES.map(|package| unpacked(package, "usr/lib/python3/dist-packages"));
    let mut command = host.command(PYTHON);
    command.arg(unpacked(package, program));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PYTHONPATH", std::env::join_paths(modules).expect("no path has a colon"));
    command
}

/// Returns the output, or the complaint.
fn answer(output: &Output) -> Result<String, String> {
    let [said, complaint] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if output.status.success() { Ok(said) } else { Err(format!("{said}{complaint}")) }
}

/// Copies the files of a folder.
fn copy(from: &Path, folder: &Folder, to: &str) {
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        if entry.path().is_file() {
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            fs::copy(entry.path(), folder.join(&format!("{to}/{name}"))).expect("it is ours");
        }
    }
}

/// firewalld with no configuration but some zones.
pub struct Firewalld<'h> {
    host: &'h Host,
    folder: Folder,
}

impl<'h> Firewalld<'h> {
    /// Creates its configuration with these zones, by name.
    #[must_use]
    pub fn new(host: &'h Host, zones: &[(String, String)]) -> Self {
        let folder = Folder::new("firewalld");
        fs::create_dir(folder.join("zones")).expect("it is ours");
        folder.write("firewalld.conf", "DefaultZone=public\n");
        for (name, zone) in zones {
            folder.write(&format!("zones/{name}.xml"), zone);
        }
        Self { host, folder }
    }

    /// Checks the configuration.
    ///
    /// # Errors
    ///
    /// The complaint about a zone.
    pub fn check(&self) -> Result<String, String> {
        self.run(&["--check-config"])
    }

    /// Lists what a zone has.
    ///
    /// # Errors
    ///
    /// The complaint of the program.
    pub fn list(&self, zone: &str) -> Result<String, String> {
        self.run(&[&format!("--zone={zone}"), "--list-all"])
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = python(self.host, "firewalld", "usr/bin/firewall-offline-cmd");
        command.arg("--system-config").arg(self.folder.path());
        command.arg("--default-config").arg(unpacked("firewalld", "usr/lib/firewalld"));
        answer(&command.args(arguments).output().expect("python starts"))
    }
}

/// ufw that only says what it would do.
pub struct Ufw<'h> {
    host: &'h Host,
    folder: Folder,
}

impl<'h> Ufw<'h> {
    /// Creates its configuration with a file of profiles alone.
    #[must_use]
    pub fn new(host: &'h Host, profiles: &str) -> Self {
        let folder = Folder::new("ufw");
        for path in ["etc/default", "etc/ufw/applications.d", "usr/share/ufw", "lib/ufw"] {
            fs::create_dir_all(folder.join(path)).expect("it is ours");
        }
        folder.write("etc/default/ufw", UFW);
        folder.write("etc/ufw/applications.d/classifier", profiles);
        for (from, to) in
            [("usr/share/ufw", "usr/share/ufw"), ("usr/share/ufw", "etc/ufw"), ("lib/ufw", "lib/ufw")]
        {
            copy(&unpacked("ufw", from), &folder, to);
        }
        Self { host, folder }
    }

    /// Runs the command line of ufw without its name, and changes nothing.
    ///
    /// # Errors
    ///
    /// The complaint, a skipped profile included.
    pub fn dry_run(&self, line: &str) -> Result<String, String> {
        let mut command = python(self.host, "ufw", "usr/sbin/ufw");
        let folder = self.folder.path().display();
        command.arg(format!("--rootdir={folder}")).arg(format!("--datadir={folder}")).arg("--dry-run");
        let output = command.args(line.split(' ')).output().expect("python starts");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        // The folder for temporary files may be everybody's.
        let skipped =
            complaint.lines().find(|line| line.contains("WARN") && !line.contains("is world writable"));
        skipped.map_or_else(|| answer(&output), |line| Err(line.to_owned()))
    }
}
