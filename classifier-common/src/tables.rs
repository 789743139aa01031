//! What the judgement asks of its surroundings.

use crate::{
    fragment::FragmentKey,
    label::Label,
    ports::{PortEntry, Transport},
};

/// What the judgement asks of its surroundings.
pub trait Tables {
    /// What the port table says of a port.
    fn port(&self, transport: Transport, port: u16) -> PortEntry;

    /// The label of the first fragment with this key, where it was seen.
    fn recall(&self, key: &FragmentKey) -> Option<Label>;

    /// Keeps the label of a first fragment; `false` if there was no room.
    fn remember(&self, key: &FragmentKey, label: Label) -> bool;
}
