// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The cells of the matrix: client, command, and family.

use std::fmt;

/// A client of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Curl,
    Lftp,
    /// lftp that sends commands ahead, without waiting for answers.
    LftpAhead,
    /// wget, which only reads.
    Wget,
    /// Sockets of the test itself, for commands that no program sends.
    Sockets,
}

impl Client {
    /// Verbs of a cell's transfers, in order.
    pub const fn verbs(self) -> &'static [&'static str] {
        match self {
            Self::Curl | Self::Lftp | Self::LftpAhead | Self::Sockets => &["LIST", "STOR", "RETR"],
            Self::Wget => &["LIST", "RETR"],
        }
    }
}

/// A command that announces a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Pasv,
    /// PASV in a spelling that passes application gateways.
    HiddenPasv,
    Epsv,
    Port,
    Eprt,
}

impl Command {
    /// Returns the command as the client sends it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pasv => "PASV",
            Self::HiddenPasv => "P@SW",
            Self::Epsv => "EPSV",
            Self::Port => "PORT",
            Self::Eprt => "EPRT",
        }
    }

    /// Returns the mode of the data connection in `/metrics`.
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Pasv | Self::HiddenPasv | Self::Epsv => "passive",
            Self::Port | Self::Eprt => "active",
        }
    }

    /// Returns the command of the endpoint in `/metrics`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pasv | Self::HiddenPasv => "pasv",
            Self::Epsv => "epsv",
            Self::Port => "port",
            Self::Eprt => "eprt",
        }
    }
}

/// A version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

/// One cell: a listing, an upload if the client can, and a download.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub client: Client,
    pub command: Command,
    pub family: Family,
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = match self.family {
            Family::V4 => 4,
            Family::V6 => 6,
        };
        write!(out, "{:?} {} over IPv{family}", self.client, self.command.word())
    }
}

impl Cell {
    /// Returns the reason why there is no such cell.
    pub const fn obstacle(self) -> Option<&'static str> {
        match self {
            Self { client: Client::Sockets, .. } => None,
            Self { command: Command::Pasv | Command::Port, family: Family::V6, .. } => {
                Some("PASV and PORT have no room for an IPv6 address (RFC 2428 §1)")
            }
            Self { client: Client::Lftp | Client::LftpAhead, command: Command::Eprt, family: Family::V4 } => {
                Some("lftp has no setting for it: it says PORT over IPv4, EPRT over IPv6")
            }
            Self { client: Client::Wget, command: Command::Epsv, family: Family::V4 } => {
                Some("wget has no setting for it: it says PASV over IPv4, EPSV over IPv6")
            }
            Self { .. } => None,
        }
    }

    /// Lists every combination of these with either family, possible or not.
    pub fn of(clients: &[Client], commands: &[Command]) -> Vec<Self> {
        let mut cells = Vec::new();
        for client in clients {
            for command in commands {
                let cell = |family| Self { client: *client, command: *command, family };
                cells.extend([Family::V4, Family::V6].map(cell));
            }
        }
        cells
    }
}
