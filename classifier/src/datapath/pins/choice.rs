// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Chooses the pinned maps that this build can continue with.

use classifier_common::abi::{
    MAP_CONNECTIONS, MAP_COUNTERS, MAP_FRAGMENTS, MAP_LISTENERS, MAP_REMEMBERED, MAP_SEEN, MAP_SERVICES,
    MAP_SLOTS, MAP_SOURCES, MAP_TAGS, MAP_UNATTRIBUTED, MAP_WAITING, PINNED,
};
use tracing::{info, warn};

use super::{
    PinError,
    agent_counters::AGENT_PIN,
    folder::Folder,
    generation::Generation,
    layout::Layout,
    rows::{NAMES, RULES},
};

/// The generation to work with, and those to take over from.
pub(super) struct Choice {
    pub current: Generation,
    /// True if the generation was made just now.
    pub is_new: bool,
    /// Older generations, newest first.
    pub older: Vec<(Generation, Layout)>,
    /// True if sessions and endpoints of the previous agent continue.
    pub tracking_continues: bool,
}

/// Finds the newest generation if its layout is this one. Else makes one, and pins the maps with an unchanged
/// layout into it.
pub(super) fn choose(folder: &Folder, wanted: &Layout) -> Result<Choice, PinError> {
    let mut known = Vec::new();
    for generation in folder.generations()? {
        match generation.layout()? {
            Some(layout) => known.push((generation, layout)),
            None if generation.interfaces()?.is_empty() => {
                info!(path = %generation.path().display(), "removed the pins of an interrupted start");
                generation.remove()?;
            }
            None => {
                let path = generation.path().display();
                warn!(%path, "pin directory has no layout record; assuming the layout of this build");
                known.push((generation, wanted.clone()));
            }
        }
    }
    let newest = known.first().map_or(0, |(generation, _)| generation.number());
    if let Some((current, layout)) = known.first()
        && layout == wanted
        && is_whole(current)
    {
        return Ok(Choice {
            current: current.clone(),
            is_new: false,
            older: known.split_off(1),
            tracking_continues: true,
        });
    }
    let current = folder.create(newest + 1)?;
    let tracking_continues = match known.first() {
        Some((from, layout)) => {
            adopt(&current, from, same(layout, wanted, alone).chain([NAMES, RULES]))?;
            for name in [MAP_SOURCES, MAP_SEEN, MAP_SERVICES] {
                if layout.map(name).is_some() && !layout.is_alike(wanted, name) {
                    warn!(
                        map = name,
                        "records of connections start empty: the pinned map has another layout"
                    );
                }
            }
            let all: Vec<_> = same(layout, wanted, of_tracking).collect();
            let continues = all.len() == PINNED.iter().filter(|(name, _)| of_tracking(name)).count()
                && layout.tallies().eq(wanted.tallies())
                && layout.times().eq(wanted.times())
                && all.iter().chain([&AGENT_PIN]).all(|name| from.open(name).is_ok());
            if continues {
                adopt(&current, from, all.into_iter().chain([AGENT_PIN]))?;
            }
            continues
        }
        None => false,
    };
    Ok(Choice { current, is_new: true, older: known, tracking_continues })
}

/// Tells whether every map is pinned.
fn is_whole(generation: &Generation) -> bool {
    PINNED.iter().map(|(name, _)| *name).chain([AGENT_PIN]).all(|name| generation.open(name).is_ok())
}

/// Tells whether a map can be taken over by itself.
fn alone(name: &str) -> bool {
    matches!(
        name,
        MAP_FRAGMENTS
            | MAP_REMEMBERED
            | MAP_UNATTRIBUTED
            | MAP_SOURCES
            | MAP_SEEN
            | MAP_SERVICES
            | MAP_CONNECTIONS
            | MAP_TAGS
            | MAP_WAITING
            | MAP_LISTENERS
    )
}

/// Tells whether a map is one of the FTP tracking, which refer to each other.
fn of_tracking(name: &str) -> bool {
    !alone(name) && !matches!(name, MAP_COUNTERS | MAP_SLOTS)
}

/// Lists the maps of a kind that have the same layout in both generations.
fn same<'a>(
    old: &'a Layout,
    new: &'a Layout,
    kind: fn(&str) -> bool,
) -> impl Iterator<Item = &'static str> + 'a {
    let names = PINNED.iter().map(|(name, _)| *name);
    names.filter(move |name| kind(name) && old.map(name).is_some() && old.map(name) == new.map(name))
}

/// Pins maps of one generation into another one too.
fn adopt(
    to: &Generation,
    from: &Generation,
    names: impl Iterator<Item = &'static str>,
) -> Result<(), PinError> {
    for name in names {
        let (old, pin) = (from.map(name), to.map(name));
        // Without an old map the new one starts empty. One that cannot be opened now must not be left behind.
        if old.exists() {
            let map = from.open(name).map_err(PinError::of("open", &old))?;
            map.pin(&pin).map_err(PinError::of("pin", &pin))?;
        }
    }
    Ok(())
}
