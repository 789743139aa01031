//! One rule for new connections.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::report::{
    traffic::{Opened, PortRange, Prefix, Transport},
    word,
};

/// Which connections a rule admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admits {
    /// Those to these ports.
    To(Vec<PortRange>),
    /// Those from one port to these.
    FromTo(u16, Vec<PortRange>),
    /// Those that the kernel's FTP helper expects.
    Expected,
}

impl fmt::Display for Admits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ports: &[PortRange]| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        match self {
            Self::To(ports) => f.write_str(&list(ports)),
            Self::FromTo(from, ports) => write!(f, "{from} to {}", list(ports)),
            Self::Expected => f.write_str("as announced"),
        }
    }
}

impl Serialize for Admits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A rule that lets the first packets of new connections pass, and counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Name of its counter: direction, transport, and the protocol's label or a port.
    pub counter: String,
    /// Who dials.
    pub direction: Opened,
    /// Label of the protocol; empty where the rule is asked for by port.
    pub protocol: String,
    /// What carries it.
    pub transport: Transport,
    /// Which connections.
    pub admits: Admits,
    /// With whom; empty: with anybody.
    pub peers: Vec<Prefix>,
    /// Whether the kernel's FTP helper is to read these connections.
    pub is_read_by_helper: bool,
    /// Why, in at most 128 letters.
    pub evidence: String,
}

impl Rule {
    /// The name of a service's counter.
    pub(super) fn counter(direction: Opened, transport: Transport, name: &str) -> String {
        format!("{}_{transport}_{name}", word(direction))
    }
}
