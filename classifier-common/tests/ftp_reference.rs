// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Comparison of the grammars with a reader of whole lines, written with the standard library, and with
//! random bytes.

use std::net::{Ipv4Addr, Ipv6Addr};

use classifier_common::ftp::{
    Command, Commands, HostPort, Replies, ReplyPort,
    fixtures::{LineEvent, hear_commands, hear_replies},
};
use proptest::{collection::vec, prelude::*, sample::select};

fn server_says(bytes: &[u8]) -> Vec<LineEvent> {
    let mut said = Vec::new();
    hear_replies(&mut Replies::new(), bytes, |event| said.push(event));
    said
}

fn client_says(bytes: &[u8]) -> Vec<LineEvent> {
    let mut said = Vec::new();
    hear_commands(&mut Commands::new(), bytes, |event| said.push(event));
    said
}

fn at(address: Ipv6Addr, port: u16) -> Option<HostPort> {
    (port != 0).then_some(HostPort { address: address.octets(), port })
}

fn list(text: &str) -> Option<HostPort> {
    let numbers = text.split(',').map(|number| number.trim_start().parse().ok());
    let [a, b, c, d, high, low] = numbers.collect::<Option<Vec<u8>>>()?.try_into().ok()?;
    at(Ipv4Addr::new(a, b, c, d).to_ipv6_mapped(), u16::from_be_bytes([high, low]))
}

fn eprt(text: &str) -> Option<HostPort> {
    let delimiter = text.chars().next()?;
    let ["", family, address, port, ""] = text.split(delimiter).collect::<Vec<_>>()[..] else { return None };
    let address = match family {
        "1" => address.parse::<Ipv4Addr>().ok()?.to_ipv6_mapped(),
        "2" => address.parse().ok()?,
        _ => return None,
    };
    at(address, port.parse().ok()?)
}

/// Parses a passive reply: the longest run of a list's characters decides. The texts of the strategy contain
/// at most one list.
fn passive(text: &str) -> Option<HostPort> {
    let is_of_list = |c: char| c.is_ascii_digit() || c == ',';
    text.split(|c| !is_of_list(c)).max_by_key(|run| run.len()).and_then(list)
}

fn extended(text: &str) -> Option<u16> {
    let (_, behind) = text.split_once('(')?;
    let delimiter = behind.chars().next()?;
    let [_, _, _, port, ..] = behind.split(delimiter).collect::<Vec<_>>()[..] else { return None };
    port.parse().ok().filter(|&port| port != 0)
}

fn announcing(command: Command, place: Option<HostPort>) -> Vec<LineEvent> {
    let command = if place.is_some() { command } else { Command::Malformed };
    vec![LineEvent::Command(command, place)]
}

/// Generates numbers in and out of the range of a byte.
fn number() -> impl Strategy<Value = u16> {
    prop_oneof![8 => 0..256u16, 1 => 250..300u16]
}

