// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tabs. A new one is a variant of [`Tab`] and a file that makes its table.

mod data_ports;
mod dry_run;
mod icmp;
mod services;
mod sessions;
mod sources;
mod traffic;

use super::{board::Board, table::Table};

/// A tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Rates by interface, direction, protocol and role.
    #[default]
    Traffic,
    /// ICMP messages by type and code.
    Icmp,
    /// FTP control connections.
    Sessions,
    /// Announced FTP data ports.
    DataPorts,
    /// Peers of connections.
    Sources,
    /// Connections to ports that no protocol has.
    Services,
    /// Decisions of a policy's dry run.
    DryRun,
}

impl Tab {
    /// All tabs, in the order of their keys.
    pub const ALL: [Self; 7] = [
        Self::Traffic,
        Self::Icmp,
        Self::Sessions,
        Self::DataPorts,
        Self::Sources,
        Self::Services,
        Self::DryRun,
    ];

    /// Returns the title of the tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Traffic => "Traffic",
            Self::Icmp => "ICMP",
            Self::Sessions => "FTP sessions",
            Self::DataPorts => "FTP data",
            Self::Sources => "Sources",
            Self::Services => "Other services",
            Self::DryRun => "Dry run",
        }
    }

    /// Returns the first sort column, by which the largest rows come first.
    #[must_use]
    pub const fn first_order(self) -> usize {
        match self {
            Self::Traffic => traffic::PACKETS,
            Self::Icmp => icmp::MESSAGES,
            Self::Sessions => sessions::AGE,
            Self::DataPorts => data_ports::AGE,
            Self::Sources => sources::AT_MOST,
            Self::Services => services::AT_MOST,
            Self::DryRun => dry_run::PACKETS,
        }
    }

    /// Makes the table of the tab.
    #[must_use]
    pub fn table(self, board: &Board) -> Table {
        match self {
            Self::Traffic => traffic::table(board),
            Self::Icmp => icmp::table(board),
            Self::Sessions => sessions::table(board),
            Self::DataPorts => data_ports::table(board),
            Self::Sources => sources::table(board),
            Self::Services => services::table(board),
            Self::DryRun => dry_run::table(board),
        }
    }

    /// Returns the next tab, or the previous one, cyclically.
    #[must_use]
    pub fn beside(self, is_back: bool) -> Self {
        let count = Self::ALL.len();
        Self::ALL[(self as usize + if is_back { count - 1 } else { 1 }) % count]
    }
}
