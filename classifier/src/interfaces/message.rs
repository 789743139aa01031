// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses messages about links attribute by attribute: an invalid attribute or message hides no other one.
//!
//! The decoder of netlink-packet-route refuses a whole message for one attribute, a name that is not UTF-8
//! among them.

use std::fmt::Write as _;

use rtnetlink::packet_core::{NetlinkBuffer, NlaBuffer};

/// Alignment of messages (`NLMSG_ALIGNTO`) and attributes (`NLA_ALIGNTO`).
const ALIGNED: usize = 4;

/// A netlink message with an undecoded payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'m> {
    /// Type of the message: `RTM_NEWLINK`, `NLMSG_DONE`, ….
    pub kind: u16,
    /// Flags of the message: `NLM_F_*`.
    pub flags: u16,
    pub payload: &'m [u8],
}

/// Iterates over the messages of a datagram, up to the first invalid length.
pub(super) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let message = NetlinkBuffer::new_checked(bytes).ok()?;
        let (kind, flags, payload) = (message.message_type(), message.flags(), message.payload());
        let length = (message.length() as usize).next_multiple_of(ALIGNED);
        bytes = bytes.get(length..).unwrap_or_default();
        Some(Message { kind, flags, payload })
    })
}

/// The payload of a message about a link: `struct ifinfomsg`, and attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkMessage<'m> {
    /// Address family: `AF_UNSPEC`. Bridges describe their ports in a family of their own.
    pub family: u8,
    /// Link-layer type: `ARPHRD_*`.
    pub layer: u16,
    /// Index of the link.
    pub index: u32,
    attributes: &'m [u8],
}

impl<'m> LinkMessage<'m> {
    /// Parses a payload; `None` if it is shorter than its header.
    pub(super) fn read(payload: &'m [u8]) -> Option<Self> {
        let ([family, _, low, high, index @ ..], attributes) = payload.split_first_chunk::<16>()?;
        let (index, _) = index.split_first_chunk::<4>()?;
        let (layer, index) = (u16::from_ne_bytes([*low, *high]), u32::from_ne_bytes(*index));
        Some(Self { family: *family, layer, index, attributes })
    }

    /// Iterates over the attributes: number (`IFLA_*`) and value.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (u16, &'m [u8])> + use<'m> {
        attributes(self.attributes)
    }
}

/// Iterates over attributes, up to the first invalid length.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let attribute = NlaBuffer::new_checked(bytes).ok()?;
        let (kind, length) = (attribute.kind(), usize::from(attribute.length()));
        let value = bytes.get(length - attribute.value_length()..length)?;
        bytes = bytes.get(length.next_multiple_of(ALIGNED)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// Parses a number of 32 bits.
pub(super) fn number(value: &[u8]) -> Option<u32> {
    value.first_chunk().copied().map(u32::from_ne_bytes)
}

/// Parses a text, up to its zero. A byte that is not UTF-8 is written `\xNN`; the backslash of such an escape
/// in the text itself is written `\x5c`, so that two names stay different.
pub(super) fn text(value: &[u8]) -> String {
    let value = value.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut text = String::with_capacity(value.len());
    for chunk in value.utf8_chunks() {
        text.push_str(&chunk.valid().replace(r"\x", r"\x5cx"));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, r"\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_text_and_no_two_share_one() {
        for (name, expected) in [
            (&b"eth0\0"[..], "eth0"),
            (b"\xc3\xa9t\0h", "ét"),
            (b"a\xff", r"a\xff"),
            (br"a\xff", r"a\x5cxff"),
            (b"a\\\xff", r"a\\xff"),
            (b"\xe2\x82", r"\xe2\x82"),
            (br"a\b", r"a\b"),
            (b"", ""),
        ] {
            assert_eq!(text(name), expected, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_attributes_and_nothing_before_it() {
        let mut bytes = vec![5, 0, 3, 0, b'a', 0, 0, 0, 8, 0, 10, 0, 7, 0, 0, 0];
        assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &b"a"[..]), (10, &[7, 0, 0, 0])]);
        for length in [0_u8, 3, 9, 255] {
            bytes.splice(8..9, [length]);
            assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &b"a"[..])], "{length}");
        }
        assert!(LinkMessage::read(&[0; 15]).is_none());
    }
}
