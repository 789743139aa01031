//! FTP sessions and announced data ports, known to the kernel while no agent runs and to the next agent.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
};

use testbed::{Agent, End, Host, Lab, Pins, Samples, converse};

use crate::scene::{BINARY, assert_goes_on, counters};

/// A control connection whose both ends the test holds.
struct Control {
    client: TcpStream,
    server: TcpStream,
}

impl Control {
    fn open(scene: &Scene, listener: &TcpListener) -> Self {
        let client = scene.client.dial((scene.from.v4, 0).into(), listener.local_addr().unwrap());
        Self { client, server: listener.accept().unwrap().0 }
    }

    /// The server says a line, which arrives.
    fn say(&self, line: &str) {
        line_across(&self.server, &self.client, line);
    }

    /// The client does.
    fn ask(&self, line: &str) {
        line_across(&self.client, &self.server, line);
    }

    /// A passive data port is announced.
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
        let folder = self.pins.folder("classifier");
        self.server.agent(BINARY, &["-i", &self.at.name, "--pin-dir", &folder])
    }

    fn listen(&self, port: u16) -> TcpListener {
        self.server.listen(SocketAddr::from((self.at.v4, port)))
    }

    /// A data connection to this port, some bytes each way.
    fn transfer(&self, listener: &TcpListener) {
        let dialled = self.client.dial((self.from.v4, 0).into(), listener.local_addr().unwrap());
        converse(&dialled, listener);
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
    assert_goes_on(&counters(&before), &counters(&after));
    assert_eq!(after.sum("classifier_ftp_data_endpoints_learned_total", &[("command", "pasv")]), 4);
    assert_eq!(after.sum("classifier_ftp_learn_seconds_count", &[]), 4, "those of the dead agent's time too");
    assert_eq!(packets(&after, "tcp_other"), 0);
    assert!(packets(&after, "ftp_data_passive") >= 4 * 8, "{}", packets(&after, "ftp_data_passive"));
    agent.leave();
    scene.server.run(BINARY, &["detach", "--pin-dir", &scene.pins.folder("classifier")]);
}
