// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Assigns ports to protocols: each port belongs to one protocol.

use std::collections::BTreeMap;

use classifier_common::{
    assigned_port::{AssignedPort, DEFAULT_TCP},
    ports::Transport,
    protocol::{CONFIGURED_MAX, Protocol},
};

use crate::{
    config::{Ports, ftp::CONTROL_PORT, keys},
    located::{Located, Node, Refusal, Table},
    protocol_names::{NAME_MAX, ProtocolNames},
};

const TRANSPORTS: [(&str, Transport); 2] = [("tcp", Transport::Tcp), ("udp", Transport::Udp)];

/// Values of `speaks`.
const SPOKEN: [(&str, Protocol); 4] = [
    ("smtp", Protocol::SMTP),
    ("pop3", Protocol::POP3),
    ("imap", Protocol::IMAP),
    ("ftp", Protocol::FTP_CONTROL),
];

/// Parses a list of one or more ports, without the reserved port 0 (RFC 6335 §6).
pub(super) fn ports(list: Located<Node>) -> Result<Vec<Located<u16>>, Refusal> {
    list.some("a list of one or more ports, such as [587]", |port| port.number(1..=u16::MAX))
}

/// Parses the name of a protocol that can own ports.
fn owner(name: Located<Node>) -> Result<Located<String>, Refusal> {
    let expected = format_args!("a name of at most {NAME_MAX} letters a-z, digits and _, a letter first");
    name.parsed(expected, |name| ProtocolNames::admits(name).then(|| name.to_owned()))
}

/// Checks that sessions of a protocol may be followed as another's.
fn is_spoken_by(spoken: &Located<Protocol>, transport: Transport, protocol: Protocol) -> Result<(), Refusal> {
    if transport == Transport::Udp {
        return Err(spoken.refusal("sessions are followed over TCP only; remove the key"));
    }
    let Some(label) = protocol.fixed_label().filter(|_| protocol != spoken.value) else { return Ok(()) };
    let own = SPOKEN.iter().find(|(_, own)| *own == protocol);
    Err(spoken.refusal(match own {
        Some((own, _)) => format!("`{label}` speaks \"{own}\"; remove the key, or choose another name"),
        None => format!("`{label}` has no sessions; remove the key, or choose another name"),
    }))
}

/// Ports that are assigned so far.
#[derive(Debug, Default)]
pub(super) struct Claims {
    names: ProtocolNames,
    owners: BTreeMap<(Transport, u16), Protocol>,
    in_order: Vec<AssignedPort>,
}

impl Claims {
    /// Assigns FTP's control ports, if they are listed.
    pub(super) fn control(&mut self, ports: Option<&[Located<u16>]>) -> Result<(), Refusal> {
        let mut ports = ports.into_iter().flatten();
        ports.try_for_each(|port| {
            self.claim(port, |number| AssignedPort::new(Transport::Tcp, number, Protocol::FTP_CONTROL))
        })
    }

    /// Assigns the ports of a `[[port]]`.
    pub(super) fn table(&mut self, table: Located<Node>) -> Result<(), Refusal> {
        const FTP: [Protocol; 3] =
            [Protocol::FTP_CONTROL, Protocol::FTP_DATA_ACTIVE, Protocol::FTP_DATA_PASSIVE];
        let mut table = Table::of(table, &const { keys::names(&keys::PORT) })?;
        let name = table.require("protocol", owner)?;
        let transport = table.require("transport", |value| value.text()?.choice(&TRANSPORTS))?;
        let ports = table.require("ports", ports)?;
        let protocol = self.protocol(&name)?;
        if transport.value == Transport::Udp && FTP.contains(&protocol) {
            return Err(transport.refusal("FTP uses TCP only; write \"tcp\""));
        }
        let speaks = table.get("speaks", |value| value.text()?.choice(&SPOKEN))?;
        if let Some(spoken) = &speaks {
            is_spoken_by(spoken, transport.value, protocol)?;
        }
        let assigned = |number| {
            let port = AssignedPort::new(transport.value, number, protocol);
            port.speaking(speaks.as_ref().map(|spoken| spoken.value).or(port.speaks))
        };
        ports.iter().try_for_each(|port| self.claim(port, assigned))
    }

    /// Returns the changed ports, and FTP's control ports: 21 by default.
    pub(super) fn settle(mut self, control_is_listed: bool) -> (Ports, Vec<u16>) {
        if !self.owners.contains_key(&(Transport::Tcp, CONTROL_PORT)) {
            let owner = if control_is_listed { Protocol::TCP_OTHER } else { Protocol::FTP_CONTROL };
            self.in_order.insert(0, AssignedPort::new(Transport::Tcp, CONTROL_PORT, owner));
        }
        let control = self.in_order.iter().filter(|port| port.protocol == Protocol::FTP_CONTROL);
        let control = control.map(|port| port.port).collect();
        self.in_order.retain(|port| {
            port.transport == Transport::Udp || !DEFAULT_TCP.contains(&(port.port, port.protocol))
        });
        (Ports { names: self.names, changed: self.in_order }, control)
    }

    /// Returns the protocol of this name: a fixed one, or one that the configuration adds.
    fn protocol(&mut self, name: &Located<String>) -> Result<Protocol, Refusal> {
        let text = &name.value;
        match Protocol::of_fixed_label(text) {
            Some(protocol) if protocol.has_server() => Ok(protocol),
            Some(_) => Err(name.refusal(format!(
                "`{text}` is counted without ports and cannot have any; choose another name"
            ))),
            None => self.names.find_or_add(text).ok_or_else(|| {
                let most =
                    format!("`{text}` is one name too many: at most {CONFIGURED_MAX} names can be added");
                name.refusal(format!("{most}; give some of the ports the same name"))
            }),
        }
    }

    fn claim(&mut self, port: &Located<u16>, assigned: impl Fn(u16) -> AssignedPort) -> Result<(), Refusal> {
        let number = port.value;
        let assigned = assigned(number);
        let protocol = assigned.protocol;
        match self.owners.insert((assigned.transport, number), protocol) {
            None => {
                self.in_order.push(assigned);
                Ok(())
            }
            Some(owner) if owner == protocol => {
                Err(port.refusal(format!("port {number} is given twice; leave one out")))
            }
            Some(owner) => {
                let owner = self.names.label(owner);
                Err(port.refusal(format!(
                    "port {number} already belongs to `{owner}`; remove it from one of the two"
                )))
            }
        }
    }
}
