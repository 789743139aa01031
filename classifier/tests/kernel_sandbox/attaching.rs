//! Interfaces that come later: attached with the capabilities that are kept for it, refused without; what is attached
//! is counted and read either way.

use classifier::{
    config::{FtpSettings, KeptCapabilities, Privileges, XdpMode},
    datapath::{Attached, Datapath},
    ftp,
    interfaces::Interface,
    sandbox::{Reach, enter},
};
use classifier_common::{
    fixtures::layers::{CLIENT, ethernet, ipv4, tcp},
    packet::Link,
    ports::Transport,
    protocol::Protocol,
};
use testbed::{End, FrameSocket, Host, Lab};

use crate::fork::forked;

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

    /// Sockets at the far ends, which no sandbox can open.
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
        bus: None,
        device: None,
        master: None,
        lower: None,
    }
}

/// Packets to SMTP's port.
fn counted(datapath: &Datapath, attached: &[Attached]) -> Vec<u64> {
    let snapshot = datapath.snapshot(attached, [], ftp::Snapshot::default()).expect("maps can be read");
    let class = Protocol::SMTP.to_server().index();
    let packets = |counters: Option<Box<classifier_common::counter::Counters>>| {
        counters.map_or(0, |counters| counters.classes[class].packets)
    };
    snapshot.interfaces.into_iter().map(|one| packets(one.ingress_counters)).collect()
}

/// Attaches one interface, enters, attaches the other, counts, changes the ports.
fn run(scene: &Scene, capabilities: KeptCapabilities, mode: XdpMode) -> String {
    let sockets = scene.sockets();
    let life = || {
        let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        let [first, second] = [0, 1].map(|at| interface(&scene.wires[at].1));
        let mut attached = vec![datapath.attach(first, XdpMode::Off, true).unwrap()];
        // As root, and as far as the kernel can: older ones run this too.
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
        datapath.set_ports(&[(Transport::Udp, 25, Protocol::SMTP)]);
        datapath.forget_fragments().unwrap();
        format!("{later}; {:?}", counted(&datapath, &attached))
    };
    scene.receiver.enter(|| forked(life))
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