fn joined(numbers: &[u16]) -> String {
    numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

/// Generates addresses, and texts that almost are one.
fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| Ipv4Addr::from(octets).to_string()),
        any::<[u16; 8]>().prop_map(|groups| Ipv6Addr::from(groups).to_string()),
        vec(select(vec![0, 0, 0, 1, 0xffff]), 8)
            .prop_map(|groups| Ipv6Addr::from(<[u16; 8]>::try_from(groups).expect("eight")).to_string()),
        "[0-9a-fA-F]{0,4}(:[0-9a-f]{0,3}){1,8}",
        "([1-9a-f][0-9a-f]{0,3}:){1,4}:([1-9a-f]:){0,4}[1-9][0-9]{0,2}(\\.[1-9][0-9]?){0,4}",
        "[1-9][0-9]{0,2}(\\.[1-9][0-9]?){2,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn port_as_the_reference(numbers in vec(number(), 5..8), end in "(\r\n|\n)") {
        let text = joined(&numbers);
        let expected = announcing(Command::Port, list(&text));
        prop_assert_eq!(client_says(format!("PORT {text}{end}").as_bytes()), expected);
    }

    #[test]
    fn eprt_as_the_reference(
        family in "[0-3]", address in address(), port in 0..70_000u32, d in "[|!,;$]", end in "(\r\n|\n)"
    ) {
        let text = format!("{d}{family}{d}{address}{d}{port}{d}");
        let expected = announcing(Command::Eprt, eprt(&text));
        prop_assert_eq!(client_says(format!("EPRT {text}{end}").as_bytes()), expected, "{}", text);
    }

    #[test]
    fn passive_as_the_reference(
        before in "[a-z (.]{0,9}", numbers in vec(number(), 5..7), behind in "[) .a-z]{0,9}"
    ) {
        let text = format!("{before}{}{behind}", joined(&numbers));
        let place = passive(&text);
        let announcement = if place.is_some() { ReplyPort::Found } else { ReplyPort::Malformed };
        let expected = vec![LineEvent::Reply(227, announcement, place)];
        prop_assert_eq!(server_says(format!("227 {text}\r\n").as_bytes()), expected, "{}", text);
    }

    #[test]
    fn extended_as_the_reference(
        before in "[a-z .]{0,9}", filled in "(1|2)?", port in 0..70_000u32, d in "[|!,;$]", behind in "[). a-z]{0,9}"
    ) {
        let text = format!("{before}({d}{filled}{d}{d}{port}{d}{behind}");
        let place = extended(&text).and_then(|port| at(Ipv6Addr::UNSPECIFIED, port));
        let announcement = if place.is_some() { ReplyPort::Found } else { ReplyPort::Malformed };
        let expected = vec![LineEvent::Reply(229, announcement, place)];
        prop_assert_eq!(server_says(format!("229 {text}\r\n").as_bytes()), expected, "{}", text);
    }

    #[test]
    fn any_bytes_any_cut(bytes in vec(any::<u8>(), 0..600), cuts in vec(0..600usize, 0..5)) {
        check_cuts(&bytes, &cuts)?;
    }

    #[test]
    fn likely_bytes_any_cut(
        words in vec(select(WORDS.to_vec()), 0..60), cuts in vec(0..600usize, 0..5)
    ) {
        check_cuts(&words.concat(), &cuts)?;
    }
}

/// Building blocks of control connections.
const WORDS: [&[u8]; 30] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"-",
    b"(",
    b")",
    b"|",
    b"||",
    b",",
    b".",
    b":",
    b"::",
    b"1",
    b"2",
    b"255",
    b"256",
    b"00",
    b"f",
    b"227",
    b"228",
    b"229",
    b"230",
    b"PORT ",
    b"EPRT ",
    b"LPRT ",
    b"EPSV ",
    b"\xff",
    b"\xff\xfa",
];

fn check_cuts(bytes: &[u8], cuts: &[usize]) -> Result<(), TestCaseError> {
    let mut cuts: Vec<_> = cuts.iter().map(|&cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
    cuts.sort_unstable();
    let (mut replies, mut commands) = (Replies::new(), Commands::new());
    let (mut from_server, mut from_client) = (Vec::new(), Vec::new());
    for cut in cuts.windows(2) {
        let (mut server, mut client) = (replies, commands);
        hear_replies(&mut server, &bytes[cut[0]..cut[1]], |event| from_server.push(event));
        hear_commands(&mut client, &bytes[cut[0]..cut[1]], |event| from_client.push(event));
        (replies, commands) = (server, client);
    }
    prop_assert_eq!(&server_says(bytes), &from_server);
    prop_assert_eq!(&client_says(bytes), &from_client);
    for event in from_server.iter().chain(&from_client) {
        let (LineEvent::Reply(_, _, place) | LineEvent::Command(_, place)) = event;
        prop_assert!(place.is_none_or(|place| place.port != 0));
    }
    Ok(())
}
