//! Whom things were observed of, and when.

use classifier_common::abi::{MAP_SEEN, MAP_SOURCES};

use super::{error::Problem, maps::Maps};
use crate::datapath::{SourceMaps, SourceSums};

/// All of it.
pub(in crate::datapath) fn read(maps: &mut Maps) -> Result<SourceSums, Problem> {
    let ((sources, _), (seen, _)) = (maps.take_as(MAP_SOURCES)?, maps.take_as(MAP_SEEN)?);
    SourceMaps::over(sources, seen).sums().map_err(|(map, cause)| Problem::map(map)(cause))
}
