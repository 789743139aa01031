// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists the pinned generations with the layout of each.

use std::{collections::HashMap, io, path::Path, sync::Arc};

use super::ViewError;
use crate::datapath::pins::{
    PinError, concordance::Concordance, folder, generation::Generation, layout::Layout, opened,
};

/// A layout, and the mapping of its numbers to those of this build.
#[derive(Debug)]
pub(super) struct Known {
    pub layout: Layout,
    pub concordance: Concordance,
}

impl Known {
    fn new(layout: Layout) -> Self {
        Self { concordance: Concordance::of(&layout), layout }
    }
}

/// A generation and its layout.
pub(super) type Described = (Generation, Arc<Known>);

/// Cache of layouts: one has some thousand lines.
#[derive(Debug)]
pub(super) struct Layouts {
    /// Layouts by the kernel's number of the record's map.
    by_map: HashMap<u32, Arc<Known>>,
    own: Arc<Known>,
}

impl Layouts {
    pub(super) fn new() -> Self {
        // The maps themselves tell the capacity of sessions and endpoints.
        Self { by_map: HashMap::new(), own: Arc::new(Known::new(Layout::of_build(false, 0, 0, 0))) }
    }

    /// Returns the layout of this build.
    pub(super) fn own(&self) -> &Layout {
        &self.own.layout
    }

    /// Lists the complete generations of a directory, newest first.
    pub(super) fn generations(&mut self, folder: &Path) -> Result<Vec<Described>, ViewError> {
        let (generations, _) = folder::generations(folder)?;
        let mut described = Vec::new();
        for generation in generations {
            let known = match self.of(&generation)? {
                Some(known) => known,
                None if generation.interfaces()?.is_empty() => continue,
                // As an agent takes them.
                None => Arc::clone(&self.own),
            };
            described.push((generation, known));
        }
        if described.is_empty() {
            return Err(ViewError::Nothing(folder.to_owned()));
        }
        Ok(described)
    }

    /// Reads the layout record of a generation; `None` if it has none.
    fn of(&mut self, generation: &Generation) -> Result<Option<Arc<Known>>, ViewError> {
        let pin = generation.map(Layout::MAP);
        let map = match opened::to_read(&pin) {
            Ok(map) => map,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(ViewError::refused("open", &pin)(cause)),
        };
        let number = map.info().map_err(PinError::of("open", &pin))?.id();
        if let Some(known) = self.by_map.get(&number) {
            return Ok(Some(Arc::clone(known)));
        }
        let layout = Layout::of_map(map).map_err(|_| ViewError::Words(generation.path().to_owned()))?;
        let known = Arc::new(Known::new(layout));
        self.by_map.insert(number, Arc::clone(&known));
        Ok(Some(known))
    }
}
