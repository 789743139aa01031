// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes the grammar with any bytes on either side of a control connection: no panic, the same result for
//! every cut, and recovery at the next line.
//!
//! The input's first byte gives the side (bit 0) and the cut of the rest (other bits). `examples/seeds.rs`
//! writes the described lines in this form.
#![no_main]

use classifier_common::ftp::{
    Command, Commands, Replies, ReplyPort,
    fixtures::{LineEvent, hear_commands, hear_replies, host_port},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((how, bytes)) = input.split_first() else { return };
    let cut = bytes.len() * usize::from(how >> 1) / 128;
    let (before, behind) = bytes.split_at(cut);
    if how & 1 == 0 { server(bytes, before, behind) } else { client(bytes, before, behind) }
});

fn server(bytes: &[u8], before: &[u8], behind: &[u8]) {
    let (mut whole, mut said) = (Replies::new(), Vec::new());
    hear_replies(&mut whole, bytes, |event| said.push(event));
    let (mut cut, mut said_in_two) = (Replies::new(), Vec::new());
    hear_replies(&mut cut, before, |event| said_in_two.push(event));
    let mut cut = cut;
    hear_replies(&mut cut, behind, |event| said_in_two.push(event));
    assert_eq!((whole, &said), (cut, &said_in_two));
    plausible(&said, bytes);

    hear_replies(&mut whole, b"\r\n", |_| ());
    // Ends a reply of several lines that is still open, whatever its code.
    hear_replies(&mut whole, b"200 \r\n", |_| ());
    let mut last = None;
    hear_replies(&mut whole, b"227 Entering Passive Mode (10,0,0,1,4,5)\r\n", |event| last = Some(event));
    let expected = LineEvent::Reply(227, ReplyPort::Found, Some(host_port("10.0.0.1", 1029)));
    assert_eq!(last, Some(expected));
}

fn client(bytes: &[u8], before: &[u8], behind: &[u8]) {
    let (mut whole, mut said) = (Commands::new(), Vec::new());
    hear_commands(&mut whole, bytes, |event| said.push(event));
    let (mut cut, mut said_in_two) = (Commands::new(), Vec::new());
    hear_commands(&mut cut, before, |event| said_in_two.push(event));
    let mut cut = cut;
    hear_commands(&mut cut, behind, |event| said_in_two.push(event));
    assert_eq!((whole, &said), (cut, &said_in_two));
    plausible(&said, bytes);

    hear_commands(&mut whole, b"\r\n", |_| ());
    let mut last = None;
    hear_commands(&mut whole, b"EPRT |2|2001:db8::1|1029|\r\n", |event| last = Some(event));
    let expected = LineEvent::Command(Command::Eprt, Some(host_port("2001:db8::1", 1029)));
    assert_eq!(last, Some(expected));
}

fn plausible(said: &[LineEvent], bytes: &[u8]) {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    assert!(said.len() <= lines, "more events than lines");
    for event in said {
        let (LineEvent::Reply(_, _, place) | LineEvent::Command(_, place)) = event;
        assert!(place.is_none_or(|place| place.port != 0), "{event:?}");
        if let LineEvent::Reply(code, announcement, _) = event {
            assert!(*code == 0 || (100..700).contains(code), "{event:?}");
            let announces = (227..=229).contains(code);
            assert_eq!(*announcement != ReplyPort::None, announces, "{event:?}");
        }
    }
}
