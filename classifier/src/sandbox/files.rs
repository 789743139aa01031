//! Landlock: which files can be reached, and that no network can.

use std::{
    env,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// The latest version of which every right was looked at (Linux 6.12).
const VERSION: ABI = ABI::V6;

/// What the agent reads of the system while it runs: about itself, which kernel it is, what types it has, how many CPUs
/// there can be, and what is behind an interface.
const SYSTEM: [&str; 5] =
    ["/proc/self", "/proc/version_signature", "/sys/kernel/btf", "/sys/devices", "/sys/class/net"];

/// Files that are still to be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Files that are read again. What takes their place in their folder is too.
    pub readable: Vec<PathBuf>,
    /// Folders in which files come and go.
    pub writable: Vec<PathBuf>,
}

impl Reach {
    /// The folders of the readable files, and of what they are links to. One right below the root stands for itself:
    /// its folder is everything.
    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        let targets = self.readable.iter().filter_map(|file| file.canonicalize().ok());
        self.readable.iter().cloned().chain(targets).map(|file| match file.parent() {
            Some(folder) if folder == Path::new("") => PathBuf::from("."),
            Some(folder) if folder != Path::new("/") => folder.to_owned(),
            Some(_) | None => file,
        })
    }
}

/// How much of what was asked for the kernel does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held {
    Wholly,
    /// What it is too old for.
    Partly(String),
}

/// Leaves these files to this thread, and those that it will start.
///
/// # Errors
///
/// Why nothing is restricted.
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

/// Nobody outside is signalled, and abstract sockets are out of reach, unless the service manager listens on one
/// (`sd_notify(3)`).
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
