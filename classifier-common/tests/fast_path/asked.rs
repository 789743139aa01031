// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Questions of the fast path to tables that see connections, and what it leaves to the tracking by their answers.

use classifier_common::{
    connection::{FlowKey, Speech},
    control::Segment,
    fixtures::ftp_traces::network::{End, Network},
    session::Spoken,
    track::Ends,
};

use crate::{seeing::Seeing, sink::told};

const HOST: End = (1, 40_000);
const NETWORKS: [Network; 4] = [
    Network { v6: false, tagged: false },
    Network { v6: false, tagged: true },
    Network { v6: true, tagged: false },
    Network { v6: true, tagged: true },
];

/// Returns the ends of a segment as the slow path reads them.
fn ends_of(seeing: &Seeing, frame: &[u8]) -> Ends {
    let outcome = seeing.track(frame);
    let mut ends = Ends::default();
    assert!(ends.read(frame, outcome.tracked.expect("the slow path tracks it"), outcome.headers));
    ends
}

fn fields(speech: &Speech) -> (FlowKey, u32, u32, u8, u8) {
    let Spoken { sequence, length, flags, of_client, .. } = speech.spoken;
    (speech.key, sequence, length, flags, of_client)
}

#[test]
fn a_segment_of_mail_is_tracked_if_its_session_must_be_inspected() {
    for (network, of_client) in
        NETWORKS.into_iter().flat_map(|network| [true, false].map(|side| (network, side)))
    {
        for (port, answer) in
            [25, 110, 143, 587].into_iter().flat_map(|port| [true, false].map(|all| (port, all)))
        {
            let seeing = Seeing::new();
            seeing.answer.set(answer);
            let ends = if of_client { [HOST, (2, port)] } else { [(2, port), HOST] };
            let frame = network.frame(ends, 0x18, (0x0102_0304, 9), b"QUIT\r\n");
            let told = told(&frame, &seeing).expect("the fast path decides");
            assert_eq!(told.left.is_some(), answer);
            assert_eq!(told.left.and_then(|left| left.tracked), told.outcome.tracked);
            let asked = seeing.speech.take().expect("the table is asked");
            let expected = Speech::of(&ends_of(&seeing, &frame), of_client);
            assert_eq!(fields(&asked), fields(&expected), "port {port}");
        }
    }
}

#[test]
fn a_segment_of_mail_without_payload_asks_nothing() {
    for network in NETWORKS {
        let seeing = Seeing::new();
        let told = told(&network.frame([HOST, (2, 25)], 0x10, (1, 9), b""), &seeing);
        assert_eq!(told.map(|told| told.left), Some(None));
        assert!(seeing.speech.take().is_none());
    }
}

/// A reply is short and pushed. A command need not be.
#[test]
fn a_segment_of_mail_that_is_no_reply_asks_nothing_if_the_server_sent_it() {
    let (short, long) = (vec![b'x'; 600], vec![b'x'; 601]);
    for (network, (flags, text, is_reply)) in NETWORKS.into_iter().flat_map(|network| {
        [(0x18, &short, true), (0x10, &short, false), (0x18, &long, false), (0x10, &long, false)]
            .map(|sent| (network, sent))
    }) {
        for (ends, is_asked) in [([(2, 110), HOST], is_reply), ([HOST, (2, 110)], true)] {
            let seeing = Seeing::new();
            let frame = network.frame(ends, flags, (1, 9), text);
            let told = told(&frame, &seeing).expect("the fast path decides");
            assert_eq!(seeing.speech.take().is_some(), is_asked, "{ends:?}, {flags:#x}, {}", text.len());
            assert_eq!(seeing.track(&frame).tracked.is_some(), is_asked, "the slow path");
            assert!(is_asked || told.left.is_none());
        }
    }
}

/// Fields of a segment of a control connection, without its time.
fn described(segment: &Segment) -> impl PartialEq + std::fmt::Debug {
    let Segment { key, sequence, acknowledgment, length, payload, side, flags, .. } = *segment;
    (key, sequence, acknowledgment, (length, payload), side, flags)
}

#[test]
fn a_segment_of_a_control_connection_is_tracked_unless_its_session_acknowledges_it() {
    for (network, of_client) in
        NETWORKS.into_iter().flat_map(|network| [true, false].map(|side| (network, side)))
    {
        for (text, answer) in
            [b"".as_slice(), b"NOOP\r\n"].into_iter().flat_map(|text| [true, false].map(|all| (text, all)))
        {
            let seeing = Seeing::new();
            seeing.answer.set(answer);
            let ends = if of_client { [HOST, (2, 21)] } else { [(2, 21), HOST] };
            let frame = network.frame(ends, 0x18, (0x0102_0304, 0x0506_0708), text);
            let told = told(&frame, &seeing).expect("the fast path decides");
            assert_eq!(told.left.is_some(), !answer);
            let (has_payload, segment) = seeing.segment.take().expect("the table is asked");
            assert_eq!(has_payload, !text.is_empty());
            let mut expected = Segment::default();
            ends_of(&seeing, &frame).segment(of_client, 0, &mut expected);
            assert_eq!(described(&segment), described(&expected));
        }
    }
}

#[test]
fn an_error_is_tracked_if_it_rejects_a_connection_that_there_may_be() {
    let errors = [("3/3", true), ("3/4", false), ("11/0", true)];
    for (network, (error, rejects)) in NETWORKS.into_iter().flat_map(|network| errors.map(|of| (network, of)))
    {
        for (port, may) in
            [25, 20, 601, 443].into_iter().flat_map(|port| [true, false].map(|may| (port, may)))
        {
            let seeing = Seeing::new();
            seeing.answer.set(may);
            let frame = network.error(error, [HOST, (2, port)]).expect("an error that exists");
            let told = told(&frame, &seeing).expect("the fast path decides");
            let position = told.outcome.quoted_tcp;
            assert_eq!(position.is_some(), rejects && may, "{error} about port {port}");
            assert_eq!(told.left.map(|left| left.quoted_tcp), position.map(Some));
            let asked = seeing.key.take();
            assert_eq!(asked.is_some(), rejects);
            let Some(position) = position else { continue };
            let mut quoted = Ends::default();
            assert!(
                position.rejects() && quoted.read_quote(frame.as_slice(), told.outcome.family(), position)
            );
            let key = FlowKey::sent(quoted.source, quoted.destination, HOST.1, port);
            assert_eq!((asked, quoted.sequence), (Some(key), 7));
        }
    }
}

/// A SYN between ports without a protocol may begin a data connection, if such are inferred.
#[test]
fn a_syn_is_left_where_data_connections_are_inferred() {
    for (flags, infers) in [(0x02, true), (0x02, false), (0x12, true), (0x04, true)] {
        let seeing = Seeing::new();
        seeing.infers.set(infers);
        let told = told(&Network::default().frame([HOST, (2, 50_000)], flags, (1, 0), b""), &seeing);
        assert_eq!(told.is_none(), infers && flags == 0x02, "flags {flags:#x}, inferred: {infers}");
    }
}
