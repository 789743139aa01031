// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Any bytes can be read as a capture up to some packet, and the counts add up.

use std::{io::Cursor, path::Path};

use classifier::{
    config::FtpSettings,
    offline::{Capture, Engine, OfflineError},
};

/// Most packets of a file: few bytes decompress to many.
const PACKETS: u64 = 100_000;

/// Reads and classifies a file twice, with the same result; returns the number of packets, and the error.
pub fn classify(file: &[u8]) -> (u64, Option<OfflineError>) {
    let (count, error) = once(file);
    let (again, said) = once(file);
    assert_eq!(again, count, "packets the second time");
    assert_eq!(said.map(|said| said.to_string()), error.as_ref().map(OfflineError::to_string));
    (count, error)
}

fn once(file: &[u8]) -> (u64, Option<OfflineError>) {
    let mut capture = match Capture::read(Path::new("any"), Box::new(Cursor::new(file.to_vec()))) {
        Ok(capture) => capture,
        Err(error) => return (0, Some(error)),
    };
    let mut engine = Engine::new(&FtpSettings::default(), &[]);
    let (mut read, mut classified, mut bytes, mut time) = (0, 0, 0, 0);
    let error = loop {
        match capture.next_packet() {
            Ok(Some(packet)) => {
                read += 1;
                assert!(packet.bytes.len() <= packet.wire as usize, "{packet:?}");
                if engine.classify(&packet).is_some() {
                    (classified, bytes) = (classified + 1, bytes + u64::from(packet.wire));
                }
                assert!(engine.now() >= time, "the clock goes back");
                time = engine.now();
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
        if read == PACKETS {
            break None;
        }
    };
    if let Some(OfflineError::Broken { packet, .. }) = &error {
        assert_eq!(*packet, read + 1, "the packet that is broken is the next");
    }
    let counters = engine.take_counters();
    assert_eq!(counters.classes.iter().map(|tally| tally.packets).sum::<u64>(), classified, "packets");
    assert_eq!(counters.classes.iter().map(|tally| tally.bytes).sum::<u64>(), bytes, "bytes");
    (read, error)
}
