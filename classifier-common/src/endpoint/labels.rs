//! The words for an endpoint that metrics and `status` share.

use super::{Evidence, Kind, Mode, State};

impl Mode {
    /// Both, in the order of the counters.
    pub const ALL: [Self; 2] = [Self::Active, Self::Passive];

    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }
}

impl Evidence {
    /// Label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Port20 => "port20",
            Self::Announced => "announced",
            Self::Inferred => "inferred",
        }
    }
}

impl State {
    /// Label value.
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
    /// One kind for each way to learn an endpoint.
    pub const LEARNED: [Self; 5] = [
        Self { mode: Mode::Passive, evidence: Evidence::Announced, extended: false },
        Self { mode: Mode::Passive, evidence: Evidence::Announced, extended: true },
        Self { mode: Mode::Active, evidence: Evidence::Announced, extended: false },
        Self { mode: Mode::Active, evidence: Evidence::Announced, extended: true },
        Self { mode: Mode::Passive, evidence: Evidence::Inferred, extended: false },
    ];

    /// The command that it was learned by, or `inferred`.
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
