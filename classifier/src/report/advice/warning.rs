//! What somebody should look at.

use serde::Serialize;

/// What kind of thing it is, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// There is nothing to go by.
    NoEvidence,
    /// Passwords went over the wire in clear text.
    ClearTextLogin,
    /// Connections got no answer: something drops them.
    Unanswered,
    /// Somebody told this host to send elsewhere.
    IcmpRedirect,
    /// Somebody asked an FTP server to dial another host.
    FtpBounce,
    /// Data connections of FTP that no session had announced.
    DataWithoutSession,
    /// The evidence has holes.
    Incomplete,
    /// Traffic that no rule lets pass.
    Unnamed,
    /// What this host sends was not looked at.
    OutputUnseen,
    /// Datagrams that nobody answered.
    OneWay,
    /// Any port does for FTP's data.
    WidePorts,
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// What kind of thing it is.
    pub kind: WarningKind,
    /// What it is about: a protocol, a direction, a map; empty where that is clear.
    pub about: String,
    /// It, and what to do, in a sentence.
    pub text: String,
}
