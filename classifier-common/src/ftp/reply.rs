// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Replies of the server.

pub(super) const PASSIVE: u16 = 227;
pub(super) const LONG: u16 = 228;
pub(super) const EXTENDED: u16 = 229;

/// A complete reply, or an unreadable line of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Code from 100 to 699; 0 for an unreadable line.
    pub code: u16,
    /// Announced data port.
    pub port: ReplyPort,
    /// Flag of a reply of several lines that ended with another code than it began with: some clients ignore
    /// it as text.
    pub doubtful: bool,
}

impl Reply {
    /// An unreadable line.
    pub(super) const UNREADABLE: Self = Self { code: 0, port: ReplyPort::None, doubtful: false };

    /// Returns whether the line is no reply.
    #[inline(always)]
    #[must_use]
    pub const fn is_unreadable(self) -> bool {
        self.code == 0
    }

    /// Returns whether another reply to the same command will follow (RFC 959 §4.2: 1yz).
    #[inline(always)]
    #[must_use]
    pub const fn is_preliminary(self) -> bool {
        self.code < 200
    }
}

/// Data port that a reply announces; [`Replies::announced`](super::Replies::announced) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReplyPort {
    /// No announcement, by its code.
    None = 0,
    /// 227 and 228 with an address and a port, 229 with a port.
    Found = 1,
    /// 227, 228 or 229 without such numbers, or with numbers that are out of range.
    Malformed = 2,
    /// 227, 228 or 229 on a line longer than [`LINE_MAX`](super::LINE_MAX).
    Overlong = 3,
}
