// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists the links of this network namespace over netlink.

mod dump;
mod error;
mod hooked;
mod interface;
mod message;
mod selection;
mod watch;

pub use self::{
    error::InterfaceError,
    hooked::{Hooked, hooked},
    interface::Interface,
    selection::{Selection, named, select, wanted},
    watch::{Change, ROOM, Watch, WatchEvents},
};

/// Lists every link of the agent's network namespace.
///
/// # Errors
///
/// When netlink does not answer.
pub async fn list() -> Result<Vec<Interface>, InterfaceError> {
    dump::links(Interface::read).await
}
