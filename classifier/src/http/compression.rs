// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Compresses bodies with gzip.

use std::{cell::RefCell, io};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Least length to compress: a shorter body fits one Ethernet segment anyway.
const PAYS_FROM: usize = 1400;

/// Bits of the largest window.
const WINDOW: u8 = 15;

thread_local! {
    /// Compression state, reused since every body would otherwise clear 300 KiB.
    ///
    /// It uses the fastest level: metrics are so repetitive that slower ones gain little.
    static STATE: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::fast(), WINDOW));
}

/// Tells whether compression pays for a body of this length.
#[must_use]
pub const fn pays(length: usize) -> bool {
    length >= PAYS_FROM
}

/// Compresses a body with gzip.
///
/// # Errors
///
/// Never in practice: the output buffer grows.
pub fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    const USUAL_RATIO: usize = 6;
    const MORE: usize = 4096;
    STATE.with_borrow_mut(|state| {
        state.reset();
        let mut packed = Vec::with_capacity(body.len() / USUAL_RATIO + MORE);
        loop {
            let read = usize::try_from(state.total_in()).map_err(io::Error::other)?;
            let rest = body.get(read..).unwrap_or_default();
            if state.compress_vec(rest, &mut packed, FlushCompress::Finish)? == Status::StreamEnd {
                return Ok(packed);
            }
            packed.reserve(MORE.max(rest.len() / USUAL_RATIO));
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_whatever_was_packed_before() {
        // Bodies that compress to a hundredth, hardly, and not at all.
        let noise: Vec<u8> =
            (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_769).to_le_bytes()[3]).collect();
        for body in [vec![b'a'; 100_000], noise, Vec::new()] {
            let mut unpacked = Vec::new();
            GzDecoder::new(&gzip(&body).unwrap()[..]).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == body);
        }
    }
}
