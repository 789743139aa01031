//! A class, and for FTP data why it is taken for it.

use crate::{endpoint::Evidence, protocol::Class};

/// A class and its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Protocol and role.
    pub class: Class,
    /// Means something for FTP data alone.
    pub evidence: Evidence,
}

impl Label {
    /// A class that needs no evidence, or has that of its port.
    #[inline(always)]
    #[must_use]
    pub const fn of(class: Class) -> Self {
        Self { class, evidence: Evidence::Port20 }
    }

    /// The label as the value of the fragment map.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a class is below 128")]
    pub const fn pack(self) -> u32 {
        self.class.index() as u32 | (self.evidence as u32) << 8
    }

    /// The label that was packed.
    #[inline(always)]
    #[must_use]
    pub const fn unpack(packed: u32) -> Self {
        let evidence = Evidence::from_number((packed >> 8) as u64);
        Self { class: Class::from_index(packed & 0xff), evidence }
    }
}
