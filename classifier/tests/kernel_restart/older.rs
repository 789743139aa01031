// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An upgrade from a build whose layout has the map CONNECTIONS and not the map LISTENERS.

use std::{fs, path::Path};

use aya::maps::{Array, Map, MapData};
use classifier_common::{
    abi::{MAP_CONNECTIONS, MAP_LISTENERS},
    fixtures::ftp_traces::network::Network,
};
use testbed::{Agent, FrameSocket, left_behind};

use crate::scene::{Scene, assert_continues, counters};

const NETWORK: Network = Network { v6: false, tagged: false };

const SYN: u8 = 0x02;
const FIN_ACK: u8 = 0x11;
const SYN_ACK: u8 = 0x12;
const PSH_ACK: u8 = 0x18;

/// The first numbers of client and server.
const NUMBERS: (u32, u32) = (1_000, 9_000);

/// The client's port of the session of POP3. Others are of SMTP.
const POP3: u16 = 1;

/// A line of the layout.
type Line = [u8; 64];

/// The server's port of a session.
const fn service(port: u16) -> u16 {
    if port == POP3 { 110 } else { 25 }
}

/// Sequence number of the client's next byte, and its acknowledgment, behind so many bytes of the client's.
fn behind(bytes: &[u8]) -> (u32, u32) {
    (NUMBERS.0 + 1 + u32::try_from(bytes.len()).unwrap(), NUMBERS.1 + 1)
}

/// Removes a map from the pins of the first generation, and from their layout.
fn remove(folder: &Path, map: &str) {
    let maps = folder.join("1/maps");
    fs::remove_file(maps.join(map)).unwrap();
    let pin = maps.join("LAYOUT");
    let open =
        || Array::<MapData, Line>::try_from(Map::from_map_data(MapData::from_pin(&pin).unwrap()).unwrap());
    let lines: Vec<Line> = open().unwrap().iter().collect::<Result<_, _>>().unwrap();
    let begin = format!("map {map} ");
    let kept: Vec<_> = lines.iter().filter(|line| !line.starts_with(begin.as_bytes())).collect();
    assert_eq!(kept.len() + 1, lines.len(), "{map} has a line");
    fs::remove_file(&pin).unwrap();
    let mut layout = Array::<MapData, Line>::create(kept.len().try_into().unwrap(), 0).unwrap();
    for (index, line) in (0..).zip(kept) {
        layout.set(index, line, 0).unwrap();
    }
    layout.pin(&pin).unwrap();
}

/// Connections that were established, handshakes that were timed, and sessions: logged in without TLS, ended without a login.
fn counted(agent: &Agent) -> [u64; 4] {
    let metrics = agent.metrics();
    let of = |family, labels: &[(&str, &str)]| metrics.sum(family, labels);
    let established = of("classifier_tcp_connections_total", &[("outcome", "established")]);
    assert_eq!(of("classifier_tcp_connections_total", &[]), established, "another outcome");
    for lost in [
        "classifier_tcp_handshakes_evicted_total",
        "classifier_sessions_evicted_total",
        "classifier_connections_lost_total",
    ] {
        assert_eq!(of(lost, &[]), 0, "{lost}");
    }
    let sessions = ["clear_login", "neither"]
        .map(|encryption| of("classifier_sessions_total", &[("encryption", encryption)]));
    assert_eq!(of("classifier_sessions_total", &[]), sessions.iter().sum::<u64>(), "another encryption");
    [established, of("classifier_tcp_handshake_duration_seconds_count", &[]), sessions[0], sessions[1]]
}

/// Established sessions keep their entry. Of a session without a listener, the programs read from the next line on. Of SMTP
/// they read from the line behind the next reply on.
#[test]
fn connections_of_a_build_without_listeners_go_on() {
    let scene = Scene::new();
    let client = FrameSocket::open(&scene.sender, &scene.there);
    let server = FrameSocket::open(&scene.counted, &scene.here);
    let asks = |port, flags, numbers, text: &[u8]| {
        client.send(&NETWORK.frame([(1, port), (2, service(port))], flags, numbers, text)).unwrap();
    };
    let answers = |port, flags, number, text: &[u8]| {
        let ends = [(2, service(port)), (1, port)];
        server.send(&NETWORK.frame(ends, flags, (number, NUMBERS.0 + 1), text)).unwrap();
    };
    let login = b"AUTH PLAIN AGEAYg==\r\n";

    let first = scene.agent("native");
    (1..=4).for_each(|port| asks(port, SYN, (NUMBERS.0, 0), b""));
    (1..=3).for_each(|port| answers(port, SYN_ACK, NUMBERS.1, b""));
    assert_eq!(counted(&first), [3, 3, 0, 0]);
    let before = counters(&first.metrics());
    first.kill();
    remove(scene.folder().as_ref(), MAP_LISTENERS);

    let second = scene.agent("native");
    assert!(second.said().contains("taking over pinned counters of another layout"), "{}", second.said());
    assert!(scene.pins.list().iter().any(|path| path.ends_with(MAP_CONNECTIONS)));
    assert_continues(&before, &counters(&second.metrics()));
    assert_eq!(counted(&second), [3, 3, 0, 0]);

    // POP3: the second line is read.
    asks(POP3, PSH_ACK, behind(b""), b"NOOP\r\n");
    asks(POP3, PSH_ACK, behind(b"NOOP\r\n"), login);
    assert_eq!(counted(&second), [3, 3, 1, 0]);
    // SMTP: a line that follows a reply is read.
    answers(2, PSH_ACK, NUMBERS.1 + 1, b"220 ready\r\n");
    asks(2, PSH_ACK, behind(b""), login);
    assert_eq!(counted(&second), [3, 3, 2, 0]);
    // SMTP: any other line may be text of a mail. The session ends without a login.
    asks(3, PSH_ACK, behind(b""), login);
    asks(3, FIN_ACK, behind(login), b"");
    assert_eq!(counted(&second), [3, 3, 2, 1]);
    // A connection that waited has a listener from its SYN-ACK on.
    answers(4, SYN_ACK, NUMBERS.1, b"");
    asks(4, PSH_ACK, behind(b""), login);
    assert_eq!(counted(&second), [4, 4, 3, 1]);

    second.leave();
    let third = scene.agent("native");
    assert_eq!(counted(&third), [4, 4, 3, 1]);
    third.leave();
    scene.detach();
    assert_eq!(left_behind(), Vec::<String>::new());
}
