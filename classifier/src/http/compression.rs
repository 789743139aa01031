//! Bodies packed by gzip.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};

/// Below this a body fits one segment of an Ethernet anyway.
const PAYS_FROM: usize = 1400;

/// Whether a body of this many bytes is worth packing.
#[must_use]
pub const fn pays(length: usize) -> bool {
    length >= PAYS_FROM
}

/// The body in gzip at the fastest level: metrics are so repetitive that slower ones gain little.
///
/// # Errors
///
/// Never in practice: the writer is a vector.
pub fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    const USUAL_RATIO: usize = 10;
    let packed = Vec::with_capacity(body.len() / USUAL_RATIO);
    let mut encoder = GzEncoder::new(packed, Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}
