// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Introduction of the demo: the hosts, the agent and its address.

use std::{
    fmt::{Display, Formatter, Result},
    net::{IpAddr, SocketAddr},
};

#[derive(Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Name and addresses of each host.
    pub hosts: Vec<(String, [IpAddr; 2])>,
    /// Process ID of the agent.
    pub agent: u32,
    /// Attachment points of the agent's programs.
    pub attached: String,
    /// Address of the agent's metrics.
    pub address: SocketAddr,
}

impl Display for Introduction {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { hosts, agent, attached, address } = self;
        for (name, [ipv4, ipv6]) in hosts {
            writeln!(f, "host {name}: {ipv4}, {ipv6}")?;
        }
        writeln!(f, "agent {agent}: {attached}")?;
        writeln!(f, "page: http://{address}/")?;
        writeln!(f, "metrics: curl http://{address}/metrics")?;
        writeln!(f, "look around: nsenter --net --target {agent}")
    }
}
