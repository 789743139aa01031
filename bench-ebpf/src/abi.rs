//! What the programs share with the benchmarks, which include this file too.

/// Packets that a mix can consist of.
pub const PACKETS: usize = 256;
/// Bytes of a packet that are kept: all headers lie within them. What follows is whatever was there before.
pub const KEPT: usize = 256;
/// Programs that packets can be handed to.
pub const TARGETS: usize = 16;
/// Interfaces that the counter-only program has blocks for.
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
    /// Bytes of the frame, at least [`KEPT`] or all that are kept.
    pub length: u32,
    /// What is added to the number at `number_at`, big endian, before it is handed on; 0 leaves it alone.
    pub step: u32,
    pub number: u32,
    pub number_at: u32,
    /// Where a number of 16 bits stands of which some bits are random, and which; none are where these are 0.
    pub varied_at: u32,
    pub varied: u32,
    pub bytes: [u8; KEPT],
}

/// What is to be drawn, and who gets it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Replay {
    /// State of the generator; never 0.
    pub random: u64,
    /// One less than the number of packets, which is a power of two.
    pub mask: u32,
    /// Index of the program.
    pub target: u32,
    /// Takes the additions that drain the store buffer.
    pub drain: u64,
}

/// An interface's block of the counter-only program.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Block {
    pub ifindex: u32,
    pub reserved: u32,
    pub packets: u64,
}
