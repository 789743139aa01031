//! What the IP headers of the commonest shapes carry.

use crate::{
    commonest::Judged,
    connection::{SHORT, concerns},
    endpoint::{Address, Kind, Owner, Side, Word},
    family::Family,
    icmp_types::IcmpCell,
    label::Label,
    outcome::Outcome,
    ports::{PortEntry, Transport},
    protocol::{Class, Protocol},
    tables::Tables,
    track::{label, may_be_data},
    transport::tcp_class,
    view::{Header, View},
    wire::{
        icmp,
        tcp::{self, flag},
        udp,
    },
};

/// Where a transport header stands.
#[derive(Clone, Copy)]
pub(crate) struct Upper<V> {
    /// The whole frame.
    pub(crate) frame: V,
    /// The frame from the header on.
    pub(crate) view: V,
    /// Bytes of the packet from there on, by its IP length; negative where that is too short for its own header.
    pub(crate) length: isize,
}

impl<V: View> Upper<V> {
    /// The header, whole within the packet.
    #[inline(always)]
    fn header<const N: usize>(self) -> Option<V::Header<N>> {
        if self.length < N.cast_signed() { None } else { self.view.header() }
    }

    /// Bytes from the frame's start to `length` bytes behind the start of the header.
    #[inline(always)]
    fn headers(self, length: usize) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "frames are far below 4 GiB")]
        {
            (self.view.behind(self.frame) + length) as u32
        }
    }
}

/// Judges a TCP packet between hosts, which are read only where they are asked for.
#[inline(always)]
pub(crate) fn of_tcp<V: View, T: Tables, J: Judged>(
    upper: Upper<V>,
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    judged: J,
) -> bool {
    upper
        .header::<{ tcp::HEADER }>()
        .is_some_and(|header| of_tcp_header(header, upper, tables, hosts, judged))
}

/// The same, of a packet whose header is known to be there.
#[inline(always)]
pub(crate) fn of_tcp_header<H: Header, V: View, T: Tables, J: Judged>(
    header: H,
    upper: Upper<V>,
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    judged: J,
) -> bool {
    let (offset, flags) = (header.byte::<12>(), header.byte::<13>());
    if offset >> 4 < 5 {
        return false;
    }
    let headers = upper.headers(usize::from(offset >> 4) * 4);
    let (from, to) = (
        tables.on_wire(Transport::Tcp, header.two::<0>()),
        tables.on_wire(Transport::Tcp, header.two::<2>()),
    );
    if flags & (flag::SYN | flag::FIN | flag::RST) != 0 {
        let class = tcp_class(from, to, header.two::<0>() != header.two::<2>(), flags);
        let begins = flags & (flag::SYN | flag::ACK) == flag::SYN;
        let asked = PortEntry::are_tracked(from, to) || begins && tables.infers();
        if asked && has_a_say(class) || concerns(class, flags) {
            return false;
        }
        judged.take(Outcome { tcp_flags: flags, headers, ..Outcome::of(class) });
        return true;
    }
    let class = PortEntry::select(Transport::Tcp, from, to);
    if !PortEntry::are_looked_at(from, to) {
        judged.take(Outcome { tcp_flags: flags, headers, ..Outcome::of(class) });
        return true;
    }
    let mut found = Label::of(class);
    if to.is_heard() && is_spoken(flags, upper.length - usize::from(offset >> 4).cast_signed() * 4) {
        return false;
    }
    if has_a_say(class) {
        if !T::SEES_ENDPOINTS || !may_be_data(class) {
            return false;
        }
        if let Some(packed) = data(tables, hosts, header.four::<0>(), from, to).checked_sub(1) {
            found = Label::unpack(packed);
        }
    }
    judged.take_data(Outcome { tcp_flags: flags, headers, ..Outcome::labelled(found) });
    true
}

/// Whether a segment with so many bytes may be a word of the client's: pushed, and short.
#[inline(always)]
fn is_spoken(flags: u8, payload: isize) -> bool {
    flags & flag::PSH != 0 && payload > 0 && payload <= (SHORT as usize).cast_signed()
}

/// Whether the tracking has anything to say of a class.
#[inline(always)]
fn has_a_say(class: Class) -> bool {
    class.protocol() == Protocol::FTP_CONTROL || may_be_data(class)
}

/// One more than the packed label of a packet in the midst of an announced data connection; 0 for any other.
/// A function of its own: packets that no endpoint is asked about do without its stack.
#[inline(never)]
fn data<T: Tables>(
    tables: &T,
    hosts: impl Fn() -> (Address, Address),
    ports: u32,
    from: PortEntry,
    to: PortEntry,
) -> u32 {
    let [a, b, c, d] = ports.to_ne_bytes();
    let (source, destination) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let (sender, receiver) = hosts();
    let dialled = Owner { address: receiver, peer: sender, port: destination };
    if let Some(kind) = kind(to, &dialled, source, tables) {
        return label(kind, Side::Peer).pack() + 1;
    }
    let dialling = Owner { address: sender, peer: receiver, port: source };
    if let Some(kind) = kind(from, &dialling, destination, tables) {
        return label(kind, Side::Owner).pack() + 1;
    }
    0
}

/// What the data connection is of that a packet in the midst of one belongs to.
#[inline(always)]
fn kind<T: Tables>(entry: PortEntry, owner: &Owner, peer_port: u16, tables: &T) -> Option<Kind> {
    if !entry.has_endpoints() {
        return None;
    }
    let word = tables.connected(owner, peer_port);
    (word != Word::FREE).then(|| word.kind())
}

/// Judges a UDP packet.
#[inline(always)]
pub(crate) fn of_udp<V: View, T: Tables, J: Judged>(upper: Upper<V>, tables: &T, judged: J) -> bool {
    let Some(header) = upper.header::<{ udp::HEADER }>() else { return false };
    let (from, to) = (
        tables.on_wire(Transport::Udp, header.two::<0>()),
        tables.on_wire(Transport::Udp, header.two::<2>()),
    );
    let class = PortEntry::select(Transport::Udp, from, to);
    judged.take(Outcome { headers: upper.headers(udp::HEADER), ..Outcome::of(class) });
    true
}

/// Judges an ICMP message, if it is one that quotes nothing and redirects nobody.
#[inline(always)]
pub(crate) fn of_icmp<V: View, J: Judged>(upper: Upper<V>, family: Family, judged: J) -> bool {
    let Some(header) = upper.header::<{ icmp::HEADER }>() else { return false };
    let cell = IcmpCell::of_plain(family, header.byte::<0>(), header.byte::<1>());
    let Some(cell) = cell else { return false };
    judged.take(Outcome::of_cell(family, cell));
    true
}
