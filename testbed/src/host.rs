// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hosts: network namespaces, and the commands that run in them.

use std::{
    fs::{self, File},
    os::{
        fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd},
        unix::process::CommandExt as _,
    },
    panic::resume_unwind,
    process::{self, Command},
    sync::Arc,
    thread,
};

use rustix::{
    net::{AddressFamily, SocketType, netdevice::name_to_index, socket},
    thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe},
};

use crate::{Running, netlink};

/// A host; clones refer to the same host.
#[derive(Clone, Debug)]
pub struct Host {
    name: String,
    namespace: Arc<OwnedFd>,
}

/// Packet and byte counts of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of /proc/net/dev")]
pub struct Traffic {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub rx_dropped: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
    pub tx_dropped: u64,
}

impl Host {
    pub(crate) fn new(name: &str) -> Self {
        let made = thread::spawn(|| {
            // SAFETY: only the network namespace of this thread changes, not its file descriptors.
            unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.expect("root may make a namespace");
            OwnedFd::from(File::open("/proc/thread-self/ns/net").expect("a thread has a namespace"))
        });
        let namespace = made.join().unwrap_or_else(|panic| resume_unwind(panic));
        let host = Self { name: name.to_owned(), namespace: Arc::new(namespace) };
        // Without duplicate address detection, addresses are usable at once.
        host.sysctl("net/ipv6/conf/all/accept_dad", "0");
        host.sysctl("net/ipv6/conf/default/accept_dad", "0");
        host.enter(|| netlink::set_up(1));
        host
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn namespace(&self) -> BorrowedFd<'_> {
        self.namespace.as_fd()
    }

    /// Returns the path of the namespace for other processes, as `ip link set netns` takes it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", process::id(), self.namespace.as_raw_fd())
    }

    /// Runs `action` on a thread that is on this host.
    pub fn enter<T: Send>(&self, action: impl FnOnce() -> T + Send) -> T {
        let entered = thread::scope(|scope| {
            let inside = scope.spawn(|| {
                enter(self.namespace());
                action()
            });
            inside.join()
        });
        entered.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Returns a command that will run on this host. An agent pins nothing there unless its arguments say so:
    /// the machine's own pins must not take part in a test.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let namespace = Arc::clone(&self.namespace);
        let mut command = Command::new(program);
        command.env("CLASSIFIER_PIN_DIR", "none").env_remove("RUST_LOG");
        // SAFETY: between fork and exec the closure makes one system call, and allocates nothing.
        unsafe {
            command.pre_exec(move || {
                let kind = Some(LinkNameSpaceType::Network);
                Ok(move_into_link_name_space(namespace.as_fd(), kind)?)
            })
        };
        command
    }

    /// Runs a command to its end, which must succeed, and returns its output.
    #[expect(clippy::must_use_candidate, reason = "most commands say nothing")]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        crate::run(self.command(program).args(arguments))
    }

    /// Starts a server, or any other command that runs until it is stopped.
    #[must_use]
    pub fn spawn(&self, program: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(program);
        command.args(arguments);
        Running::start(command)
    }

    /// Writes a sysctl of this host, such as `net/ipv4/ip_forward`.
    pub fn sysctl(&self, name: &str, value: &str) {
        let path = format!("/proc/sys/{name}");
        self.enter(|| fs::write(&path, value).unwrap_or_else(|error| panic!("{path}: {error}")));
    }

    /// Returns the index of an interface.
    #[must_use]
    pub fn index(&self, interface: &str) -> u32 {
        self.enter(|| {
            let any = socket(AddressFamily::INET, SocketType::DGRAM, None).expect("a socket");
            name_to_index(any, interface).unwrap_or_else(|error| panic!("{interface}: {error}"))
        })
    }

    /// Sets the largest GSO and GRO packet of an interface in bytes, for both IP versions.
    pub fn set_gso_max_size(&self, interface: &str, bytes: u32) {
        let index = self.index(interface);
        self.enter(|| netlink::set_gso_max_size(index, bytes));
    }

    /// Returns the packet and byte counts of an interface.
    #[must_use]
    pub fn traffic(&self, interface: &str) -> Traffic {
        let table = self.enter(|| fs::read_to_string("/proc/thread-self/net/dev")).expect("a table");
        let mut rows = table.lines().filter_map(|line| line.trim().split_once(':'));
        let (_, row) = rows.find(|(name, _)| *name == interface).expect("the interface is there");
        let counts: Vec<u64> = row.split_whitespace().map(|count| count.parse().expect("a number")).collect();
        let [rx_bytes, rx_packets, _, rx_dropped, .., tx_bytes, tx_packets, _, tx_dropped, _, _, _, _] =
            counts[..]
        else {
            panic!("{row}")
        };
        Traffic { rx_bytes, rx_packets, rx_dropped, tx_bytes, tx_packets, tx_dropped }
    }
}

fn enter(namespace: BorrowedFd<'_>) {
    move_into_link_name_space(namespace, Some(LinkNameSpaceType::Network)).expect("root may enter");
}
