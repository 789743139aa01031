//! A host: a network namespace, and what runs in it.

use std::{
    fs::{self, File},
    os::{
        fd::{AsFd as _, BorrowedFd, OwnedFd},
        unix::process::CommandExt as _,
    },
    panic::resume_unwind,
    process::Command,
    sync::Arc,
    thread,
};

use rustix::{
    net::{AddressFamily, SocketType, netdevice::name_to_index, socket},
    thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe},
};

use crate::{Agent, Capture, Running, netlink};

/// A host; copies of it are the same host.
#[derive(Clone, Debug)]
pub struct Host {
    name: String,
    namespace: Arc<OwnedFd>,
}

/// What an interface has counted.
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
        // Addresses serve at once, without a look for duplicates.
        host.sysctl("net/ipv6/conf/all/accept_dad", "0");
        host.sysctl("net/ipv6/conf/default/accept_dad", "0");
        host.enter(|| netlink::set_up(1));
        host
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn namespace(&self) -> BorrowedFd<'_> {
        self.namespace.as_fd()
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

    /// A command that will run on this host. An agent pins nothing there unless its arguments say so: the machine's own
    /// pins are not a test's.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let namespace = Arc::clone(&self.namespace);
        let mut command = Command::new(program);
        command.env("CLASSIFIER_PIN_DIR", "");
        // SAFETY: between fork and exec the closure makes one system call, and allocates nothing.
        unsafe {
            command.pre_exec(move || {
                let kind = Some(LinkNameSpaceType::Network);
                Ok(move_into_link_name_space(namespace.as_fd(), kind)?)
            })
        };
        command
    }

    /// Runs a command to its end, which must be a good one, and gives its output.
    #[expect(clippy::must_use_candidate, reason = "most commands say nothing")]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        crate::run(self.command(program).args(arguments))
    }

    /// Starts a server, or any other command that goes on until it is stopped.
    #[must_use]
    pub fn spawn(&self, program: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(program);
        command.args(arguments);
        Running::start(command)
    }

    /// Starts the agent, given as `env!("CARGO_BIN_EXE_classifier")`, as `classifier run ARGUMENTS`, and
    /// waits until it is ready.
    #[must_use]
    pub fn agent(&self, binary: &str, arguments: &[&str]) -> Agent {
        Agent::start(self, binary, arguments, &[])
    }

    /// The same with environment variables.
    #[must_use]
    pub fn agent_with(&self, binary: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Agent {
        Agent::start(self, binary, arguments, environment)
    }

    /// Captures what crosses an interface from now on, by tcpdump.
    #[must_use]
    pub fn capture(&self, interface: &str, options: &[&str]) -> Capture {
        Capture::start(self, interface, options)
    }

    /// Writes a setting of this host, such as `net/ipv4/ip_forward`.
    pub fn sysctl(&self, name: &str, value: &str) {
        let path = format!("/proc/sys/{name}");
        self.enter(|| fs::write(&path, value).unwrap_or_else(|error| panic!("{path}: {error}")));
    }

    /// Index of an interface.
    #[must_use]
    pub fn index(&self, interface: &str) -> u32 {
        self.enter(|| {
            let any = socket(AddressFamily::INET, SocketType::DGRAM, None).expect("a socket");
            name_to_index(any, interface).unwrap_or_else(|error| panic!("{interface}: {error}"))
        })
    }

    /// Sets how many bytes a super-packet may have on an interface, in either family, sent and merged.
    pub fn set_super_packets(&self, interface: &str, bytes: u32) {
        let index = self.index(interface);
        self.enter(|| netlink::set_super_packets(index, bytes));
    }

    /// What an interface has counted.
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
