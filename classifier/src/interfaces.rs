//! The links of this network namespace, as the kernel lists them over netlink.

use std::io;

use classifier_common::packet::Link;
use rtnetlink::{
    new_connection,
    packet_route::link::{InfoKind, LinkAttribute, LinkInfo, LinkLayerType, LinkMessage},
};
use thiserror::Error;
use tokio_stream::StreamExt as _;

use crate::config::Pattern;

/// The links cannot be listed, or are not as asked for.
#[derive(Debug, Error)]
pub enum InterfaceError {
    /// No netlink socket.
    #[error("cannot open a netlink socket: {0}; the agent's sandbox must allow AF_NETLINK")]
    Socket(#[source] io::Error),
    /// The kernel does not answer.
    #[error("cannot list the interfaces: {0}; the agent's sandbox must allow rtnetlink")]
    List(#[source] Box<rtnetlink::Error>),
    /// A plain name that no interface has.
    #[error("interface `{0}` does not exist; `ip link` lists the interfaces of this network namespace")]
    Unknown(String),
    /// An interface whose frames start with a header that the classifier does not read.
    #[error(
        "interface `{name}` has link-layer type {kind}, which is not read; give an Ethernet or raw IP \
         interface with --interface"
    )]
    LinkLayer {
        /// Name of the interface.
        name: String,
        /// Its link-layer type.
        kind: String,
    },
    /// Nothing is left to count.
    #[error("no interface to count: {0}; name one with --interface")]
    Nothing(&'static str),
}

/// A link, as far as the agent looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// What its frames start with; `None` where the classifier does not read it.
    pub link: Option<Link>,
    /// Name of the link-layer type.
    pub link_layer: String,
    /// Kind of a software device (`veth`, `bridge`, …); `None` for a device with a driver of its own.
    pub kind: Option<String>,
    /// Bus of the device behind it (`pci`, `virtio`, …); `None` for a software device.
    pub bus: Option<String>,
    /// Index of the bridge or bond that it is a member of.
    pub master: Option<u32>,
    /// Index of the link that it stands on, in this namespace.
    pub lower: Option<u32>,
}

/// Kinds of device whose packets all cross another link of the host too.
const STACKED: [&str; 7] = ["bond", "bridge", "ipvlan", "macvlan", "macvtap", "team", "vlan"];

impl Interface {
    /// A network card of its own, whose driver keeps its offloads with native XDP. Paravirtual cards are
    /// not: virtio gives up its guest offloads for it.
    #[must_use]
    pub fn is_physical(&self) -> bool {
        self.kind.is_none()
            && self.bus.as_deref().is_some_and(|bus| !matches!(bus, "virtio" | "vmbus" | "xen"))
    }

    fn is_loopback(&self) -> bool {
        self.link_layer == "Loopback"
    }

    fn is_stacked_on(&self, other: &Self) -> bool {
        other.master == Some(self.index) || self.lower == Some(other.index)
    }

    fn from_message(message: LinkMessage) -> Option<Self> {
        let mut interface = Self {
            index: message.header.index,
            name: String::new(),
            link: link(message.header.link_layer_type),
            link_layer: format!("{:?}", message.header.link_layer_type),
            kind: None,
            bus: None,
            master: None,
            lower: None,
        };
        let mut elsewhere = false;
        for attribute in message.attributes {
            #[expect(clippy::wildcard_enum_match_arm, reason = "a link has a hundred attributes")]
            match attribute {
                LinkAttribute::IfName(name) => interface.name = name,
                LinkAttribute::Controller(index) => interface.master = Some(index),
                LinkAttribute::Link(index) => interface.lower = Some(index),
                LinkAttribute::LinkNetNsId(_) => elsewhere = true,
                LinkAttribute::ParentDevBusName(bus) => interface.bus = Some(bus),
                LinkAttribute::LinkInfo(infos) => interface.kind = infos.into_iter().find_map(kind),
                _ => {}
            }
        }
        // A veth names its peer as the link below, which may be in this namespace: not what it stands on.
        if elsewhere || interface.kind.as_deref() == Some("veth") {
            interface.lower = None;
        }
        (!interface.name.is_empty()).then_some(interface)
    }
}

fn kind(info: LinkInfo) -> Option<String> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only the kind is asked for")]
    match info {
        LinkInfo::Kind(InfoKind::Other(name)) => Some(name),
        LinkInfo::Kind(kind) => Some(kind.to_string()),
        _ => None,
    }
}

/// What frames of this link-layer type start with, where TC and XDP see them.
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

