// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Invented samples and screens of `classifier top`.

use std::time::Duration;

use classifier::{
    snapshot::{Age, EndpointReport, HostPort, Initiator, SessionReport},
    top::{
        Appearance, Decision, Flow, Ftp, Hooks, Listing, Message, OtherService, Peer, Sample, State, Tally,
        Word, draw,
    },
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
};

pub const PLAIN: Appearance = Appearance { has_colours: false, has_unicode: true };

pub fn flow([interface, direction, protocol, role]: [&str; 4]) -> Flow {
    let [interface, direction, protocol, role] = [interface, direction, protocol, role].map(Word::from);
    Flow { interface, direction, protocol, role }
}

const FLOWS: [([&str; 4], u64, u64); 9] = [
    (["eth0", "ingress", "smtp", "to_server"], 40, 900),
    (["eth0", "egress", "smtp", "from_server"], 32, 90),
    (["eth0", "ingress", "ftp_data_passive", "to_server"], 5200, 66),
    (["eth0", "egress", "ftp_data_passive", "from_server"], 9000, 1448),
    (["eth0", "ingress", "tcp_other", "none"], 310, 400),
    (["eth0.100", "ingress", "submission", "to_server"], 7, 700),
    (["eth0", "ingress", "malformed", "none"], 0, 60),
    (["wlp3s0", "egress", "udp_other", "none"], 1, 90),
    (["wlp3s0", "ingress", "imap", "to_server"], 0, 120),
];

/// Creates the sample at this second, with this load.
pub fn sample(seconds: u64, load: u64) -> Sample {
    let mut sample = Sample { origin: "/sys/fs/bpf/classifier, agent 4711".into(), ..Sample::default() };
    for name in ["eth0", "eth0.100", "wlp3s0", "gone0"] {
        let hook = |hook: &str| Word::from(if name == "gone0" { "none" } else { hook });
        sample.interfaces.insert(name.into(), Hooks { ingress: hook("xdp_native"), egress: hook("tcx") });
    }
    for (number, (labels, rate, length)) in FLOWS.into_iter().enumerate() {
        // Each rises and falls with its own period.
        let wave: u64 = (0..seconds).map(|second| 60 + (second * (number as u64 + 2)) % 40).sum();
        let packets = 17 + load * rate * wave / 80;
        sample.traffic.insert(flow(labels), Tally { packets, bytes: packets * length });
    }
    sample.traffic.insert(flow(["eth0", "egress", "pop3", "from_server"]), Tally::default());
    for (kind, code, name, rate) in [("8", "0", "echo_request", 1), ("3", "3", "destination_unreachable", 0)]
    {
        let [interface, direction, family, kind, code, name] =
            ["eth0", "ingress", "ipv4", kind, code, name].map(Word::from);
        let message = Message { interface, direction, family, kind, code, name };
        sample.icmp.insert(message, 3 + load * rate * seconds);
    }
    for (rule, verdict, rate) in [("mail", "would_accept", 72), ("default", "would_drop", 3)] {
        let [interface, direction, rule, verdict] = ["eth0", "ingress", rule, verdict].map(Word::from);
        let decision = Decision { interface, direction, rule, verdict };
        sample.policy.insert(decision, 5 + load * rate * seconds);
    }
    sample.maps.insert("sessions".into(), (1, 65_536));
    sample.ftp = ftp(load);
    sample.sources = Listing::Listed(if load > 0 { peers() } else { Vec::new() });
    sample.services = Listing::Listed(if load > 0 { services() } else { Vec::new() });
    sample
}

const PEERS: [([&str; 4], [u64; 2], Option<u64>); 6] = [
    (["198.51.100.7/32", "inbound", "smtp", "established"], [1_200, 0], Some(400)),
    (["198.51.100.0/24", "inbound", "smtp", "established"], [1_350, 100], Some(400)),
    (["2001:db8:0:1::/64", "outbound", "submission", "unanswered"], [7, 0], Some(90_000)),
    (["192.0.2.254/32", "inbound", "icmp", "redirect"], [2, 0], None),
    (["203.0.113.9/32", "inbound", "imap", "refused"], [31, 0], Some(5_000)),
    (["203.0.113.0/24", "inbound", "imap", "refused"], [31, 0], Some(5_000)),
];

