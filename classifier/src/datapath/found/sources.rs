// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the sources of observed connections, with times.

use classifier_common::abi::{MAP_SEEN, MAP_SERVICES, MAP_SOURCES};

use super::{error::Problem, maps::Maps};
use crate::{datapath::SourceMaps, snapshot::SourceSums};

/// Reads all sources.
pub(in crate::datapath) fn read(maps: &mut Maps) -> Result<SourceSums, Problem> {
    let ((sources, _), (seen, _)) = (maps.take_as(MAP_SOURCES)?, maps.take_as(MAP_SEEN)?);
    let (services, _) = maps.take_as(MAP_SERVICES)?;
    SourceMaps::over(sources, seen, services).sums().map_err(|(map, cause)| Problem::map(map)(cause))
}
