// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes a line for each packet.

use std::io::{self, Write};

use classifier_common::protocol::{CLASSES, Class};

use super::rows::classes;
use crate::protocol_names::ProtocolNames;

/// Lines of the form `number<TAB>protocol<TAB>role`.
pub(super) struct Lines {
    /// Text after the number, by class.
    labels: [String; CLASSES],
}

impl Lines {
    pub(super) fn new(names: &ProtocolNames) -> Self {
        let mut labels = [const { String::new() }; CLASSES];
        for (class, name) in classes(names) {
            labels[class.index()] = format!("\t{name}\t{}\n", class.role().label());
        }
        Self { labels }
    }

    pub(super) fn write(&self, out: &mut impl Write, number: u64, class: Class) -> io::Result<()> {
        out.write_all(itoa::Buffer::new().format(number).as_bytes())?;
        out.write_all(self.labels[class.index()].as_bytes())
    }
}
