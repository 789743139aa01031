//! What a reply says.

pub(super) const PASSIVE: u16 = 227;
pub(super) const LONG: u16 = 228;
pub(super) const EXTENDED: u16 = 229;

/// A reply, complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// From 100 to 699.
    pub code: u16,
    /// What it announces.
    pub announcement: Announcement,
}

impl Reply {
    /// Another reply to the same command will follow (RFC 959 §4.2: 1yz).
    #[inline(always)]
    #[must_use]
    pub const fn is_preliminary(self) -> bool {
        self.code < 200
    }

    /// The command was carried out (RFC 959 §4.2: 2yz).
    #[inline(always)]
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.code / 100 == 2
    }
}

/// What a reply announces. Where that is a port, [`Replies::announced`](super::Replies::announced) has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Announcement {
    /// Nothing: its code is none that does.
    None = 0,
    /// 227: address and port.
    Passive = 1,
    /// 228: address and port.
    Long = 2,
    /// 229: a port.
    Extended = 3,
    /// 227, 228 or 229 without such numbers, or with numbers that are out of range.
    Malformed = 4,
    /// 227, 228 or 229 on a line longer than [`LINE_MAX`](super::LINE_MAX).
    Overlong = 5,
}

impl Announcement {
    /// What a reply with one of the three codes announces.
    #[inline(always)]
    pub(super) const fn found(code: u16) -> Self {
        match code {
            LONG => Self::Long,
            EXTENDED => Self::Extended,
            _ => Self::Passive,
        }
    }
}
