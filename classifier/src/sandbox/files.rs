// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Landlock: permitted files, and no network.

use std::{
    env,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// Latest version whose rights were all considered (Linux 6.12).
const VERSION: ABI = ABI::V6;

/// System files that a running agent reads: about itself, the kernel and its types, the CPUs, and the devices
/// of interfaces.
const SYSTEM: [&str; 5] =
    ["/proc/self", "/proc/version_signature", "/sys/kernel/btf", "/sys/devices", "/sys/class/net"];

/// Files that stay accessible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Files that are read again, or replaced in their directory.
    pub readable: Vec<PathBuf>,
    /// Directories in which files are created and removed.
    pub writable: Vec<PathBuf>,
}

impl Reach {
    /// Lists the directories of the readable files, and of the targets of links. A file right below the root
    /// has no directory but the root: the file itself is listed.
    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        let targets = self.readable.iter().filter_map(|file| file.canonicalize().ok());
        self.readable.iter().cloned().chain(targets).map(|file| match file.parent() {
            Some(folder) if folder == Path::new("") => PathBuf::from("."),
            Some(folder) if folder != Path::new("/") => folder.to_owned(),
            Some(_) | None => file,
        })
    }
}

/// Degree of the restriction.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held {
    Wholly,
    /// Restricted except for these features, which the kernel lacks.
    Partly(String),
}

/// Restricts this thread, and threads that it starts, to these files.
///
/// # Errors
///
/// The reason why nothing is restricted.
pub(super) fn restrict(reach: &Reach) -> Result<Held, String> {
    let status = restricted(reach).map_err(|error| error.to_string())?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::FullyEnforced, _) => Ok(Held::Wholly),
        (RulesetStatus::PartiallyEnforced, LandlockStatus::Available { effective_abi, .. }) => {
            Ok(Held::Partly(format!("the kernel has {effective_abi:?} of it, this asks for {VERSION:?}")))
        }
        (RulesetStatus::PartiallyEnforced, _) => Ok(Held::Partly(String::new())),
        (RulesetStatus::NotEnforced, _) => Err("the kernel has it not, or not among its lsm=".into()),
    }
}

fn restricted(reach: &Reach) -> Result<landlock::RestrictionStatus, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(AccessNet::from_all(VERSION))?
        .scope(scopes())?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(reach.folders(), read))?
        .add_rules(path_beneath_rules(&reach.writable, AccessFs::from_all(VERSION) & !AccessFs::Execute))?
        .restrict_self()
}

/// Returns the scopes: no signals to other processes, and no abstract sockets unless the service manager
/// listens on one (`sd_notify(3)`).
fn scopes() -> BitFlags<Scope> {
    let abstract_manager =
        env::var_os("NOTIFY_SOCKET").is_some_and(|name| name.as_encoded_bytes().starts_with(b"@"));
    if abstract_manager { Scope::Signal.into() } else { Scope::from_all(VERSION) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_reached_for_each_file_and_what_it_is_a_link_to() {
        let folder = env::temp_dir().join(format!("classifier-reach-{}", std::process::id()));
        let (here, there) = (folder.join("here"), folder.join("there"));
        std::fs::create_dir_all(&here).unwrap();
        std::fs::create_dir_all(&there).unwrap();
        std::fs::write(there.join("file"), "").unwrap();
        std::os::unix::fs::symlink(there.join("file"), here.join("link")).unwrap();
        let reach = |file: PathBuf| {
            let reach = Reach { readable: vec![file], ..Reach::default() };
            reach.folders().collect::<Vec<_>>()
        };
        assert_eq!(reach(here.join("link")), [here, there.canonicalize().unwrap()]);
        assert_eq!(reach("none.toml".into()), [PathBuf::from(".")]);
        assert_eq!(reach("/none.toml".into()), [PathBuf::from("/none.toml")]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
