// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Changes that the tests make on this machine: announced before they begin, and confirmed once in a
//! terminal.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context, Result, bail};

use crate::{ci, packages, privileges, workspace};

/// Command that runs the tests without any change to the machine.
const ROOTLESS: &str = "cargo xtask test lint host agent";

/// Prints the packages that the kernel tiers install and leave behind. Asks for consent in a terminal outside
/// CI.
pub fn ask(yes: bool) -> Result<()> {
    let names = if privileges::may_install_packages() { packages::to_install() } else { vec![] };
    println!("{}", announcement(&names));
    if yes || names.is_empty() || ci::is_here() || !io::stdin().is_terminal() {
        return Ok(());
    }
    print!("Install them? [y/N] ");
    io::stdout().flush().context("cannot ask")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        bail!("nothing was installed; `{ROOTLESS}` needs neither packages nor root");
    }
    Ok(())
}

fn announcement(names: &[&str]) -> String {
    let packages = if names.is_empty() {
        "No package of Debian is installed on this machine.".to_owned()
    } else {
        format!(
            "{} packages of Debian are installed on this machine, and stay: {}. No service is started.",
            names.len(),
            names.join(" ")
        )
    };
    format!(
        "{packages}\n\
         Servers, kernels and the root of a Debian are unpacked below {} (0.6 GB), builds are in {} (8 GB): \
         remove the folders and nothing else is left.\n\
         Without root and without packages: `{ROOTLESS}`.",
        workspace::tools().display(),
        workspace::root().join("target").display()
    )
}

#[cfg(test)]
mod tests {
    use super::announcement;

    #[test]
    fn what_is_installed_is_named_and_so_is_the_way_without() {
        let said = announcement(&["lftp", "wget"]);
        assert!(
            said.starts_with("2 packages of Debian are installed on this machine, and stay: lftp wget."),
            "{said}"
        );
        assert!(said.ends_with("`cargo xtask test lint host agent`."), "{said}");
        assert!(announcement(&[]).starts_with("No package"), "{}", announcement(&[]));
    }
}
