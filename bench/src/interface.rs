// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Interfaces of the testbed, in the agent's type.

use classifier::interfaces::Interface;
use classifier_common::packet::Link;
use testbed::End;

/// Converts one end of a veth pair.
pub fn veth(end: &End) -> Interface {
    Interface {
        index: end.index,
        name: end.name.clone(),
        link: Some(Link::Ethernet),
        link_layer: "Ethernet".to_owned(),
        kind: Some("veth".to_owned()),
        ..Interface::default()
    }
}
