//! What a packet says about a connection.

use super::{Attempt, Said, Vantage};
use crate::{
    abi::Direction,
    protocol::{Class, Protocol},
    track::Ends,
    wire::tcp::flag,
};

/// Payloads that are longer are not listened to: no command that matters is, and what is sent in bulk must not pay.
pub const SHORT: u32 = 600;

/// What a packet says about a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// SYN.
    #[default]
    Dialled = 0,
    /// SYN-ACK.
    Accepted = 1,
    /// RST: by the server, until nobody is found whom it answers.
    Reset = 2,
    /// An ICMP error.
    Rejected = 3,
    /// The client has said something.
    Spoken = 4,
    /// FIN; or RST, by the client.
    Ended = 5,
}

/// What was seen of a connection.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Seen {
    /// Whose connection it is.
    pub attempt: Attempt,
    /// When, in nanoseconds.
    pub now: u64,
    /// Number of the SYN: its own, or the one that is answered.
    pub number: u32,
    /// Bytes that a SYN holds.
    pub data: u32,
    /// Which way the SYN goes, or went.
    pub direction: Direction,
    /// Which way the packet itself goes.
    pub along: Direction,
    /// Protocol of a SYN.
    pub protocol: Protocol,
    /// What was seen.
    pub signal: Signal,
    /// Flags of the packet.
    pub flags: u8,
    /// What the client has said.
    pub said: Said,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            attempt: Attempt::default(),
            now: 0,
            number: 0,
            data: 0,
            direction: Direction::Ingress,
            along: Direction::Ingress,
            protocol: Protocol::TCP_OTHER,
            signal: Signal::default(),
            flags: 0,
            said: Said::Other,
        }
    }
}

/// Whether sessions of a protocol are listened to.
#[inline(always)]
#[must_use]
pub const fn is_heard(protocol: Protocol) -> bool {
    const HEARD: u64 = 1 << Protocol::FTP_CONTROL.index()
        | 1 << Protocol::SMTP.index()
        | 1 << Protocol::POP3.index()
        | 1 << Protocol::IMAP.index();
    HEARD >> protocol.index() & 1 != 0
}

/// Whether a TCP packet can say anything about a connection: it begins one or decides about it, or it is of a session that is
/// listened to.
#[inline(always)]
#[must_use]
pub fn concerns(class: Class, flags: u8) -> bool {
    // Whatever has a server comes behind what has none.
    class >= Protocol::FTP_CONTROL.to_server()
        && (flags & (flag::SYN | flag::RST) != 0 || is_heard(class.protocol()))
}

/// Whether a packet of this class comes from who dials: the client, but for the server's end of active FTP data.
#[inline(always)]
pub(super) const fn is_of_dialler(class: Class) -> bool {
    let active = class.protocol().index() == Protocol::FTP_DATA_ACTIVE.index();
    (class.index() & 1 == 0) != active
}

impl Seen {
    /// A reset is the client's own: it answers nothing.
    #[inline(always)]
    pub(super) fn reverse(&mut self) {
        self.attempt = self.attempt.reversed();
        self.direction = self.along;
        self.signal = Signal::Ended;
    }

    /// What a TCP packet of a protocol with a server says, of which the class is known; `false` if that is nothing.
    #[inline(always)]
    pub fn read_segment(&mut self, ends: &Ends, class: Class, vantage: Vantage) -> bool {
        let of_dialler = is_of_dialler(class);
        let (protocol, flags) = (class.protocol(), ends.flags);
        let syn = flags & flag::SYN != 0;
        let ack = flags & flag::ACK != 0;
        let signal = if flags & flag::RST != 0 {
            if syn {
                return false;
            }
            Signal::Reset
        } else if syn {
            if ack { Signal::Accepted } else { Signal::Dialled }
        } else if !is_heard(protocol) {
            return false;
        } else if flags & flag::FIN != 0 {
            Signal::Ended
        } else if of_dialler && ends.length != 0 {
            Signal::Spoken
        } else {
            return false;
        };
        if signal == Signal::Dialled && !of_dialler {
            return false;
        }
        let forward = match signal {
            Signal::Dialled | Signal::Spoken => true,
            Signal::Ended => of_dialler,
            Signal::Accepted | Signal::Reset | Signal::Rejected => false,
        };
        let attempt = Attempt {
            client: ends.source,
            server: ends.destination,
            client_port: ends.source_port,
            server_port: ends.destination_port,
            interface: vantage.interface,
        };
        self.attempt = if forward { attempt } else { attempt.reversed() };
        self.direction = if forward { vantage.dials } else { vantage.answers };
        self.along = vantage.dials;
        self.number =
            if signal == Signal::Dialled { ends.sequence } else { ends.acknowledgment.wrapping_sub(1) };
        self.data = ends.length;
        self.protocol = protocol;
        self.signal = signal;
        self.flags = flags;
        true
    }
}
