// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Later interfaces: attached with the kept capabilities, refused without; attached ones are counted and read
//! either way.

use crate::fork::forked;
use classifier::{
    config::{FtpSettings, KeptCapabilities, Privileges, XdpMode},
    datapath::{Attached, Datapath},
    interfaces::Interface,
    sandbox::{Reach, enter},
    snapshot::FtpSnapshot,
};
use classifier_common::{
    abi::Direction,
    assigned_port::AssignedPort,
    counter::Counters,
    fixtures::layers::{CLIENT, ethernet, ipv4, tcp},
    packet::Link,
    ports::Transport,
    protocol::Protocol,
};
use testbed::{End, FrameSocket, Host, Lab};

struct Scene {
    sender: Host,
    receiver: Host,
    wires: [(End, End); 2],
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let [sender, receiver] = ["sender", "receiver"].map(|name| lab.host(name));
        let wires = [(); 2].map(|()| lab.wire(&sender, &receiver, 1500));
        Self { sender, receiver, wires }
    }

    /// Opens sockets at the far ends, which no sandbox permits.
    fn sockets(&self) -> [FrameSocket; 2] {
        [0, 1].map(|at| FrameSocket::open(&self.sender, &self.wires[at].0))
    }
}

fn interface(end: &End) -> Interface {
    Interface {
        index: end.index,
        name: end.name.clone(),
        link: Some(Link::Ethernet),
        link_layer: "Ether".into(),
        kind: Some("veth".into()),
        ..Interface::default()
    }
}

/// Counts the packets to SMTP's port.
fn counted(datapath: &Datapath, attached: &[Attached]) -> Vec<u64> {
    let snapshot = datapath.snapshot(attached, [], FtpSnapshot::default()).expect("maps can be read");
    let class = Protocol::SMTP.to_server().index();
    let packets = |counters: &Counters| counters.classes[class].packets;
    let received = snapshot.interfaces.iter().map(|one| one.side(Direction::Ingress));
    received.map(|counters| counters.map_or(0, packets)).collect()
}

/// Attaches one interface, enters the sandbox, attaches the other, counts, and changes the ports.
fn run(scene: &Scene, capabilities: KeptCapabilities, mode: XdpMode) -> String {
    // Moved into the fork: a thread that starts there may get the stack of a thread that waits here.
    let (sockets, interfaces) = (scene.sockets(), [0, 1].map(|at| interface(&scene.wires[at].1)));
    let life = move || {
        let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        let [first, second] = interfaces;
        let mut attached = vec![datapath.attach(first, XdpMode::Off, true).unwrap()];
        // As root, with the layers that the kernel has: older ones run this too.
        let privileges = Privileges { capabilities, ..Privileges::default() };
        enter(&privileges, None, &Reach::default()).unwrap();
        let later = match datapath.attach(second, mode, true) {
            Ok(one) => {
                attached.push(one);
                "attached".to_owned()
            }
            Err(error) => error.to_string(),
        };
        for socket in &sockets {
            socket.send(ethernet(ipv4(tcp(CLIENT, 25))).bytes()).unwrap();
        }
        datapath.set_ports(&[AssignedPort::new(Transport::Udp, 25, Protocol::SMTP)]);
        datapath.clear_fragments().unwrap();
        format!("{later}; {:?}", counted(&datapath, &attached))
    };
    scene.receiver.enter(move || forked(life))
}

#[test]
fn with_the_capabilities_for_it_another_interface_is_attached() {
    for mode in [XdpMode::Off, XdpMode::Native, XdpMode::Generic] {
        assert_eq!(run(&Scene::new(), KeptCapabilities::Needed, mode), "attached; [1, 1]", "{mode:?}");
    }
}

#[test]
fn without_any_it_is_not_and_the_others_go_on() {
    let said = run(&Scene::new(), KeptCapabilities::None, XdpMode::Off);
    assert!(said.ends_with("; [1]") && said.starts_with("cannot set up map COUNTERS: "), "{said}");
}
