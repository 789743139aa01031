// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Labels of packets: a class, and for FTP data its evidence.

use crate::{endpoint::Evidence, protocol::Class};

/// A class and its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Protocol and role.
    pub class: Class,
    /// Evidence, meaningful for FTP data only.
    pub evidence: Evidence,
}

impl Label {
    /// Creates the label of a class without evidence, or with its port's.
    #[inline(always)]
    #[must_use]
    pub const fn of(class: Class) -> Self {
        Self { class, evidence: Evidence::Port20 }
    }

    /// Returns the label as a number.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a class is below 128")]
    pub const fn pack(self) -> u32 {
        self.class.index() as u32 | (self.evidence as u32) << 8
    }

    /// Unpacks a label.
    #[inline(always)]
    #[must_use]
    pub const fn unpack(packed: u32) -> Self {
        let evidence = Evidence::from_number((packed >> 8) as u64);
        Self { class: Class::from_index(packed & 0xff), evidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::protocol::{CLASSES, Protocol};

    #[test]
    fn a_label_is_unpacked_as_it_was_packed() {
        for class in (0..CLASSES).filter_map(|index| u32::try_from(index).ok()).map(Class::from_index) {
            for evidence in [Evidence::Port20, Evidence::Announced, Evidence::Inferred] {
                let label = Label { class, evidence };
                assert_eq!(Label::unpack(label.pack()), label);
            }
        }
        let smtp = Protocol::SMTP.to_server();
        assert_eq!(Label::of(smtp), Label { class: smtp, evidence: Evidence::Port20 });
    }
}
