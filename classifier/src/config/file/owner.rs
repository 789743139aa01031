//! Whom a `[[port]]` gives its ports to.

use std::fmt;

use classifier_common::protocol::{Protocol, Sides};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use crate::config::{ProtocolNames, protocol_names::NAME_MAX};

/// A protocol by its name.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// One that exists without any configuration.
    Fixed(Protocol),
    /// One that the configuration adds.
    Named(String),
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Name)
    }
}

struct Name;

impl Visitor<'_> for Name {
    type Value = Owner;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a name of at most {NAME_MAX} letters a-z, digits and _, a letter first")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Owner, E> {
        if !ProtocolNames::admits(text) {
            return Err(E::invalid_value(Unexpected::Str(text), &self));
        }
        match Protocol::FIXED.iter().find(|(_, label, _)| *label == text) {
            Some((protocol, _, Sides::Server)) => Ok(Owner::Fixed(*protocol)),
            Some((_, _, Sides::NoServer)) => Err(E::custom(format_args!(
                "`{text}` is what is counted without a port and takes none; choose another name"
            ))),
            None => Ok(Owner::Named(text.to_owned())),
        }
    }
}