fn peers() -> Vec<Peer> {
    let peer = |([prefix, direction, protocol, outcome], [count, overcount], ago): (
        [&str; 4],
        [u64; 2],
        Option<u64>,
    )| Peer {
        prefix: str::to_owned(prefix),
        direction: Word::from(direction),
        protocol: Word::from(protocol),
        outcome: Word::from(outcome),
        count,
        overcount,
        last_seen_seconds: ago.map(|milliseconds| Age::of(0, milliseconds * 1_000_000)),
    };
    PEERS.map(peer).into()
}

fn services() -> Vec<OtherService> {
    let service = |transport: &str, port, name: Option<&str>, outcome: &str, [count, overcount]: [u64; 2]| {
        let [transport, outcome] = [transport, outcome].map(Word::from);
        let (name, direction) = (name.map(Word::from), Word::from("inbound"));
        let last_seen_seconds = Some(Age::of(0, 61_000_000_000));
        OtherService { transport, port, name, direction, outcome, count, overcount, last_seen_seconds }
    };
    vec![
        service("tcp", 8443, None, "refused", [12, 0]),
        service("tcp", 443, Some("https"), "established", [5_310, 7]),
        service("udp", 123, Some("ntp"), "established", [88, 0]),
    ]
}

fn ftp(load: u64) -> Ftp {
    let host = |address: &str, port| HostPort { address: address.parse().expect("an address"), port };
    let age = |milliseconds: u64| Age::of(0, milliseconds * 1_000_000);
    let session = SessionReport {
        client: host("2001:db8::1", 40_000),
        server: host("2001:db8::2", 21),
        control: "encrypted",
        age_seconds: age(61_500),
        idle_seconds: age(300),
    };
    let endpoint = EndpointReport {
        mode: "passive",
        state: "connected",
        owner: host("192.0.2.2", 50_000),
        peer: Initiator { address: "192.0.2.1".parse().expect("an address"), port: Some(41_000) },
        evidence: "announced",
        command: "epsv",
        age_seconds: age(2_000),
    };
    let is_busy = load > 0;
    Ftp {
        clear_sessions: 0,
        encrypted_sessions: is_busy.into(),
        announced_endpoints: 0,
        connected_endpoints: is_busy.into(),
        sessions: Some(if is_busy { vec![session] } else { Vec::new() }),
        endpoints: Some(if is_busy { vec![endpoint] } else { Vec::new() }),
    }
}

pub const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Creates a state after 70 seconds with this load.
pub fn watched(load: u64) -> State {
    let mut state = State::new("/sys/fs/bpf/classifier".into(), at(1));
    for second in 0..=70 {
        state.take(at(second), Ok(sample(second, load)));
    }
    state
}

pub fn press(state: &mut State, keys: &[KeyCode]) -> bool {
    keys.iter().all(|code| state.press(KeyEvent::new(*code, KeyModifiers::NONE)))
}

pub fn typed(state: &mut State, text: &str) {
    for char in text.chars() {
        assert!(press(state, &[KeyCode::Char(char)]), "{char} ends it");
    }
}

pub fn drawn(state: &mut State, look: Appearance, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is memory");
    terminal.draw(|frame| draw(state, look, frame)).expect("it is memory");
    terminal.backend().buffer().clone()
}

/// Returns a screen's characters, without trailing blanks.
pub fn characters(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let lines = buffer.content.chunks(width);
    lines
        .map(|cells| cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned() + "\n")
        .collect()
}

pub fn screen(state: &mut State, size: (u16, u16)) -> String {
    characters(&drawn(state, PLAIN, size))
}
