//! Headers outside the first part of a buffer.

use classifier_common::{
    abi::PROGRAM_XDP,
    fixtures::{
        self, Verdict,
        layers::{CLIENT, carried, ethernet, ipv6, long_extension, tcp},
    },
    packet::Link,
    protocol::Protocol,
};
use testbed::Lab;

use crate::harness::Harness;

/// Length from which on the program asks for the whole length of a frame that it could read.
const ASKS_FOR_LENGTH: usize = 1024;

/// An `xdp_md` that has the first part of a frame end after `length` bytes.
fn first_part(length: usize) -> Vec<u8> {
    let mut context = vec![0; 24];
    context[4..8].copy_from_slice(&u32::try_from(length).unwrap().to_ne_bytes());
    context
}

/// XDP finds a TCP header behind extension headers that fill several pages, and counts the whole length.
#[test]
fn xdp_reads_headers_past_the_first_page() {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        let mut harness = Harness::new(PROGRAM_XDP, Link::Ethernet);
        for extensions in 1..=8_usize {
            for length in [8, 512, 1024, 2048] {
                let chain = (0..extensions).fold(tcp(CLIENT, 25), |inner, _| {
                    long_extension(carried::DESTINATION_OPTIONS, length, inner)
                });
                let frame = ethernet(ipv6(chain)).then(&[0; 100]);
                let counted = harness.count(frame.bytes(), None);
                let expected = (Verdict::to_server(Protocol::SMTP), frame.bytes().len() as u64);
                assert_eq!(counted, Some(expected), "{extensions} extension headers of {length} bytes");
            }
        }
    });
}

/// However short the first part of the buffer, XDP's verdict on a fixture is the same.
#[test]
fn xdp_says_the_same_wherever_the_first_part_ends() {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        let mut harness = Harness::new(PROGRAM_XDP, Link::Ethernet);
        let whole = |fixture: &&fixtures::Fixture| fixture.link == Link::Ethernet && fixture.steps.len() == 1;
        let probe = ethernet(ipv6(tcp(CLIENT, 25))).then(&[0; 100]);
        if harness.count(probe.bytes(), Some(&first_part(20))).is_none() {
            println!("NOT RUN: this kernel's test runs cannot say where the first part ends (needs 6.18)");
            return;
        }
        let mut runs = 0;
        for fixture in fixtures::all().iter().filter(whole) {
            let step = &fixture.steps[0];
            let length = step.frame.len();
            for part in (14..length.min(120)).chain((120..length.min(3000)).step_by(61)) {
                let (verdict, bytes) = harness.count(&step.frame, Some(&first_part(part))).unwrap();
                assert_eq!(verdict, step.expected, "{}: first part of {part} bytes", fixture.name);
                assert!(bytes == length as u64 || part < ASKS_FOR_LENGTH, "{}: {bytes}", fixture.name);
                runs += 1;
            }
        }
        println!("{runs} runs with a cut first part");
        assert!(runs > 5000);
    });
}
