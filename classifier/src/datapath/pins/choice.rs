//! Which of the pinned maps this build can go on with.

use classifier_common::abi::{
    MAP_CONNECTIONS, MAP_COUNTERS, MAP_FRAGMENTS, MAP_SEEN, MAP_SOURCES, MAP_UNATTRIBUTED, MAP_WAITING,
    PINNED,
};
use tracing::{info, warn};

use super::{
    PinError,
    folder::Folder,
    generation::Generation,
    layout::Layout,
    own::OWN,
    rows::{NAMES, RULES},
};

/// The generation to work with, and those to take over from.
pub(super) struct Choice {
    pub current: Generation,
    /// It was made just now.
    pub is_new: bool,
    /// The newest first.
    pub older: Vec<(Generation, Layout)>,
    /// Whether the tracking goes on: sessions and endpoints are those of before.
    pub tracking_goes_on: bool,
}

/// Finds the newest generation if it is of this layout, or makes one into which those of its maps are pinned that
/// stayed the same.
pub(super) fn choose(folder: &Folder, wanted: &Layout) -> Result<Choice, PinError> {
    let mut known = Vec::new();
    for generation in folder.generations()? {
        match generation.layout() {
            Some(layout) => known.push((generation, layout)),
            None if generation.interfaces()?.is_empty() => {
                info!(path = %generation.path().display(), "removed what a start left unfinished");
                generation.remove()?;
            }
            None => {
                let path = generation.path().display();
                warn!(%path, "does not say what its maps hold; taken for this build's");
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
            tracking_goes_on: true,
        });
    }
    let current = folder.create(newest + 1)?;
    let tracking_goes_on = match known.first() {
        Some((from, layout)) => {
            adopt(&current, from, same(layout, wanted, alone).chain([NAMES, RULES]))?;
            for name in [MAP_SOURCES, MAP_SEEN] {
                if layout.map(name).is_some() && !layout.is_alike(wanted, name) {
                    warn!(map = name, "what was seen of sources begins anew: it is kept in another layout");
                }
            }
            let all: Vec<_> = same(layout, wanted, of_tracking).collect();
            let goes_on = all.len() == PINNED.iter().filter(|(name, _)| of_tracking(name)).count()
                && layout.tallies().eq(wanted.tallies())
                && all.iter().chain([&OWN]).all(|name| from.open(name).is_ok());
            if goes_on {
                adopt(&current, from, all.into_iter().chain([OWN]))?;
            }
            goes_on
        }
        None => false,
    };
    Ok(Choice { current, is_new: true, older: known, tracking_goes_on })
}

/// Whether every map is where it should be.
fn is_whole(generation: &Generation) -> bool {
    PINNED.iter().map(|(name, _)| *name).chain([OWN]).all(|name| generation.open(name).is_ok())
}

/// Maps that can be taken over each by itself.
fn alone(name: &str) -> bool {
    matches!(name, MAP_FRAGMENTS | MAP_UNATTRIBUTED | MAP_SOURCES | MAP_SEEN | MAP_CONNECTIONS | MAP_WAITING)
}

/// Maps that refer to each other.
fn of_tracking(name: &str) -> bool {
    !alone(name) && name != MAP_COUNTERS
}

/// The maps of a kind of which both layouts say the same.
fn same<'a>(
    old: &'a Layout,
    new: &'a Layout,
    kind: fn(&str) -> bool,
) -> impl Iterator<Item = &'static str> + 'a {
    let names = PINNED.iter().map(|(name, _)| *name);
    names.filter(move |name| kind(name) && old.map(name).is_some() && old.map(name) == new.map(name))
}

/// Pins maps of one generation into another too.
fn adopt(
    to: &Generation,
    from: &Generation,
    names: impl Iterator<Item = &'static str>,
) -> Result<(), PinError> {
    for name in names {
        let Ok(map) = from.open(name) else { continue };
        let pin = to.map(name);
        map.pin(&pin).map_err(PinError::of("pin", &pin))?;
    }
    Ok(())
}
