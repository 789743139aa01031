// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Other interfaces, and other hooks, by a reload: unchanged ones count without a gap.

use testbed::{Agent, End, FrameSocket, Host, Lab, Pins, attached_in, left_behind, servers::Folder};

use crate::scene::{BINARY, hang_up, reload, until};

struct Wired {
    pins: Pins,
    folder: Folder,
    host: Host,
    ends: [End; 2],
    sockets: [FrameSocket; 2],
    _sender: Host,
}

impl Wired {
    fn new() -> Self {
        let lab = Lab::new();
        let [sender, host] = ["sender", "host"].map(|name| lab.host(name));
        let wires = [0, 1].map(|_| lab.wire(&sender, &host, 1500));
        let sockets = [0, 1].map(|wire: usize| FrameSocket::open(&sender, &wires[wire].0));
        let ends = wires.map(|(_, end)| end);
        Self {
            pins: Pins::mounted(),
            folder: Folder::new("interfaces"),
            host,
            ends,
            sockets,
            _sender: sender,
        }
    }

    fn configure(&self, interfaces: &[&str], more: &str) -> String {
        self.folder.write("classifier.toml", format!("interfaces = {interfaces:?}\n{more}"))
    }

    fn send(&self, count: usize) {
        for socket in &self.sockets {
            (0..count).for_each(|_| socket.send(&[0; 60]).unwrap());
        }
    }

    fn counted(&self, agent: &Agent) -> [u64; 2] {
        let metrics = agent.metrics();
        [0, 1].map(|end: usize| {
            let labels = [("interface", &*self.ends[end].name), ("direction", "ingress")];
            metrics.sum("classifier_packets_total", &labels)
        })
    }
}

fn attached(agent: &Agent) -> Vec<String> {
    let metrics = agent.metrics();
    let infos = metrics.of("classifier_interface_info", &[]);
    infos.map(|info| format!("{} {}", info.label("interface"), info.label("ingress"))).collect()
}

#[test]
fn they_are_attached_and_detached_and_what_stays_has_no_gap() {
    attached_and_detached(&[]);
}

#[test]
fn another_user_does_it_too() {
    attached_and_detached(&["--user", "nobody"]);
}

fn attached_and_detached(flags: &[&str]) {
    let wired = Wired::new();
    let [one, two] = [0, 1].map(|end: usize| wired.ends[end].name.as_str());
    let config = wired.configure(&[one], "");
    let pins = wired.pins.folder("classifier");
    let agent = wired.host.agent(BINARY, &[&["--config", &config, "--pin-dir", &pins], flags].concat());
    wired.send(10);
    assert_eq!(wired.counted(&agent), [10, 0]);

    wired.configure(&[one, two], "");
    reload(&agent);
    until(&agent, "both attached", || attached(&agent).len() == 2);
    wired.send(10);
    assert_eq!(wired.counted(&agent), [20, 10]);

    wired.configure(&[two], "");
    reload(&agent);
    until(&agent, "one detached", || attached(&agent) == [format!("{two} tcx")]);
    wired.send(10);
    assert_eq!(wired.counted(&agent), [20, 20], "the counts of the first are final");

    wired.configure(&[two], "xdp_mode = 'native'\n");
    reload(&agent);
    until(&agent, "the other hook", || attached(&agent) == [format!("{two} xdp_native")]);
    wired.send(10);
    assert_eq!(wired.counted(&agent), [20, 30]);

    wired.configure(&[two, "gone"], "");
    hang_up(&agent);
    until(&agent, "refused", || agent.said().contains("interface `gone` does not exist"));
    assert_eq!(attached(&agent), [format!("{two} xdp_native")]);

    agent.leave();
    wired.host.run(BINARY, &["detach", "--pin-dir", &pins]);
    assert_eq!(attached_in(&wired.host), Vec::<String>::new());
    assert_eq!(left_behind(), Vec::<String>::new());
}
