//! What the judgement asks of its surroundings.

use crate::{
    fragment::FragmentKey,
    ports::{PortEntry, Transport},
    protocol::Class,
};

/// What the judgement asks of its surroundings.
pub trait Tables {
    /// What the port table says of a port.
    fn port(&self, transport: Transport, port: u16) -> PortEntry;

    /// The class of the first fragment with this key, where it was seen.
    fn recall(&self, key: &FragmentKey) -> Option<Class>;

    /// Keeps the class of a first fragment; `false` if there was no room.
    fn remember(&self, key: &FragmentKey, class: Class) -> bool;
}
