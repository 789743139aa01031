//! The cells of the matrix: who asks, how, over what.

use std::fmt;

/// A client of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Curl,
    Lftp,
    /// lftp that does not wait for the answer to one command before it sends the next.
    LftpAhead,
}

/// A command that announces a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Pasv,
    Epsv,
    Port,
    Eprt,
}

impl Command {
    /// As the client sends it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pasv => "PASV",
            Self::Epsv => "EPSV",
            Self::Port => "PORT",
            Self::Eprt => "EPRT",
        }
    }

    /// As `/metrics` labels what comes of it.
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Pasv | Self::Epsv => "passive",
            Self::Port | Self::Eprt => "active",
        }
    }
}

/// A version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

/// One cell: a listing, an upload and a download.
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
    /// Why there is no such cell.
    pub const fn obstacle(self) -> Option<&'static str> {
        match self {
            Self { command: Command::Pasv | Command::Port, family: Family::V6, .. } => {
                Some("PASV and PORT have no room for an IPv6 address (RFC 2428 §1)")
            }
            Self { client: Client::Lftp | Client::LftpAhead, command: Command::Eprt, family: Family::V4 } => {
                Some("lftp has no setting for it: it says PORT over IPv4, EPRT over IPv6")
            }
            Self { .. } => None,
        }
    }

    /// Every combination, whether it can be or not.
    pub fn all() -> Vec<Self> {
        let mut cells = Vec::new();
        for client in [Client::Curl, Client::Lftp, Client::LftpAhead] {
            for command in [Command::Pasv, Command::Epsv, Command::Port, Command::Eprt] {
                cells.extend([Family::V4, Family::V6].map(|family| Self { client, command, family }));
            }
        }
        cells
    }
}
