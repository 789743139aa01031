// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the interfaces with pinned counters: counts, and attachments.

use std::{collections::BTreeSet, io, path::PathBuf};

use classifier_common::{abi::Direction, counter::Counters};

use super::{LOOKS, ViewError, known::Described};
use crate::{
    datapath::{
        link_info::pinned_target,
        pins::{LinkPin, carry},
        reader::Sums,
    },
    hook,
    snapshot::InterfaceSnapshot,
};

/// Reads all interfaces, by name.
pub(super) fn read(generations: &[Described]) -> Result<Vec<InterfaceSnapshot>, ViewError> {
    let mut names = BTreeSet::new();
    for (generation, _) in generations {
        let counted = generation.interfaces()?.into_iter().filter(|pins| pins.counters().exists());
        names.extend(counted.map(|pins| pins.name().to_owned()));
    }
    names.into_iter().map(|name| interface(generations, name)).collect()
}

fn interface(generations: &[Described], name: String) -> Result<InterfaceSnapshot, ViewError> {
    let [ingress_counters, egress_counters] = counted(generations, &name)?;
    let all = generations.iter().flat_map(|(generation, _)| generation.interface(&name).links());
    let links: Vec<_> = all.collect();
    let hook = |direction: Direction| {
        let mut attached = links.iter().filter(|link| link.direction == direction && is_attached(link));
        attached.next().map_or(hook::NONE, |link| link.hook)
    };
    // A detached interface has no link that tells whether its egress was counted.
    let sees_egress =
        links.iter().any(|link| link.direction == Direction::Egress) || has_any(&egress_counters);
    Ok(InterfaceSnapshot {
        ingress: hook(Direction::Ingress),
        egress: hook(Direction::Egress),
        counters: [Some(ingress_counters), sees_egress.then_some(egress_counters)],
        name,
    })
}

/// Sums the counts of an interface. The pins must be the same before and after: counts that an agent carries
/// over meanwhile are neither missed nor counted twice.
fn counted(generations: &[Described], name: &str) -> Result<Sums, ViewError> {
    for _ in 0..LOOKS {
        let before = pinned(generations, name);
        if before.is_empty() {
            break;
        }
        let all = generations.iter().map(|(generation, known)| (generation, &known.concordance));
        let counted = carry::counted(all, name);
        if pinned(generations, name) == before {
            return Ok(counted?.counters);
        }
    }
    Err(ViewError::refused("find the counters of", name.as_ref())(io::ErrorKind::NotFound.into()))
}

/// Lists the pins with the counts of an interface.
fn pinned(generations: &[Described], name: &str) -> Vec<PathBuf> {
    let all = generations.iter().map(|(generation, _)| generation.interface(name));
    all.flat_map(|pins| [pins.counters(), pins.base()]).filter(|pin| pin.exists()).collect()
}

/// Tells whether the program of a pin is still attached. A filter counts as attached, since it is visible in
/// its own network namespace alone. So does a link that this process may not open, as on a read-only
/// filesystem.
fn is_attached(link: &LinkPin) -> bool {
    link.hook == hook::TC
        || match pinned_target(&link.path) {
            Ok(target) => target.interface != 0,
            Err(cause) => cause.kind() != io::ErrorKind::NotFound,
        }
}

fn has_any(counters: &Counters) -> bool {
    counters.classes.iter().any(|tally| tally.packets != 0)
}
