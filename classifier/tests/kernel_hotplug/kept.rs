// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of an interface that has gone, and of one that returns.

use crate::library::counts;
use classifier::{
    config::{FtpSettings, Pattern, XdpMode},
    datapath::{Attached, Datapath, HookVisibility, Rename, Retained, has_tcx},
    interfaces::{self, Interface},
    snapshot::{FtpSnapshot, Snapshot},
};
use classifier_common::fixtures::layers::{CLIENT, ethernet, ipv4, udp};
use testbed::{End, FrameSocket, Host, Lab};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap()
}

fn interface(host: &Host, name: &str) -> Interface {
    host.enter(|| {
        let all = runtime().block_on(interfaces::list()).unwrap();
        interfaces::select(&all, &vec![Pattern::Plain(name.into())].into()).unwrap().remove(0)
    })
}

fn send(host: &Host, end: &End, count: u64) {
    let socket = FrameSocket::open(host, end);
    for _ in 0..count {
        socket.send(ethernet(ipv4(udp(CLIENT, 9))).bytes()).unwrap();
    }
}

fn snapshot(datapath: &Datapath, attached: &[Attached], retained: &[Retained]) -> Snapshot {
    let snapshot = datapath.snapshot(attached, retained, FtpSnapshot::default()).unwrap();
    assert_eq!(snapshot.unattributed, 0);
    snapshot
}

fn is_held(host: &Host, datapath: &Datapath, attached: &Attached) -> bool {
    let seen = host.enter(|| runtime().block_on(interfaces::hooked(!has_tcx())).unwrap());
    let seen: Vec<_> = seen.into_iter().flat_map(|link| link.attachments).collect();
    host.enter(|| datapath.hook_state(attached, Some(&seen), HookVisibility::Whole).unwrap().is_attached)
}

/// Creates a silent wire whose end at the host has this name.
fn wire(lab: &Lab, host: &Host, peer: &Host, name: &str) -> (End, End) {
    let (mut here, there) = lab.wire(host, peer, 1500);
    host.run("ip", &["link", "set", "dev", &here.name, "name", name]);
    name.clone_into(&mut here.name);
    (here, there)
}

/// Between the list of interfaces and their attachment, two swap names.
#[test]
fn programs_are_attached_to_the_index_whoever_has_the_name() {
    for mode in [XdpMode::Off, XdpMode::Native] {
        let lab = Lab::new();
        let [host, peer] = ["host", "peer"].map(|name| lab.host(name));
        let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        let far = ["wan0", "wan1"].map(|name| wire(&lab, &host, &peer, name).1);
        let listed = ["wan0", "wan1"].map(|name| interface(&host, name));
        for (from, to) in [("wan0", "x"), ("wan1", "wan0"), ("x", "wan1")] {
            host.run("ip", &["link", "set", "dev", from, "name", to]);
        }
        let attached = listed.map(|one| host.enter(|| datapath.attach(one, mode, true)));
        if !has_tcx() {
            // Filters are attached by name: they are removed, and the interface is tried again.
            let refused = attached.into_iter().filter_map(Result::err);
            assert!(mode == XdpMode::Native || refused.map(|error| error.is_gone()).eq([true, true]));
            assert_eq!(testbed::attached_in(&host), Vec::<String>::new());
            continue;
        }
        let attached = attached.map(Result::unwrap);
        send(&peer, &far[0], 5);
        send(&peer, &far[1], 7);
        let counted = snapshot(&datapath, &attached, &[]);
        let packets: Vec<_> = counts(&counted).into_iter().map(|(_, _, packets)| packets).collect();
        assert_eq!(packets, [5, 7]);
        assert!(attached.iter().all(|one| is_held(&host, &datapath, one)));
        drop(attached);
        assert_eq!(testbed::attached_in(&host), Vec::<String>::new());
    }
}

#[test]
fn counters_go_on_under_another_index_and_another_name() {
    for mode in [XdpMode::Off, XdpMode::Native] {
        let lab = Lab::new();
        let [host, peer] = ["host", "peer"].map(|name| lab.host(name));
        let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default()).unwrap();
        let (_, far) = wire(&lab, &host, &peer, "wan0");
        let first = interface(&host, "wan0");
        let attached = host.enter(|| datapath.attach(first.clone(), mode, true)).unwrap();
        let label = attached.hooks.ingress;
        send(&peer, &far, 100);
        let mut attached = vec![attached];
        assert_eq!(counts(&snapshot(&datapath, &attached, &[])), [("wan0", label, 100)]);
        assert!(is_held(&host, &datapath, &attached[0]));

        host.run("ip", &["link", "del", "wan0"]);
        let mut retained = datapath.retain(attached.drain(..));
        assert_eq!(counts(&snapshot(&datapath, &[], &retained)), [("wan0", "none", 100)]);

        let (_, far) = wire(&lab, &host, &peer, "wan0");
        let second = interface(&host, "wan0");
        assert_ne!(second.index, first.index);
        let again = host.enter(|| datapath.attach_again(second, mode, true, retained.remove(0)));
        attached.push(again.map_err(|refused| refused.error).unwrap());
        send(&peer, &far, 10);
        assert_eq!(counts(&snapshot(&datapath, &attached, &[])), [("wan0", label, 110)]);

        datapath.rename_all(vec![Rename { of: attached[0].counters(), to: "wan1".into(), before: None }]);
        assert_eq!(counts(&snapshot(&datapath, &attached, &[])), [("wan1", label, 110)]);

        // No longer wanted: detached, and later packets are not counted.
        let retained = datapath.retain(attached);
        send(&peer, &far, 10);
        let last = snapshot(&datapath, &[], &retained);
        assert_eq!(counts(&last), [("wan1", "none", 110)]);
        assert_eq!(last.maps[0].entries, 0, "no place is taken");
        datapath.forget(retained);
        assert_eq!(testbed::attached_in(&host), Vec::<String>::new());
    }
}
