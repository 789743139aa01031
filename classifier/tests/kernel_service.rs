//! What the agent tells a service manager, at the socket that one would listen at.

use std::{
    os::unix::net::UnixDatagram,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, Lab, servers::Folder};

/// As `WATCHDOG_USEC`: without a sign of life in this time, the manager would start the agent anew.
const PATIENCE: Duration = Duration::from_millis(600);

struct Manager {
    socket: UnixDatagram,
    path: String,
    _folder: Folder,
}

impl Manager {
    fn new() -> Self {
        let folder = Folder::new("service");
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(4 * PATIENCE)).expect("an option");
        Self { socket, path, _folder: folder }
    }

    /// The next message; none where the agent says nothing for four times as long as it may.
    fn hear(&self) -> Option<String> {
        let mut message = [0; 4096];
        let length = self.socket.recv(&mut message).ok()?;
        Some(String::from_utf8_lossy(&message[..length]).into_owned())
    }

    /// Everything that was said until now.
    fn catch_up(&self) {
        self.socket.set_nonblocking(true).expect("an option");
        while self.hear().is_some() {}
        self.socket.set_nonblocking(false).expect("an option");
    }
}

fn signal(agent: &Agent, signal: Signal) {
    let id = i32::try_from(agent.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(id, signal).expect("it is there");
}

#[test]
fn a_service_manager_hears_of_the_start_of_life_of_a_reload_and_of_the_end() {
    let lab = Lab::new();
    let [host, other] = ["server", "client"].map(|name| lab.host(name));
    let (end, _) = lab.link(&host, &other);
    let manager = Manager::new();
    let patience = PATIENCE.as_micros().to_string();
    let environment = [("NOTIFY_SOCKET", manager.path.as_str()), ("WATCHDOG_USEC", &patience)];
    let agent = host.agent_with(env!("CARGO_BIN_EXE_classifier"), &["-i", &end.name], &environment);
    assert_eq!(manager.hear().as_deref(), Some("READY=1\nSTATUS=counting at 1 interface\n"));

    manager.catch_up();
    let began = Instant::now();
    for _ in 0..6 {
        assert_eq!(manager.hear().as_deref(), Some("WATCHDOG=1\n"));
    }
    let took = began.elapsed();
    assert!(took < 6 * PATIENCE, "too late: {took:?}");
    assert!(took > 2 * PATIENCE, "more often than needed: {took:?}");

    signal(&agent, Signal::STOP);
    manager.catch_up();
    assert_eq!(manager.hear(), None, "a sign of life of an agent that stands still");
    signal(&agent, Signal::CONT);
    assert_eq!(manager.hear().as_deref(), Some("WATCHDOG=1\n"));

    signal(&agent, Signal::HUP);
    let mut others = std::iter::from_fn(|| manager.hear()).filter(|message| message != "WATCHDOG=1\n");
    let reload = others.next().unwrap_or_default();
    assert!(reload.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reload}");
    assert_eq!(others.next().as_deref(), Some("READY=1\nSTATUS=counting at 1 interface\n"));

    agent.stop();
    let last = std::iter::from_fn(|| manager.hear()).find(|message| message != "WATCHDOG=1\n");
    assert_eq!(last.as_deref(), Some("STOPPING=1\n"));
}

#[test]
fn a_manager_that_does_not_listen_is_said_to_and_changes_nothing() {
    let lab = Lab::new();
    let [host, other] = ["server", "client"].map(|name| lab.host(name));
    let (end, _) = lab.link(&host, &other);
    let environment = [("NOTIFY_SOCKET", "/nonexistent/notify")];
    let agent = host.agent_with(env!("CARGO_BIN_EXE_classifier"), &["-i", &end.name], &environment);
    assert!(agent.said().contains("the service manager cannot be told"), "{}", agent.said());
    agent.stop();
}
