// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Cost of a scrape: writing it, packing it, and the whole of it over HTTP; and the cost of drawing the page.

use std::{
    hint::black_box,
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use classifier::{
    http::Limits,
    metrics::{Exporter, exposition::Format},
    protocol_names::ProtocolNames,
    snapshot::SnapshotSource,
};
use rustix::time::{ClockId, clock_gettime};

#[path = "../tests/agent/made_up.rs"]
mod made_up;
#[expect(dead_code, reason = "the page of a crowd is the largest one")]
#[path = "../tests/support/page_states/mod.rs"]
mod page_states;
#[expect(dead_code, reason = "the tests ask the server for more")]
#[path = "../tests/agent/served.rs"]
mod served;

use made_up::{MadeUp, times};
use served::Served;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "interfaces    bytes   made up    text   open metrics   http p50   http p99   http CPU")?;
    for (interfaces, rounds) in [(1, 5000), (16, 1000), (200, 100)] {
        // The fixture's odd interface has one direction, so this many stand for one more.
        let more = interfaces - 1;
        let source = Arc::new(MadeUp { more: more.into(), ..MadeUp::default() });
        let made_up = cpu(rounds, || drop(black_box(source.snapshot())));
        let exporter =
            Exporter::new(source, &ProtocolNames::default(), &times()).map_err(io::Error::other)?;
        let bytes = exporter.scrape(Format::Text).len();
        let text = cpu(rounds, || drop(black_box(exporter.scrape(Format::Text))));
        let open = cpu(rounds, || drop(black_box(exporter.scrape(Format::OpenMetrics))));

        let server = Served::start(MadeUp { more: more.into(), ..MadeUp::default() }, Limits::default());
        let mut client = server.connect();
        let mut took = Vec::new();
        let both = cpu(rounds, || {
            let began = Instant::now();
            black_box(client.request("GET", "/metrics", "").bytes().len());
            took.push(began.elapsed());
        });
        took.sort_unstable();
        let (p50, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        let [made_up, text, open, p50, p99, both] = [made_up, text, open, p50, p99, both].map(micros);
        writeln!(
            out,
            "{interfaces:>10} {bytes:>8} {made_up:>9.1} {text:>7.1} {open:>14.1} {p50:>10.1} {p99:>10.1} {both:>10.1}"
        )?;
    }
    writeln!(
        out,
        "µs; the columns after it hold the time to make the counters up, `http CPU` also the client's"
    )?;
    writeln!(out, "\ninterfaces of the page    bytes   drawn")?;
    for interfaces in [16, 200, 1000] {
        let page = page_states::crowded(interfaces);
        let bytes = page.render().len();
        let drawn = micros(cpu(50, || drop(black_box(page.render()))));
        writeln!(out, "{interfaces:>22} {bytes:>8} {drawn:>7.1}")?;
    }
    writeln!(out, "µs; with traffic and connections of every protocol that can be configured")
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// CPU time of the whole process for one round.
fn cpu(rounds: u32, mut round: impl FnMut()) -> Duration {
    let now = || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default();
    round();
    let began = now();
    for _ in 0..rounds {
        round();
    }
    now().saturating_sub(began) / rounds
}
