// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Limits on clients of the encrypted server.

use std::{
    io::Write as _,
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use classifier::http::Limits;

use crate::{
    scene::{Scene, TLS},
    served::{IN_TIME, Served, raise_open_files},
    tls_client::Offer,
};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_mins(1);

/// First bytes of a TLS record of 512 bytes with a `ClientHello`.
const BEGINNING: [u8; 6] = [22, 3, 1, 2, 0, 1];

fn drops(scene: &Scene, server: &Served, reason: &str) -> u64 {
    let text = scene.ask(server, Offer::default()).expect("an answer comes").text();
    let name = format!("classifier_http_connections_dropped_total{{reason=\"{reason}\"}} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_else(|| panic!("{text}"));
    value.parse().expect("counts are whole")
}

fn connect(server: &Served) -> TcpStream {
    TcpStream::connect(server.addresses[0]).expect("the server listens")
}

#[test]
fn a_handshake_that_drips_in_is_cut() {
    let scene = Scene::new();
    let server = scene.serve_within(TLS, Limits { handshake_time: SHORT, ..Limits::default() });
    let (mut silent, mut dripping) = (server.connect(), server.connect());
    let began = Instant::now();
    dripping.send(&BEGINNING);
    while began.elapsed() < 2 * SHORT {
        dripping.send(&[0]);
        sleep(SHORT / 10);
    }
    assert!(silent.is_closed_within(LONG) && dripping.is_closed_within(LONG));
    assert_eq!(drops(&scene, &server, "slow_handshake"), 2);
}

#[test]
fn a_request_that_drips_in_after_the_handshake_is_cut() {
    let scene = Scene::new();
    let server = scene.serve_within(TLS, Limits { header_time: SHORT, ..Limits::default() });
    let (mut client, _) = scene.connect(&server, Offer::default()).unwrap();
    let began = Instant::now();
    while began.elapsed() < 2 * SHORT {
        client.send(b"G");
        sleep(SHORT / 10);
    }
    assert!(client.try_answer(false).is_err());
    assert_eq!(drops(&scene, &server, "slow_request"), 1);
}

#[test]
fn garbage_for_a_handshake_is_cut_and_counted() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let mut client = server.connect();
    client.send(&[&BEGINNING[..5], &[0xff; 512]].concat());
    assert!(client.is_closed_within(LONG));
    assert_eq!(drops(&scene, &server, "handshake"), 1);
    // A client that leaves without sending anything is not counted.
    drop(connect(&server));
    assert_eq!(drops(&scene, &server, "handshake"), 1);
}

#[test]
fn headers_past_the_bound_are_431() {
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let huge = format!("X-Huge: {}\r\n", "x".repeat(Limits::default().header_bytes));
    assert_eq!(scene.ask_with(&server, Offer::default(), "/metrics", &huge).unwrap().status(), 431);
}

#[test]
fn those_who_begin_do_not_drive_out_those_who_are_through() {
    let scene = Scene::new();
    let limits = Limits { handshakes: 4, handshake_time: LONG, ..Limits::default() };
    let server = scene.serve_within(TLS, limits);
    let (mut scraper, _) = scene.connect(&server, Offer::default()).unwrap();
    assert_eq!(scraper.request("GET", "/-/healthy", "").status(), 200);
    let mut crowd: Vec<_> = (0..100).map(|_| server.connect()).collect();
    assert!(crowd[0].is_closed_within(LONG));
    assert_eq!(scraper.request("GET", "/-/healthy", "").status(), 200);
    assert!(drops(&scene, &server, "crowded") >= 96);
}

#[test]
fn a_scrape_is_answered_in_time_while_thousands_hold_on() {
    raise_open_files(6_000);
    let scene = Scene::new();
    let server = scene.serve(TLS);
    let scrape = |crowd: usize| {
        let began = Instant::now();
        assert_eq!(scene.ask(&server, Offer::default()).unwrap().status(), 200);
        assert!(began.elapsed() < IN_TIME, "in a crowd of {crowd}: {:?}", began.elapsed());
    };
    let mut crowd = Vec::new();
    for thousands in 1..=5 {
        crowd.extend((0..1_000).map(|nth| {
            let mut stream = connect(&server);
            // Some send nothing, some begin a handshake.
            let _ = stream.write_all(&BEGINNING[..nth % BEGINNING.len()]);
            stream
        }));
        scrape(1_000 * thousands);
    }
    for _ in 0..5 {
        for stream in &mut crowd {
            let _ = stream.write_all(&[0]);
        }
        scrape(crowd.len());
    }
    assert!(drops(&scene, &server, "crowded") >= 4_900);
}

#[test]
fn the_end_does_not_wait_for_handshakes() {
    let scene = Scene::new();
    let limits = Limits { shutdown_time: LONG, handshake_time: LONG, ..Limits::default() };
    let mut server = scene.serve_within(TLS, limits);
    let mut silent = server.connect();
    let (mut idle, _) = scene.connect(&server, Offer::default()).unwrap();
    assert_eq!(idle.request("GET", "/-/healthy", "").status(), 200);
    let began = Instant::now();
    server.end();
    server.wait();
    assert!(began.elapsed() < LONG / 4, "{:?}", began.elapsed());
    assert!(silent.is_closed_within(LONG) && idle.try_answer(false).is_err());
}
