//! The links of this network namespace, as the kernel lists them over netlink.

use std::{fs, io};

use classifier_common::packet::Link;
use rtnetlink::{
    new_connection,
    packet_route::link::{InfoKind, LinkAttribute, LinkInfo, LinkLayerType, LinkMessage},
};
use thiserror::Error;
use tokio_stream::StreamExt as _;

mod hooked;
mod selection;
mod watch;

pub use self::{
    hooked::{Hooked, hooked},
    selection::{named, select, wanted},
    watch::{Change, Heard, ROOM, Watch},
};

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
    /// The kernel tells no longer what happens to links.
    #[error("cannot hear of changes to interfaces: {0}; the agent's sandbox must allow rtnetlink")]
    Watch(#[source] io::Error),
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
    /// Name of that device, on its bus.
    pub device: Option<String>,
    /// Index of the bridge or bond that it is a member of.
    pub master: Option<u32>,
    /// Index of the link that it stands on, in this namespace.
    pub lower: Option<u32>,
}

impl Interface {
    /// A network card of its own, whose driver keeps its offloads with native XDP. Paravirtual cards are
    /// not: virtio gives up its guest offloads for it.
    #[must_use]
    pub fn is_physical(&self) -> bool {
        self.kind.is_none()
            && self.bus.as_deref().is_some_and(|bus| !matches!(bus, "virtio" | "vmbus" | "xen"))
    }

    /// Name of the driver of the device behind it, where sysfs tells.
    #[must_use]
    pub fn driver(&self) -> Option<String> {
        // Not by the interface's name: sysfs shows those of the network namespace that it was mounted in.
        let device = format!("/sys/bus/{}/devices/{}/driver", self.bus.as_deref()?, self.device.as_deref()?);
        let driver = fs::read_link(device).ok()?;
        Some(driver.file_name()?.to_string_lossy().into_owned())
    }

    fn is_loopback(&self) -> bool {
        self.link_layer == "Loopback"
    }

    fn from_message(message: LinkMessage) -> Option<Self> {
        let mut interface = Self {
            index: message.header.index,
            name: String::new(),
            link: link(message.header.link_layer_type),
            link_layer: format!("{:?}", message.header.link_layer_type),
            kind: None,
            bus: None,
            device: None,
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
                LinkAttribute::ParentDevName(device) => interface.device = Some(device),
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
