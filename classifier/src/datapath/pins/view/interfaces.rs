//! The interfaces that have pinned counters: what each has counted, and what holds programs to it.

use std::{collections::BTreeSet, io, path::PathBuf};

use classifier_common::{abi::Direction, counter::Counters};

use super::{LOOKS, ViewError, known::Described};
use crate::{
    counters::InterfaceSnapshot,
    datapath::{
        link_info::pinned_target,
        pins::{LinkPin, carry},
        reader::Sums,
    },
    hook,
};

/// All of them, by name.
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
        let mut held = links.iter().filter(|link| link.direction == direction && is_held(link));
        held.next().map_or(hook::NONE, |link| link.hook)
    };
    // One that is no longer attached has no link that would tell whether that side was counted.
    let sees_egress =
        links.iter().any(|link| link.direction == Direction::Egress) || has_any(&egress_counters);
    Ok(InterfaceSnapshot {
        ingress: hook(Direction::Ingress),
        egress: hook(Direction::Egress),
        ingress_counters: Some(ingress_counters),
        egress_counters: sees_egress.then_some(egress_counters),
        name,
    })
}

/// What an interface has counted: read with the same pins before as after, so that what an agent carries over meanwhile
/// is neither missed nor counted twice.
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

/// The pins that hold what an interface has counted.
fn pinned(generations: &[Described], name: &str) -> Vec<PathBuf> {
    let all = generations.iter().map(|(generation, _)| generation.interface(name));
    all.flat_map(|pins| [pins.counters(), pins.base()]).filter(|pin| pin.exists()).collect()
}

/// Whether a pin holds a program to its hook. A filter is taken at its pin's word: it can be seen in its own network
/// namespace alone. So is a link where this process may not open it, as on a read-only filesystem.
fn is_held(link: &LinkPin) -> bool {
    link.hook == hook::TC
        || match pinned_target(&link.path) {
            Ok(target) => target.interface != 0,
            Err(cause) => cause.kind() != io::ErrorKind::NotFound,
        }
}

fn has_any(counters: &Counters) -> bool {
    counters.classes.iter().any(|tally| tally.packets != 0)
}
