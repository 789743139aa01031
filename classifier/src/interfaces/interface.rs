// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses netlink's message about a link.

use std::{fs, iter};

use classifier_common::packet::Link;
use rtnetlink::packet_route::link::LinkLayerType;

use super::{
    hooked,
    message::{LinkMessage, attributes, number, text},
};

/// A link, with the attributes that the agent uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Index of the link.
    pub index: u32,
    /// Name of the link; bytes that are not UTF-8 are written `\\xNN`.
    pub name: String,
    /// Alternative names (`ip link property`), written the same way.
    pub alternative_names: Vec<String>,
    /// Header that frames begin with; `None` if the classifier does not support it.
    pub link: Option<Link>,
    /// Name of the link-layer type.
    pub link_layer: String,
    /// Kind of a software device (`veth`, `bridge`, …); `None` for a device with a driver of its own.
    pub kind: Option<String>,
    /// Bus of the underlying device (`pci`, `virtio`, …); `None` for a software device.
    pub bus: Option<String>,
    /// Name of the underlying device, on its bus.
    pub device: Option<String>,
    /// Index of the bridge or bond that has this link as a member.
    pub master: Option<u32>,
    /// Index of the link below this one, in this namespace.
    pub lower: Option<u32>,
    /// Numbers of its XDP programs at the time of the list.
    pub xdp: Vec<u32>,
}

impl Interface {
    /// Tells whether the link is a network card whose driver keeps its offloads with native XDP. Paravirtual
    /// cards do not count: virtio gives up its guest offloads for native XDP.
    #[must_use]
    pub fn is_physical(&self) -> bool {
        self.kind.is_none()
            && self.bus.as_deref().is_some_and(|bus| !matches!(bus, "virtio" | "vmbus" | "xen"))
    }

    /// Returns the driver of the underlying device, if sysfs tells.
    #[must_use]
    pub fn driver(&self) -> Option<String> {
        // The lookup is not by the interface's name: sysfs shows the interfaces of the network namespace that
        // it was mounted in.
        let device = format!("/sys/bus/{}/devices/{}/driver", self.bus.as_deref()?, self.device.as_deref()?);
        let driver = fs::read_link(device).ok()?;
        Some(driver.file_name()?.to_string_lossy().into_owned())
    }

    /// Tells whether the link has this name or alternative name.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }

    /// Iterates over the name and the alternative names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        iter::once(&self.name).chain(&self.alternative_names).map(String::as_str)
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.link_layer == "Loopback"
    }

    /// Parses a message; `None` if it names no link.
    pub(super) fn read(message: &LinkMessage<'_>) -> Option<Self> {
        let layer = LinkLayerType::from(message.layer);
        let mut interface = Self {
            index: message.index,
            link: link(layer),
            link_layer: format!("{layer:?}"),
            ..Self::default()
        };
        let mut elsewhere = false;
        for (kind, value) in message.attributes() {
            match kind {
                libc::IFLA_IFNAME => interface.name = text(value),
                libc::IFLA_PROP_LIST => {
                    let names = attributes(value).filter(|(kind, _)| *kind == libc::IFLA_ALT_IFNAME);
                    interface.alternative_names = names.map(|(_, name)| text(name)).collect();
                }
                libc::IFLA_MASTER => interface.master = number(value),
                libc::IFLA_LINK => interface.lower = number(value),
                libc::IFLA_LINK_NETNSID => elsewhere = true,
                libc::IFLA_XDP => {
                    let attached = hooked::attached(interface.index, value);
                    interface.xdp = attached.map(|attachment| attachment.program).collect();
                }
                libc::IFLA_PARENT_DEV_NAME => interface.device = Some(text(value)),
                libc::IFLA_PARENT_DEV_BUS_NAME => interface.bus = Some(text(value)),
                libc::IFLA_LINKINFO => {
                    let mut infos = attributes(value);
                    let kind = infos.find(|(kind, _)| *kind == libc::IFLA_INFO_KIND);
                    interface.kind = kind.map(|(_, value)| text(value));
                }
                _ => {}
            }
        }
        // The lower link of a veth is its peer, which may be in this namespace: the veth does not depend on
        // it.
        if elsewhere || interface.kind.as_deref() == Some("veth") {
            interface.lower = None;
        }
        (!interface.name.is_empty()).then_some(interface)
    }
}

/// Returns the header of frames of this link-layer type, as TC and XDP see them.
fn link(layer: LinkLayerType) -> Option<Link> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other seventy have headers of their own")]
    match layer {
        LinkLayerType::Ether | LinkLayerType::Loopback => Some(Link::Ethernet),
        LinkLayerType::None
        | LinkLayerType::Rawip
        | LinkLayerType::Ppp
        | LinkLayerType::Tunnel
        | LinkLayerType::Tunnel6
        | LinkLayerType::Sit
        | LinkLayerType::Ipgre
        | LinkLayerType::Ip6gre => Some(Link::RawIp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Interface {
        Interface { index: 2, name: "eth0".into(), bus: Some("pci".into()), ..Interface::default() }
    }

    fn veth() -> Interface {
        Interface { kind: Some("veth".into()), bus: None, ..card() }
    }

    #[test]
    fn a_paravirtual_card_is_no_physical_one() {
        assert!(card().is_physical());
        assert!(!Interface { bus: Some("virtio".into()), ..card() }.is_physical());
        assert!(!veth().is_physical());
    }

    /// Machines have devices with drivers on one of these.
    #[test]
    fn a_driver_is_found_by_its_device() {
        let mut found = 0;
        for bus in ["pci", "virtio", "platform"] {
            let devices = fs::read_dir(format!("/sys/bus/{bus}/devices")).into_iter().flatten();
            for entry in devices.filter_map(Result::ok).filter(|entry| entry.path().join("driver").exists()) {
                let device = entry.file_name().into_string().unwrap();
                let card = Interface { bus: Some(bus.into()), device: Some(device), ..card() };
                let driver = card.driver().unwrap();
                assert!(
                    std::path::Path::new(&format!("/sys/bus/{bus}/drivers/{driver}")).exists(),
                    "{driver}"
                );
                found += 1;
            }
        }
        assert!(found > 0);
        assert_eq!(veth().driver(), None);
    }
}
