// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP sessions and announced data ports, known to the kernel while no agent runs and to the next agent.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    mem::offset_of,
    net::{SocketAddr, TcpListener, TcpStream},
    ops::Range,
    thread::sleep,
    time::{Duration, Instant},
};

use aya::maps::{HashMap, Map, MapData};
use classifier_common::{
    abi::MAP_SESSIONS,
    control::{Session, SessionKey},
};
use testbed::{Agent, End, Host, Lab, Pins, Samples, converse, servers::Folder};

use crate::scene::{BINARY, assert_continues, counters};

/// A control connection with both ends in the test.
struct Control {
    client: TcpStream,
    server: TcpStream,
}

impl Control {
    fn open(scene: &Scene, listener: &TcpListener) -> Self {
        let client = scene.client.connect((scene.from.v4, 0).into(), listener.local_addr().unwrap());
        Self { client, server: listener.accept().unwrap().0 }
    }

    /// Sends a line from the server, and waits for it.
    fn say(&self, line: &str) {
        line_across(&self.server, &self.client, line);
    }

    /// Sends a line from the client, and waits for it.
    fn ask(&self, line: &str) {
        line_across(&self.client, &self.server, line);
    }

    /// Announces a passive data port.
    fn announce(&self, port: u16) {
        self.ask("PASV");
        self.say(&format!("227 Entering Passive Mode (10,77,1,1,{},{}).", port >> 8, port & 0xff));
    }
}

fn line_across(mut from: &TcpStream, to: &TcpStream, line: &str) {
    from.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    let mut heard = String::new();
    BufReader::with_capacity(1, to).read_line(&mut heard).unwrap();
    assert_eq!(heard.trim_end(), line);
}

struct Scene {
    pins: Pins,
    server: Host,
    client: Host,
    at: End,
    from: End,
    _lab: Lab,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let (server, client) = (lab.host("server"), lab.host("client"));
        let (at, from) = lab.link(&server, &client);
        Self { pins: Pins::new(), server, client, at, from, _lab: lab }
    }

    fn agent(&self) -> Agent {
        self.agent_with(&[])
    }

    fn agent_with(&self, flags: &[&str]) -> Agent {
        let folder = self.pins.folder("classifier");
        self.server.agent(BINARY, &[&["-i", &self.at.name, "--pin-dir", &folder], flags].concat())
    }

    fn listen(&self, port: u16) -> TcpListener {
        self.server.listen(SocketAddr::from((self.at.v4, port)))
    }

    /// Makes a data connection to this port, with some bytes in each direction.
    fn transfer(&self, listener: &TcpListener) {
        let connected = self.client.connect((self.from.v4, 0).into(), listener.local_addr().unwrap());
        converse(&connected, listener);
    }
}

fn packets(samples: &Samples, protocol: &str) -> u64 {
    samples.sum("classifier_packets_total", &[("protocol", protocol)])
}

#[test]
fn what_is_announced_with_and_without_an_agent_is_ftp_data() {
    let scene = Scene::new();
    let listeners = [50_001, 50_002, 50_003, 50_004].map(|port| scene.listen(port));
    let agent = scene.agent();
    let control = Control::open(&scene, &scene.listen(21));
    control.say("220 ready");
    control.announce(50_001);
    agent.kill();

    // Announced to the agent that is dead, used without one.
    scene.transfer(&listeners[0]);
    // Announced and used without one.
    control.announce(50_002);
    scene.transfer(&listeners[1]);
    // Announced without one, used with the next.
    control.announce(50_003);
    let agent = scene.agent();
    let before = agent.metrics();
    assert_eq!(before.sum("classifier_ftp_sessions", &[("control", "clear")]), 1);
    let announced = [("mode", "passive"), ("state", "announced")];
    assert_eq!(before.sum("classifier_ftp_data_endpoints", &announced), 1);
    scene.transfer(&listeners[2]);
    // Announced and used with it.
    control.announce(50_004);
    scene.transfer(&listeners[3]);
    let after = agent.metrics();
    assert_continues(&counters(&before), &counters(&after));
    assert_eq!(after.sum("classifier_ftp_data_endpoints_learned_total", &[("command", "pasv")]), 4);
    assert_eq!(
        after.sum("classifier_ftp_learn_duration_seconds_count", &[]),
        4,
        "those of the dead agent's time too"
    );
    assert_eq!(packets(&after, "tcp_other"), 0);
    assert!(packets(&after, "ftp_data_passive") >= 4 * 8, "{}", packets(&after, "ftp_data_passive"));
    agent.leave();

    // With another capacity of sessions the tracking starts empty, and its counters continue.
    let files = Folder::new("ftp-restart");
    let smaller = files.write("smaller.toml", "[ftp]\nmax_sessions = 1024\n");
    let agent = scene.agent_with(&["--config", &smaller]);
    let last = agent.metrics();
    assert_continues(&counters(&after), &counters(&last));
    assert_eq!(last.sum("classifier_ftp_learn_duration_seconds_count", &[]), 4);
    assert!(last.sum("classifier_ftp_sessions", &[]) == 0 && agent.said().contains("starts empty"));
    agent.leave();
    scene.server.run(BINARY, &["detach", "--pin-dir", &scene.pins.folder("classifier")]);
}

/// The pinned table of sessions.
fn sessions(scene: &Scene) -> SessionMap {
    let pins = scene.pins.list();
    let pin = pins.iter().find(|pin| pin.ends_with(MAP_SESSIONS)).unwrap();
    Map::from_map_data(MapData::from_pin(scene.pins.folder(pin)).unwrap()).unwrap().try_into().unwrap()
}

type SessionMap = HashMap<MapData, [u8; size_of::<SessionKey>()], [u8; size_of::<Session>()]>;

/// Lifetime of an ended session, and more.
const LIFETIME: Duration = Duration::from_secs(61);

#[test]
fn an_ended_session_has_one_lifetime_however_often_an_agent_begins() {
    const LAST: Range<usize> = offset_of!(Session, last)..offset_of!(Session, last) + size_of::<u64>();
    let scene = Scene::new();
    let agent = scene.agent();
    let listener = scene.listen(21);
    for port in [50_001, 50_002] {
        let control = Control::open(&scene, &listener);
        control.say("220 ready");
        control.announce(port);
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while agent.metrics().sum("classifier_ftp_sessions", &[]) != 0 {
        assert!(Instant::now() < deadline, "a session has not ended");
        sleep(Duration::from_millis(20));
    }
    agent.kill();

    // The first ended a minute ago.
    let mut map = sessions(&scene);
    let keys: Vec<_> = map.keys().collect::<Result<_, _>>().unwrap();
    assert_eq!(keys.len(), 2);
    let mut session = map.get(&keys[0], 0).unwrap();
    let last = u64::from_ne_bytes(session[LAST].try_into().unwrap());
    let before = last - u64::try_from(LIFETIME.as_nanos()).unwrap();
    session[LAST].copy_from_slice(&before.to_ne_bytes());
    map.insert(keys[0], session, 0).unwrap();

    let agent = scene.agent();
    let deadline = Instant::now() + Duration::from_secs(10);
    while map.keys().count() != 1 {
        assert!(Instant::now() < deadline, "the ended session is still there");
        sleep(Duration::from_millis(20));
    }
    assert!(map.get(&keys[1], 0).is_ok());
    agent.leave();
    scene.server.run(BINARY, &["detach", "--pin-dir", &scene.pins.folder("classifier")]);
}