/// Every link of the network namespace that the agent runs in.
///
/// # Errors
///
/// When netlink does not answer.
pub async fn list() -> Result<Vec<Interface>, InterfaceError> {
    let (connection, handle, _) = new_connection().map_err(InterfaceError::Socket)?;
    let connection = tokio::spawn(connection);
    let mut links = handle.link().get().execute();
    let mut interfaces = Vec::new();
    while let Some(message) = links.next().await {
        let message = message.map_err(|error| InterfaceError::List(Box::new(error)))?;
        interfaces.extend(Interface::from_message(message));
    }
    connection.abort();
    Ok(interfaces)
}

/// Chooses the interfaces that the patterns want; without patterns, every one that carries its own
/// traffic.
///
/// # Errors
///
/// When a plain name does not exist or cannot be counted, or nothing is left.
pub fn select(all: &[Interface], patterns: &[Pattern]) -> Result<Vec<Interface>, InterfaceError> {
    for pattern in patterns {
        if let Pattern::Plain(name) = pattern {
            let interface = all.iter().find(|interface| interface.name == *name);
            let interface = interface.ok_or_else(|| InterfaceError::Unknown(name.clone()))?;
            if interface.link.is_none() {
                let kind = interface.link_layer.clone();
                return Err(InterfaceError::LinkLayer { name: name.clone(), kind });
            }
        }
    }
    let readable = all.iter().filter(|interface| interface.link.is_some());
    if !patterns.is_empty() {
        let wanted = |interface: &&Interface| patterns.iter().any(|one| one.matches(&interface.name));
        let selected: Vec<_> = readable.filter(wanted).cloned().collect();
        return if selected.is_empty() {
            Err(InterfaceError::Nothing("nothing matches the patterns"))
        } else {
            Ok(selected)
        };
    }
    let candidates: Vec<_> = readable.filter(|interface| !interface.is_loopback()).collect();
    let carries_its_own = |interface: &&&Interface| {
        let stacked = interface.kind.as_deref().is_some_and(|kind| STACKED.contains(&kind));
        !stacked || !candidates.iter().any(|other| interface.is_stacked_on(other))
    };
    let selected: Vec<_> = candidates.iter().filter(carries_its_own).map(|one| (*one).clone()).collect();
    if selected.is_empty() {
        return Err(InterfaceError::Nothing("there is only the loopback interface"));
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(index: u32, name: &str, kind: Option<&str>) -> Interface {
        Interface {
            index,
            name: name.into(),
            link: Some(Link::Ethernet),
            link_layer: if name == "lo" { "Loopback".into() } else { "Ether".into() },
            kind: kind.map(Into::into),
            bus: kind.is_none().then(|| "pci".into()),
            master: None,
            lower: None,
        }
    }

    fn names(selected: &[Interface]) -> Vec<&str> {
        selected.iter().map(|interface| interface.name.as_str()).collect()
    }

    #[test]
    fn by_default_no_packet_is_counted_twice_on_its_way_through_a_stack() {
        let all = [
            device(1, "lo", None),
            Interface { master: Some(4), ..device(2, "eth0", None) },
            device(3, "veth0", Some("veth")),
            device(4, "bond0", Some("bond")),
            Interface { lower: Some(4), ..device(5, "bond0.7", Some("vlan")) },
            device(6, "br-empty", Some("bridge")),
            device(7, "wg0", Some("wireguard")),
        ];
        assert_eq!(names(&select(&all, &[]).unwrap()), ["eth0", "veth0", "br-empty", "wg0"]);
    }

    #[test]
    fn a_pattern_takes_what_it_names_stacked_or_not() {
        let all = [device(1, "lo", None), device(2, "eth0", None), device(3, "br0", Some("bridge"))];
        let plain = Pattern::Plain("lo".into());
        assert_eq!(names(&select(&all, std::slice::from_ref(&plain)).unwrap()), ["lo"]);
        let glob = Pattern::Glob(glob::Pattern::new("b*").unwrap());
        assert_eq!(names(&select(&all, &[glob]).unwrap()), ["br0"]);
    }

    #[test]
    fn what_cannot_be_counted_is_an_error_that_names_it() {
        let odd = Interface { link: None, link_layer: "Infiniband".into(), ..device(2, "ib0", None) };
        let all = [device(1, "lo", None), odd];
        let error = |pattern: &str| select(&all, &[Pattern::Plain(pattern.into())]).unwrap_err().to_string();
        assert!(error("eth9").contains("`eth9` does not exist"));
        assert!(error("ib0").contains("Infiniband"));
        assert!(select(&all, &[]).unwrap_err().to_string().contains("only the loopback"));
    }

    #[test]
    fn a_paravirtual_card_is_no_physical_one() {
        assert!(device(2, "eth0", None).is_physical());
        assert!(!Interface { bus: Some("virtio".into()), ..device(2, "eth0", None) }.is_physical());
        assert!(!device(2, "veth0", Some("veth")).is_physical());
    }
}
