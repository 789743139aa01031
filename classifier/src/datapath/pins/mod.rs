//! What outlives the agent: links and maps pinned in a folder of a bpf filesystem, taken over by the next agent.

pub(super) mod base;
mod bpffs;
mod carry;
mod cells;
mod choice;
mod concordance;
mod detach;
mod error;
mod folder;
mod generation;
mod interface;
mod layout;
mod lock;
mod older;
mod opened;
mod own;
mod owner;
mod raw;
mod renamed;
pub(super) mod rows;
mod seen;
mod taken;
mod view;

pub use self::{
    detach::{Detached, detach},
    error::PinError,
    own::{Own, TIMES},
    owner::give_to,
    seen::{SeenInterface, SeenPins, look},
    view::{Look, View, ViewError, view},
};
pub(super) use self::{
    folder::{Folder, unpin},
    interface::{InterfacePins, LinkPin},
    layout::Layout,
    raw::first_value,
    taken::Pinned,
};
