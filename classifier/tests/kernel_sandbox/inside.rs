// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Forbidden and permitted actions of a process that has entered the sandbox like the agent.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    thread,
};

use classifier::{
    config::{KeptCapabilities, Privileges, SandboxMode},
    sandbox::{Reach, User, enter},
};
use rustix::net::{AddressFamily, SocketType, socket};
use testbed::servers::Folder;

use crate::{
    fork::forked,
    trials::{self, Scene},
};

fn privileges(user: Option<&str>, capabilities: KeptCapabilities) -> Privileges {
    Privileges { user: user.map(str::to_owned), capabilities, sandbox: SandboxMode::Required }
}

fn enter_or_panic(privileges: &Privileges, readable: Vec<PathBuf>) {
    let user = privileges.user.as_deref().map(|name| User::named(name).unwrap());
    enter(privileges, user.as_ref(), &Reach { readable, writable: Vec::new() }).unwrap();
}

/// Lists the refused trials, in a process that has done `before` first.
fn refused(before: impl FnOnce(&Path)) -> Vec<String> {
    let folder = Folder::new("trials");
    folder.write("removed", "x");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = forked(|| {
        before(folder.path());
        let scene = Scene { folder: folder.path(), open: &open, port };
        let refused = trials::ALL.iter().filter(|(_, trial)| is_refusal(trial(&scene)));
        refused.map(|(what, _)| *what).collect::<Vec<_>>().join("\n")
    });
    said.lines().map(str::to_owned).collect()
}

fn is_refusal(result: io::Result<()>) -> bool {
    result.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

#[test]
fn root_may_do_all_of_it_outside() {
    assert_eq!(refused(|_| ()), Vec::<String>::new());
}

#[test]
fn nothing_of_it_inside() {
    let all = trials::ALL.map(|(what, _)| what);
    for (user, capabilities) in [
        (None, KeptCapabilities::Needed),
        (Some("nobody"), KeptCapabilities::Needed),
        (Some("nobody"), KeptCapabilities::None),
    ] {
        let privileges = privileges(user, capabilities);
        let inside = refused(|folder| enter_or_panic(&privileges, vec![folder.join("web.yml")]));
        assert_eq!(inside, all, "{privileges:?}");
    }
}

/// The actions of an agent long after its start.
#[test]
fn what_is_promised_is_allowed() {
    let folder = Folder::new("allowed");
    let file = PathBuf::from(folder.write("web.yml", "before"));
    folder.write("next", "after");
    let said = forked(|| {
        let folder = folder.path();
        let (writer, reader) = UnixDatagram::pair().unwrap();
        enter_or_panic(&privileges(Some("nobody"), KeptCapabilities::None), vec![file.clone()]);
        let read = fs::read_to_string(&file).unwrap();
        reader.send(b"replaced").unwrap();
        let mut word = [0; 8];
        writer.recv(&mut word).unwrap();
        let doubled = thread::spawn(|| 2 * 21).join().unwrap();
        let open = fs::metadata("/proc/self/fd").unwrap().len();
        let listed = fs::read_dir("/proc/self/fd").unwrap().count();
        assert!(open == 0 || open.abs_diff(listed as u64) <= 1, "{open} {listed}");
        UnixDatagram::unbound().unwrap();
        socket(AddressFamily::NETLINK, SocketType::RAW, None).unwrap();
        format!("{read} {doubled} {}", fs::read_to_string(folder.join("next")).unwrap())
    });
    assert_eq!(said, "before 42 after");
}
