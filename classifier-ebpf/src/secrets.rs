//! What a client logs in with stays in no map: what is copied of control connections is wiped once it was read, and what is
//! handed to the agent has blanks in place of all arguments but those of the commands that the tracking is about.

use core::{ffi::c_void, mem::offset_of};

use aya_ebpf::helpers::generated::bpf_loop;
use classifier_common::control::{PARSE_MAX, SEGMENT_MAX};

use crate::{sessions::Work, verifier::opaque};

const WORDS: usize = PARSE_MAX as usize / 8;

/// What is wiped by words lies at a multiple of their length.
const _: () = assert!(offset_of!(Work, payload).is_multiple_of(align_of::<u64>()));

/// Wipes what was read of a segment.
#[inline(always)]
pub fn wipe(work: *mut Work) {
    let mut wiping = work;
    // SAFETY: the function is one that takes an index and the context given here, which outlives it.
    unsafe { bpf_loop(WORDS as u32, wipe_one as *mut c_void, (&raw mut wiping).cast(), 0) };
}

#[inline(never)]
#[expect(clippy::cast_ptr_alignment, reason = "the payload is aligned for words, as asserted above")]
extern "C" fn wipe_one(index: u32, work: *mut *mut Work) -> i64 {
    // SAFETY: the context is the one that `bpf_loop` was given, and what it points to this CPU's value of the map; the
    // remainder is below the eighth of its bytes, which lie at a multiple of eight.
    unsafe {
        let words = (&raw mut (**work).payload).cast::<u64>();
        words.add(opaque(index as usize) % WORDS).write_volatile(0);
    }
    0
}

/// How far a line is read.
struct Blanking {
    work: *mut Work,
    /// The last four letters, as if they were capital.
    word: u32,
    /// Bytes of the line.
    column: u32,
    /// What follows is an argument: [`KEPT`], [`BLANK`] or [`NUMBERS`].
    argument: u32,
}

const KEPT: u32 = 1;
const BLANK: u32 = 2;
const NUMBERS: u32 = 3;

/// Letters that the longest command has.
const LONGEST: u32 = 4;

/// Blanks what of a client's segment may be a secret: arguments; and where a line began in another segment, all letters
/// but for the first four of the command, or of what is taken for one.
#[inline(always)]
pub fn blank(work: *mut Work, count: u32) {
    let mut blanking = Blanking { work, word: 0, column: 0, argument: 0 };
    // SAFETY: the function is one that takes an index and the context given here, which outlives it.
    unsafe { bpf_loop(count, blank_one as *mut c_void, (&raw mut blanking).cast(), 0) };
}

#[inline(never)]
extern "C" fn blank_one(index: u32, blanking: *mut Blanking) -> i64 {
    // SAFETY: the context is the one that `bpf_loop` was given; the work is this CPU's.
    let Blanking { work, word, column, argument } = unsafe { &mut *blanking };
    // SAFETY: this CPU's value of the map; the remainder is below the body's length.
    let byte = unsafe { &mut (**work).body[opaque(index as usize) % SEGMENT_MAX] };
    if *byte == b'\n' {
        (*word, *column, *argument) = (0, 0, 0);
        return 0;
    }
    let letter = *argument == NUMBERS || *argument == 0 && *column >= LONGEST;
    if *argument == BLANK || letter && byte.is_ascii_alphabetic() {
        if byte.is_ascii_graphic() {
            *byte = b'x';
        }
        return 0;
    }
    if *argument == 0 {
        if *byte == b' ' {
            *argument = match *word {
                0 => NUMBERS,
                word if says_where(word) => KEPT,
                _ => BLANK,
            };
        }
        *word = *word << 8 | u32::from(*byte & !0x20);
        *column += 1;
    }
    0
}

/// Whether a command's argument says where data is to come from, or how it is hidden; of a command that began in another
/// segment the end is enough.
#[inline(always)]
fn says_where(word: u32) -> bool {
    const PORT: u32 = u32::from_be_bytes(*b"PORT");
    const EPRT: u32 = u32::from_be_bytes(*b"EPRT");
    const LPRT: u32 = u32::from_be_bytes(*b"LPRT");
    const EPSV: u32 = u32::from_be_bytes(*b"EPSV");
    const AUTH: u32 = u32::from_be_bytes(*b"AUTH");
    matches!(word, PORT | EPRT | LPRT | EPSV | AUTH)
        || word == PORT & 0xff_ffff
        || word == EPRT & 0xff_ffff
        || word == EPRT & 0xffff
        || word == EPRT & 0xff
}
