// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The images of `docs/top.md`: real traffic, really counted, drawn like a terminal.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use classifier::top::{Appearance, Origin, Source, State, draw};
use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, tcp, udp};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{Terminal, backend::TestBackend};
use testbed::{FrameSocket, Lab, Pins, Running, converse, servers::Ftp};

use crate::{shown::BINARY, svg};

const USUAL: &str = "/sys/fs/bpf/classifier";

fn write(state: &mut State, name: &str) {
    let mut terminal = Terminal::new(TestBackend::new(100, 20)).expect("it is memory");
    let look = Appearance { has_colours: true, has_unicode: true };
    terminal.draw(|frame| draw(state, look, frame)).expect("it is memory");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images").join(format!("top-{name}.svg"));
    fs::write(path, svg::image(terminal.backend().buffer())).expect("the work tree is writable");
}

#[test]
#[ignore = "takes two minutes, and writes docs/images"]
fn images_of_top_busy_idle_and_broken() {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(&client, &server);
    let ftp = Ftp::vsftpd(&server);
    ftp.publish("long", &vec![b'x'; 400 << 20]);
    let pins = Pins::new();
    let folder = pins.folder("classifier");
    let agent = server.agent(BINARY, &["-i", &at_server.name, "--pin-dir", &folder]);
    let address = at_server.v4.to_string();
    let url = format!("ftp://{address}/pub/long");
    let always =
        ["--silent", "--show-error", "--noproxy", "*", "--output", "/dev/null", "--user", ftp.login(), &url];
    let mut downloads = [&["--limit-rate", "3M"][..], &["--limit-rate", "700k", "--ftp-port", "-"]]
        .map(|how| client.spawn("curl", &[&always[..], how].concat()));
    let mut echoes = client.spawn("ping", &["-i", "0.2", &address]);
    let socket = FrameSocket::open(&client, &at_client);
    let frames = [
        (ethernet(ipv4(tcp(CLIENT, 25))), 40),
        (ethernet(ipv4(tcp(143, CLIENT))), 23),
        (ethernet(ipv4(udp(CLIENT, 53))), 61),
    ];

    let at = |port| SocketAddr::new(at_server.v4.into(), port);
    for (port, connections) in [(443, 9), (22, 3), (3306, 1)] {
        let listener = server.listen(at(port));
        for _ in 0..connections {
            converse(&client.connect(SocketAddr::new(at_client.v4.into(), 0), at(port)), &listener);
        }
    }
    // Nobody listens there.
    client.run("sh", &["-c", &format!("! curl --silent --noproxy '*' http://{address}:8080/")]);

    std::thread::sleep(Duration::from_secs(3));
    for download in &mut downloads {
        assert!(download.ended().is_none(), "{}", download.said());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a thread");
    let mut source = Source::new(Origin::Pins(folder.clone().into())).expect("a folder");
    let (start, mut state) = (Instant::now(), State::new(USUAL.into(), Duration::from_secs(1)));
    let mut look = |state: &mut State, second: u64| {
        std::thread::sleep((start + Duration::from_secs(second)).saturating_duration_since(Instant::now()));
        let read = runtime.block_on(source.read(state.peers())).map(|mut sample| {
            sample.origin = sample.origin.replace(&folder, USUAL);
            sample
        });
        state.take(start.elapsed(), read.map_err(|error| error.to_string().replace(&folder, USUAL)));
    };
    let send = |second: u64| {
        for (frame, period) in &frames {
            // Each kind rises and falls with its own period.
            let count = 8 + (second * second) % period;
            (0..count).for_each(|_| socket.send(frame.bytes()).expect("the wire takes it"));
        }
    };
    for second in 0..=62 {
        look(&mut state, second);
        send(second);
    }
    for download in &mut downloads {
        assert!(download.ended().is_none(), "{}", download.said());
    }
    write(&mut state, "busy");
    assert!(state.press(KeyEvent::from(KeyCode::Char('4'))));
    write(&mut state, "data-ports");
    assert!(state.press(KeyEvent::from(KeyCode::Char('5'))));
    look(&mut state, 63);
    write(&mut state, "sources");
    assert!(state.press(KeyEvent::from(KeyCode::Char('6'))));
    write(&mut state, "services");
    assert!(state.press(KeyEvent::from(KeyCode::Char('1'))));
    agent.kill();
    server.run(BINARY, &["detach", "--pin-dir", &folder]);
    for second in 64..=71 {
        look(&mut state, second);
    }
    write(&mut state, "broken");

    let agent = server.agent(BINARY, &["-i", &at_server.name, "--pin-dir", &folder]);
    for second in 71..=80 {
        look(&mut state, second);
        send(second);
    }
    downloads.iter_mut().chain([&mut echoes]).for_each(Running::kill);
    for second in 81..=100 {
        look(&mut state, second);
    }
    write(&mut state, "idle");
    agent.kill();
    server.run(BINARY, &["detach", "--pin-dir", &folder]);
}
