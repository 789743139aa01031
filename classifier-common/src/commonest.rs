//! The commonest shapes, judged in few steps: up to two VLAN tags, IPv4 with or without options, IPv6 with up
//! to three extension headers, no fragments; TCP, UDP, or an ICMP message that quotes nothing; all of it sound.
//!
//! What has another shape, or more to be done about it than counting, is left to [`crate::classify::walk`]; of
//! these packets it says the same.

use crate::{
    commonest_upper::{Upper, of_icmp, of_tcp, of_tcp_header, of_udp},
    endpoint::Address,
    family::Family,
    outcome::Outcome,
    tables::Tables,
    view::{Header, View},
    wire::{
        ethernet::{self, TAG, ethertype, is_tag},
        ipv4, ipv6, number, tcp,
    },
};

/// VLAN tags that are looked through here.
const TAGS: u8 = 2;

/// Extension headers that are stepped over here.
const EXTENSIONS: u8 = 3;

/// What becomes of a judgement. Each shape hands over its own, so that what it never has costs it nothing.
pub trait Judged {
    /// Takes the outcome of a packet that is not FTP data; nothing is to be tracked about it.
    fn take(self, outcome: Outcome);

    /// Takes that of one that may be FTP data.
    fn take_data(self, outcome: Outcome);
}

/// Ethernet, then IPv4: the type, version and header length in one word, where the length is not in doubt.
const PLAIN: u32 = u32::from_ne_bytes([0x08, 0x00, 0x45, 0]);
const PLAIN_MASK: u32 = u32::from_ne_bytes([0xff, 0xff, 0xff, 0]);

/// An Ethernet header and an IPv4 header: no IP packet has less, and no tag stands further back.
const SHORTEST: usize = ethernet::HEADER + ipv4::HEADER;

/// An Ethernet header with an IPv6 header, or with an IPv4 and a TCP header. A frame on a wire has as much, whatever it
/// carries.
const LONG: usize = ethernet::HEADER + ipv6::HEADER;
const _: () = assert!(LONG == SHORTEST + tcp::HEADER);

/// Judges an Ethernet frame of one of the commonest shapes; `false` leaves it to the general way.
#[inline(always)]
pub fn commonest<V: View, T: Tables, J: Judged>(frame: V, tables: &T, judged: J) -> bool {
    if let Some(header) = frame.header::<LONG>() {
        if header.four::<12>() & PLAIN_MASK == PLAIN {
            return of_plain(frame, header, tables, judged);
        }
        if header.two::<12>() == ethertype::IPV6.to_be() {
            return of_ipv6(frame, frame, tables, judged);
        }
    }
    let Some(mut header) = frame.header::<SHORTEST>() else { return false };
    // Seen from as far behind its start as there are bytes of tags: the type is always at the same offset.
    let mut tagged = frame;
    for _ in 0..TAGS {
        if !is_tag(header.be16::<12>()) {
            break;
        }
        tagged = tagged.past(TAG);
        let Some(next) = tagged.header::<SHORTEST>() else { return false };
        header = next;
    }
    match header.be16::<12>() {
        ethertype::IPV4 => {
            let first = header.byte::<14>();
            let start = usize::from(first & 0x0f) * 4;
            first >> 4 == 4 && start >= ipv4::HEADER && of_ipv4(frame, tagged, header, start, tables, judged)
        }
        ethertype::IPV6 => of_ipv6(frame, tagged, tables, judged),
        _ => false,
    }
}

/// Judges an IPv4 packet without options.
#[inline(always)]
fn of_plain<V: View, T: Tables, J: Judged>(frame: V, header: V::Header<LONG>, tables: &T, judged: J) -> bool {
    if header.four::<20>() & FRAGMENT_MASK != TCP {
        return of_ipv4(frame, frame, header, ipv4::HEADER, tables, judged);
    }
    let length = usize::from(header.be16::<16>()).cast_signed() - ipv4::HEADER.cast_signed();
    let upper = Upper { frame, view: frame.past(SHORTEST), length };
    let hosts = || ipv4_hosts(header.four::<26>(), header.four::<30>());
    length >= tcp::HEADER.cast_signed()
        && of_tcp_header(header.part::<SHORTEST, { tcp::HEADER }>(), upper, tables, hosts, judged)
}

/// Judges an IPv4 packet whose header has `start` bytes.
#[inline(always)]
fn of_ipv4<V: View, T: Tables, J: Judged>(
    frame: V,
    tagged: V,
    header: impl Header,
    start: usize,
    tables: &T,
    judged: J,
) -> bool {
    let length = usize::from(header.be16::<16>()).cast_signed() - start.cast_signed();
    let upper = Upper { frame, view: tagged.past(ethernet::HEADER + start), length };
    // Fragment offset and flags, and behind the time to live the protocol: one word says that it is TCP, and whole.
    if header.four::<20>() & FRAGMENT_MASK == TCP {
        let hosts = || ipv4_hosts(header.four::<26>(), header.four::<30>());
        return of_tcp(upper, tables, hosts, judged);
    }
    let is_fragment = header.two::<20>() & (ipv4::OFFSET | ipv4::MORE_FRAGMENTS).to_be() != 0;
    match header.byte::<23>() {
        number::UDP if !is_fragment => of_udp(upper, tables, judged),
        number::ICMP if !is_fragment => of_icmp(upper, Family::V4, judged),
        _ => false,
    }
}

/// Source and destination.
#[inline(always)]
fn ipv4_hosts(source: u32, destination: u32) -> (Address, Address) {
    (Address::v4(source.to_ne_bytes()), Address::v4(destination.to_ne_bytes()))
}

const FRAGMENT_MASK: u32 = {
    let [high, low] = (ipv4::OFFSET | ipv4::MORE_FRAGMENTS).to_be_bytes();
    u32::from_ne_bytes([high, low, 0, 0xff])
};
const TCP: u32 = u32::from_ne_bytes([0, 0, 0, number::TCP]);

/// Judges an IPv6 packet.
#[inline(always)]
fn of_ipv6<V: View, T: Tables, J: Judged>(frame: V, tagged: V, tables: &T, judged: J) -> bool {
    let Some(header) = tagged.header::<LONG>() else { return false };
    if header.byte::<14>() >> 4 != 6 {
        return false;
    }
    let mut upper =
        Upper { frame, view: tagged.past(LONG), length: usize::from(header.be16::<18>()).cast_signed() };
    let mut next = header.byte::<20>();
    for _ in 0..EXTENSIONS {
        if matches!(next, number::TCP | number::UDP | number::ICMPV6) {
            break;
        }
        let Some(extension) = upper.view.header::<{ ipv6::EXTENSION }>() else { return false };
        let length = ipv6::length_of_unfragmenting(next, extension.byte::<1>());
        if length == 0 {
            return false;
        }
        next = extension.byte::<0>();
        upper.length -= length.cast_signed();
        upper.view = upper.view.past(length);
    }
    match next {
        number::TCP => {
            let hosts = || {
                let source = Address::words(header.eight::<22>(), header.eight::<30>());
                (source, Address::words(header.eight::<38>(), header.eight::<46>()))
            };
            of_tcp(upper, tables, hosts, judged)
        }
        number::UDP => of_udp(upper, tables, judged),
        number::ICMPV6 => of_icmp(upper, Family::V6, judged),
        _ => false,
    }
}
