// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes capture files of every format, byte by byte, sharing no code with the readers.

/// Byte order of a file's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

/// A captured packet.
#[derive(Clone, Debug)]
pub struct Captured {
    /// Nanoseconds since 1970.
    pub time: u64,
    /// Original length.
    pub wire: u32,
    pub bytes: Vec<u8>,
}

impl Captured {
    /// Creates a packet that was captured whole.
    pub fn whole(time: u64, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { time, wire: bytes.len().try_into().expect("a packet's length"), bytes }
    }
}

impl Order {
    pub fn half(self, number: u16) -> [u8; 2] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    pub fn word(self, number: u32) -> [u8; 4] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }
}

fn length(bytes: &[u8]) -> u32 {
    bytes.len().try_into().expect("a packet's length")
}

/// Writes a pcap file, with `nanoseconds` or microseconds.
pub fn pcap(order: Order, nanoseconds: bool, link: u32, packets: &[Captured]) -> Vec<u8> {
    let magic = if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = order.word(magic).to_vec();
    file.extend([order.half(2), order.half(4)].as_flattened());
    file.extend([0, 0, 262_144, link].map(|number| order.word(number)).as_flattened());
    for Captured { time, wire, bytes } in packets {
        let unit = if nanoseconds { 1 } else { 1000 };
        let [seconds, fraction] = [time / 1_000_000_000, time % 1_000_000_000 / unit];
        let [seconds, fraction] = [seconds, fraction].map(|number| number.try_into().expect("before 2106"));
        file.extend(
            [seconds, fraction, length(bytes), *wire].map(|number| order.word(number)).as_flattened(),
        );
        file.extend(bytes);
    }
    file
}

/// Blocks of a pcapng file.
#[derive(Clone, Debug)]
pub struct PcapNg {
    order: Order,
    pub file: Vec<u8>,
}

impl PcapNg {
    /// Creates a file with a section.
    pub fn new(order: Order) -> Self {
        Self { order, file: Vec::new() }.section(order)
    }

    /// Adds a section.
    pub fn section(mut self, order: Order) -> Self {
        self.order = order;
        let body = [&order.word(0x1a2b_3c4d)[..], &order.half(1), &order.half(0), &[0xff; 8]].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    /// Adds any block.
    pub fn block(mut self, kind: u32, body: &[u8]) -> Self {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let length = self.order.word(length(body) + length(&padding) + 12);
        self.file.extend([&self.order.word(kind)[..], &length, body, &padding, &length].concat());
        self
    }

    /// Adds an interface, with options by code and bytes.
    pub fn interface(self, link: u16, snap: u32, options: &[(u16, &[u8])]) -> Self {
        let order = self.order;
        let mut body = [&order.half(link)[..], &[0; 2], &order.word(snap)].concat();
        for (code, value) in options {
            body.extend(order.half(*code));
            body.extend(order.half(value.len().try_into().expect("a short value")));
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        if !options.is_empty() {
            body.extend([0; 4]);
        }
        self.block(1, &body)
    }

    /// Adds an enhanced packet at a time in its interface's units.
    pub fn packet(self, interface: u32, units: u64, wire: u32, bytes: &[u8]) -> Self {
        let order = self.order;
        let [high, low] = [units >> 32, units & 0xffff_ffff].map(|half| half.try_into().expect("32 bits"));
        let numbers = [interface, high, low, length(bytes), wire].map(|number| order.word(number));
        let body = [numbers.as_flattened(), bytes].concat();
        self.block(6, &body)
    }

    /// Adds a simple packet, of the first interface and without a time.
    pub fn simple(self, wire: u32, bytes: &[u8]) -> Self {
        let body = [&self.order.word(wire)[..], bytes].concat();
        self.block(3, &body)
    }

    /// Adds an obsolete packet block.
    pub fn old(self, interface: u16, units: u64, wire: u32, bytes: &[u8]) -> Self {
        let order = self.order;
        let [high, low] = [units >> 32, units & 0xffff_ffff].map(|half| half.try_into().expect("32 bits"));
        let numbers = [high, low, length(bytes), wire].map(|number| order.word(number));
        let body = [&order.half(interface)[..], &order.half(0), numbers.as_flattened(), bytes].concat();
        self.block(2, &body)
    }
}
