//! Whose a port is: each belongs to one protocol.

use std::collections::BTreeMap;

use classifier_common::{
    ports::{DEFAULT_TCP, Transport},
    protocol::{CONFIGURED_MAX, Protocol},
};
use serde::Deserialize;
use toml::Spanned;

use super::{
    list::{List, Listed},
    owner::Owner,
    refusal::Refusal,
    whole::Port,
};
use crate::config::{Ports, ProtocolNames, ftp::CONTROL_PORT};

/// One `[[port]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortTable {
    protocol: Spanned<Owner>,
    transport: Spanned<TransportName>,
    ports: List<Port>,
}

impl Listed for PortTable {
    const LIST: &'static str = "tables, each under a [[port]] of its own";
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TransportName {
    Tcp,
    Udp,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Tcp => Self::Tcp,
            TransportName::Udp => Self::Udp,
        }
    }
}

/// The ports that were given to a protocol so far.
#[derive(Debug, Default)]
pub(super) struct Claims {
    names: ProtocolNames,
    owners: BTreeMap<(Transport, u16), Protocol>,
    in_order: Vec<(Transport, u16, Protocol)>,
}

impl Claims {
    /// Takes FTP's control ports, if they are listed.
    pub(super) fn control(&mut self, ports: Option<&List<Port>>) -> Result<(), Refusal> {
        let mut ports = ports.iter().flat_map(|list| &list.0);
        ports.try_for_each(|port| self.claim(Transport::Tcp, port, Protocol::FTP_CONTROL))
    }

    /// Takes the ports of a `[[port]]`.
    pub(super) fn table(&mut self, table: &PortTable) -> Result<(), Refusal> {
        const FTP: [Protocol; 3] =
            [Protocol::FTP_CONTROL, Protocol::FTP_DATA_ACTIVE, Protocol::FTP_DATA_PASSIVE];
        let transport = Transport::from(*table.transport.get_ref());
        let protocol = match table.protocol.get_ref() {
            Owner::Fixed(protocol) => *protocol,
            Owner::Named(name) => self.names.find_or_add(name).ok_or_else(|| {
                let most = format!("`{name}` is one name too many: {CONFIGURED_MAX} can be added");
                Refusal::new(&table.protocol, format!("{most}; put some of the ports under one name"))
            })?,
        };
        if transport == Transport::Udp && FTP.contains(&protocol) {
            return Err(Refusal::new(&table.transport, "FTP has TCP ports only; write \"tcp\""));
        }
        table.ports.0.iter().try_for_each(|port| self.claim(transport, port, protocol))
    }

    /// What all of them change, and FTP's control ports: 21 where nobody says otherwise.
    pub(super) fn settle(mut self, control_is_listed: bool) -> (Ports, Vec<u16>) {
        if !self.owners.contains_key(&(Transport::Tcp, CONTROL_PORT)) {
            let owner = if control_is_listed { Protocol::TCP_OTHER } else { Protocol::FTP_CONTROL };
            self.in_order.insert(0, (Transport::Tcp, CONTROL_PORT, owner));
        }
        let control = self.in_order.iter().filter(|(.., protocol)| *protocol == Protocol::FTP_CONTROL);
        let control = control.map(|(_, port, _)| *port).collect();
        self.in_order.retain(|(transport, port, protocol)| {
            *transport == Transport::Udp || !DEFAULT_TCP.contains(&(*port, *protocol))
        });
        (Ports { names: self.names, changed: self.in_order }, control)
    }

    fn claim(
        &mut self,
        transport: Transport,
        port: &Spanned<Port>,
        protocol: Protocol,
    ) -> Result<(), Refusal> {
        let number = port.get_ref().0;
        match self.owners.insert((transport, number), protocol) {
            None => {
                self.in_order.push((transport, number, protocol));
                Ok(())
            }
            Some(owner) if owner == protocol => {
                Err(Refusal::new(port, format!("port {number} is given twice; leave one out")))
            }
            Some(owner) => {
                let owner = self.names.label(owner);
                let message =
                    format!("port {number} belongs to `{owner}` already; leave it out of one of the two");
                Err(Refusal::new(port, message))
            }
        }
    }
}
