// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Types shared by the programs and the benchmarks, which include this file too.

/// Largest number of packets in a mix.
pub const PACKETS: usize = 256;
/// Stored bytes of a packet: all headers lie within them. The bytes behind them keep their old values.
pub const KEPT: usize = 256;
/// Number of programs that can be targets of packets.
pub const TARGETS: usize = 16;
/// Number of interfaces with a block in the counter-only program.
pub const BLOCKS: usize = 4096;

pub const MAP_PACKETS: &str = "PACKETS";
pub const MAP_REPLAY: &str = "REPLAY";
pub const MAP_TARGETS_XDP: &str = "TARGETS_XDP";
pub const MAP_TARGETS_TC: &str = "TARGETS_TC";
pub const MAP_BLOCKS: &str = "BLOCKS";

/// A packet of a mix.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Packet {
    /// Bytes of the frame. At least [`KEPT`], or all bytes are stored.
    pub length: u32,
    /// Increment of the big-endian number at `number_at` before each use; 0: the number stays.
    pub step: u32,
    pub number: u32,
    pub number_at: u32,
    /// Offset of a 16-bit number with random bits, and the mask of these bits. Both are 0 without random
    /// bits.
    pub varied_at: u32,
    pub varied: u32,
    pub bytes: [u8; KEPT],
}

/// Parameters of the replay: the packets to draw, and their target.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Replay {
    /// State of the random generator; never 0.
    pub random: u64,
    /// Number of packets minus one. The number is a power of two.
    pub mask: u32,
    /// Index of the program.
    pub target: u32,
    /// Target of the atomic additions that drain the store buffer.
    pub drain: u64,
}

/// Counter block of an interface in the counter-only program.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Block {
    pub ifindex: u32,
    pub reserved: u32,
    pub packets: u64,
}
