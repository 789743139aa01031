// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Label values of an endpoint, shared by metrics and `status`.

use super::{EndpointState, Evidence, Kind, Mode};

impl Mode {
    /// All modes, in the order of the counters.
    pub const ALL: [Self; 2] = [Self::Active, Self::Passive];

    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }
}

impl Evidence {
    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Port20 => "port20",
            Self::Announced => "announced",
            Self::Inferred => "inferred",
        }
    }
}

impl EndpointState {
    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Claimed => "claimed",
            Self::Announced => "announced",
            Self::Connected => "connected",
            Self::Closed => "closed",
            Self::Proposed => "proposed",
        }
    }
}

impl Kind {
    /// All kinds of learned endpoints, one for each way to learn them.
    pub const LEARNED: [Self; 5] = [
        Self { mode: Mode::Passive, evidence: Evidence::Announced, extended: false },
        Self { mode: Mode::Passive, evidence: Evidence::Announced, extended: true },
        Self { mode: Mode::Active, evidence: Evidence::Announced, extended: false },
        Self { mode: Mode::Active, evidence: Evidence::Announced, extended: true },
        Self { mode: Mode::Passive, evidence: Evidence::Inferred, extended: false },
    ];

    /// Returns the command that announced the endpoint, or `inferred`.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match (self.evidence, self.mode, self.extended) {
            (Evidence::Inferred, ..) => Evidence::Inferred.label(),
            (_, Mode::Passive, false) => "pasv",
            (_, Mode::Passive, true) => "epsv",
            (_, Mode::Active, false) => "port",
            (_, Mode::Active, true) => "eprt",
        }
    }
}
