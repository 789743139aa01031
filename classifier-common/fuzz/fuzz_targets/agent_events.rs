// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes the two ends of the ring buffer: the redaction of a client's segment, and the agent's reading of any bytes.
#![no_main]

use classifier_common::control::{EventHeader, JUMP_BYTES, Redactor, Session};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    redacted(input);
    let parsed = EventHeader::split(input);
    assert!(parsed.is_none() || input.len() >= size_of::<EventHeader>());
    if let Some((header, body)) = parsed {
        assert_eq!(body.len(), header.length as usize);
        assert_eq!(Session::behind(body).is_some(), body.len() >= JUMP_BYTES);
    }
});

/// Each byte is forwarded as it is, or as `x`; blanks and line ends stay, and so does what is said twice.
fn redacted(segment: &[u8]) {
    let pass = |text: &[u8]| -> Vec<u8> {
        let mut redactor = Redactor::default();
        text.iter().for_each(|byte| _ = redactor.push(*byte));
        redactor.decide();
        text.iter().map(|byte| redactor.push(*byte)).collect()
    };
    let left = pass(segment);
    assert_eq!(left.len(), segment.len());
    for (left, byte) in left.iter().zip(segment) {
        assert!(left == byte || *left == b'x' && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    }
}
