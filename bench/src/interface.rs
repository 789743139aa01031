//! Interfaces of the laboratory, as the agent sees them.

use classifier::interfaces::Interface;
use classifier_common::packet::Link;
use testbed::End;

/// One end of a veth pair.
pub fn veth(end: &End) -> Interface {
    Interface {
        index: end.index,
        name: end.name.clone(),
        link: Some(Link::Ethernet),
        link_layer: "Ethernet".to_owned(),
        kind: Some("veth".to_owned()),
        bus: None,
        device: None,
        master: None,
        lower: None,
    }
}
