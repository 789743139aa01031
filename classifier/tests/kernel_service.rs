// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent's notifications to a service manager, at its socket.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::Stdio,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use testbed::{Agent, Host, Lab, Samples, servers::Folder};

/// Value of `WATCHDOG_USEC`: without a sign of life in this time, the manager would restart the agent.
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

    /// Returns the next message; none if the agent is silent for four times the permitted time.
    fn hear(&self) -> Option<String> {
        let mut message = [0; 4096];
        let length = self.socket.recv(&mut message).ok()?;
        Some(String::from_utf8_lossy(&message[..length]).into_owned())
    }

    /// Discards all messages so far.
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

/// Returns the whole answer of an agent.
fn get(host: &Host, path: &str) -> String {
    host.enter(|| {
        let mut stream = TcpStream::connect("127.0.0.1:9877").expect("it serves");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("an option");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    })
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
    let mut agent = host.agent_with(env!("CARGO_BIN_EXE_classifier"), &["-i", &end.name], &environment);
    agent.wait_for("cannot notify the service manager");
    agent.stop();
}

#[test]
fn a_manager_with_an_abstract_name_hears_of_everything_and_odd_watchdogs_do_no_harm() {
    let lab = Lab::new();
    let [host, other] = ["server", "client"].map(|name| lab.host(name));
    let (end, _) = lab.link(&host, &other);
    for (watchdog, said) in [("0", "no time that could pass"), ("1", "serving"), ("often", "`often`")] {
        let name = format!("classifier-{}-{watchdog}", std::process::id());
        // An abstract name belongs to a network namespace.
        let socket = host.enter(|| {
            let address = SocketAddr::from_abstract_name(&name).expect("a name");
            UnixDatagram::bind_addr(&address).expect("a socket")
        });
        socket.set_read_timeout(Some(4 * PATIENCE)).expect("an option");
        let at = format!("@{name}");
        let environment = [("NOTIFY_SOCKET", at.as_str()), ("WATCHDOG_USEC", watchdog)];
        let mut agent = host.agent_with(env!("CARGO_BIN_EXE_classifier"), &["-i", &end.name], &environment);
        let hear = || {
            let mut message = [0; 4096];
            let length = socket.recv(&mut message).expect("it says something");
            String::from_utf8_lossy(&message[..length]).into_owned()
        };
        let next = || std::iter::repeat_with(hear).find(|message| message != "WATCHDOG=1\n");
        assert_eq!(next().as_deref(), Some("READY=1\nSTATUS=counting at 1 interface\n"));
        agent.wait_for(said);
        signal(&agent, Signal::HUP);
        assert!(next().expect("it says something").starts_with("RELOADING=1\n"));
        assert!(agent.ready().0);
        agent.stop();
    }
}

/// Standard error is not read, and everything is logged.
#[test]
fn an_agent_whose_log_nobody_reads_serves_and_lives() {
    let lab = Lab::new();
    let [host, other] = ["server", "client"].map(|name| lab.host(name));
    let (end, _) = lab.link(&host, &other);
    let manager = Manager::new();
    for format in ["text", "json"] {
        let mut command = host.command(env!("CARGO_BIN_EXE_classifier"));
        command.args(["run", "-i", &end.name, "--log-format", format]);
        command.env("RUST_LOG", "trace").env("NOTIFY_SOCKET", &manager.path);
        command.env("WATCHDOG_USEC", PATIENCE.as_micros().to_string());
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = command.stderr(writer).stdout(Stdio::null()).spawn().expect("it starts");
        drop(command);
        assert!(
            std::iter::repeat_with(|| manager.hear()).flatten().any(|message| message.starts_with("READY=1"))
        );
        let metrics = || Samples::parse(get(&host, "/metrics").split_once("\r\n\r\n").expect("a body").1);
        let deadline = Instant::now() + Duration::from_mins(1);
        while metrics().sum("classifier_log_lines_dropped_total", &[]) == 0 {
            assert!(Instant::now() < deadline, "nothing was dropped");
        }
        manager.catch_up();
        assert_eq!(manager.hear().as_deref(), Some("WATCHDOG=1\n"));
        assert!(get(&host, "/-/healthy").starts_with("HTTP/1.0 200"));
        kill_process(Pid::from_child(&child), Signal::INT).expect("it is there");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        drop(reader);
    }
}
