//! What the configuration says of the tracking, and what all packets of the host share.

/// The value of the policy map: written by the agent before the programs run, and the count by the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Policy {
    /// Whether PORT and EPRT may name another address than the client's: FXP. 0 or 1.
    pub allow_foreign_address: u32,
    /// Whether data connections of encrypted sessions are inferred. 0 or 1.
    pub infer_encrypted: u32,
    /// Control segments that a source may have handed to the agent within a second.
    pub control_rate: u64,
    /// Encrypted sessions that live: while there are none, nothing is inferred.
    pub encrypted: u64,
}

impl Policy {
    /// Whether connections of encrypted sessions are inferred, and there are any.
    #[inline(always)]
    #[must_use]
    pub const fn infers(&self) -> bool {
        self.infer_encrypted != 0 && self.encrypted != 0
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { allow_foreign_address: 0, infer_encrypted: 1, control_rate: 2000, encrypted: 0 }
    }
}
