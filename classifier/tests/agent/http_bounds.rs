// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Limits on clients of the HTTP server.

use std::{
    sync::atomic::Ordering,
    thread::sleep,
    time::{Duration, Instant},
};

use classifier::http::Limits;

use crate::{
    made_up::MadeUp,
    served::{IN_TIME, Served, raise_open_files},
};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_mins(1);

fn drops(server: &Served, reason: &str) -> f64 {
    server.sample(&format!("classifier_http_connections_dropped_total{{reason=\"{reason}\"}}"))
}

fn assert_is(value: f64, expected: f64) {
    assert!((value - expected).abs() < f64::EPSILON, "{value} is not {expected}");
}

#[test]
fn headers_past_the_bound_are_431() {
    let server = Served::usual();
    let mut client = server.connect();
    let huge = "x".repeat(Limits::default().header_bytes);
    client.send(format!("GET / HTTP/1.1\r\nHost: t\r\nX-Huge: {huge}\r\n\r\n").as_bytes());
    assert_eq!(client.answer(false).expect("an answer comes").status(), 431);
    assert!(client.is_closed_within(LONG));
    assert_eq!(server.get("/-/healthy", &format!("X-Large: {}\r\n", &huge[..15_000])).status(), 200);
    assert_is(drops(&server, "malformed"), 1.0);
}

#[test]
fn headers_without_an_end_are_431_too() {
    let server = Served::usual();
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nX-Huge: ".as_bytes());
    client.send("x".repeat(1 << 20).as_bytes());
    assert!(client.answer(false).is_none_or(|answer| answer.status() == 431));
    assert_is(drops(&server, "malformed"), 1.0);
}

#[test]
fn garbage_is_400() {
    let server = Served::usual();
    let mut client = server.connect();
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n");
    assert_eq!(client.answer(false).expect("an answer comes").status(), 400);
    assert!(client.is_closed_within(LONG));
}

#[test]
fn a_request_that_drips_in_is_cut() {
    let limits = Limits { header_time: SHORT, ..Limits::default() };
    let server = Served::start(MadeUp::default(), limits);
    let mut silent = server.connect();
    let mut dripping = server.connect();
    let began = Instant::now();
    while began.elapsed() < 2 * SHORT {
        dripping.send(b"G");
        sleep(SHORT / 10);
    }
    assert!(dripping.is_closed_within(LONG) && silent.is_closed_within(LONG));
    assert_is(drops(&server, "slow_request"), 2.0);
}

#[test]
fn a_kept_connection_may_rest_longer_than_a_request_may_take() {
    let limits = Limits { header_time: SHORT, idle_time: 6 * SHORT, ..Limits::default() };
    let server = Served::start(MadeUp::default(), limits);
    let mut client = server.connect();
    assert_eq!(client.request("GET", "/metrics", "").status(), 200);
    sleep(2 * SHORT);
    assert_eq!(client.request("GET", "/metrics", "").status(), 200);
    assert!(!client.is_closed_within(2 * SHORT));
    assert!(client.is_closed_within(LONG));
    assert_is(drops(&server, "slow_request"), 0.0);
}

#[test]
fn an_answer_that_is_not_taken_is_cut() {
    let limits = Limits { response_time: SHORT, ..Limits::default() };
    // Larger than the buffers of both sockets.
    let server = Served::start(MadeUp { more: 1000.into(), ..MadeUp::default() }, limits);
    let mut client = server.connect();
    client.send(b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n");
    sleep(5 * SHORT);
    assert!(client.is_closed_within(LONG));
    server.source.more.store(0, Ordering::Relaxed);
    assert_is(drops(&server, "slow_response"), 1.0);
}

#[test]
fn when_it_is_crowded_the_longest_silent_gives_way() {
    let limits = Limits { connections: 4, header_time: LONG, ..Limits::default() };
    let server = Served::start(MadeUp::default(), limits);
    let mut scraper = server.connect();
    let mut crowd: Vec<_> = (0..3).map(|_| server.connect()).collect();
    // All of them are accepted before the scrape: each has an answer.
    for client in &mut crowd {
        assert_eq!(client.request("GET", "/-/healthy", "").status(), 200);
    }
    assert_eq!(scraper.request("GET", "/-/healthy", "").status(), 200, "the scraper is now the youngest");
    crowd.push(server.connect());
    assert!(crowd[0].is_closed_within(LONG), "the first of the crowd gave way");
    assert_eq!(scraper.request("GET", "/-/healthy", "").status(), 200);
    assert_is(drops(&server, "crowded"), 2.0);
}

#[test]
fn a_scrape_gets_through_thousands_of_connections() {
    raise_open_files(6_000);
    let server = Served::usual();
    let scrape = |crowd: usize| {
        let began = Instant::now();
        assert_eq!(server.get("/metrics", "").status(), 200);
        assert!(began.elapsed() < IN_TIME, "in a crowd of {crowd}: {:?}", began.elapsed());
    };
    let mut crowd = Vec::new();
    for thousands in 1..=5 {
        crowd.extend((0..1_000).map(|nth| {
            let began = Instant::now();
            let mut client = server.connect();
            assert!(began.elapsed() < IN_TIME, "client {nth} was not heard at once");
            // Some send nothing, some begin a request.
            client.send(&b"GET /"[..nth % 5]);
            client
        }));
        scrape(1_000 * thousands);
    }
    for _ in 0..5 {
        for client in &mut crowd {
            client.send(b"x");
        }
        scrape(crowd.len());
    }
}

#[test]
fn the_trigger_ends_idle_connections_at_once_and_lets_answers_finish() {
    let mut server = Served::start(MadeUp { more: 1000.into(), ..MadeUp::default() }, Limits::default());
    let mut idle = server.connect();
    assert_eq!(idle.request("GET", "/-/healthy", "").status(), 200);
    let mut busy = server.connect();
    busy.send(b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n");
    // The answer is pending, and larger than the sockets' buffers, until it is read below.
    sleep(SHORT);
    server.end();
    assert!(idle.is_closed_within(LONG));
    let answer = busy.answer(false).expect("the answer is whole");
    assert!(answer.text().contains("classifier_scrape_success 1\n"));
    server.wait();
}
