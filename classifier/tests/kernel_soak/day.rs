// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The rounds of a day, and the report.

use std::{
    fmt::Write as _,
    thread,
    time::{Duration, Instant},
};

use testbed::{attached_in, left_behind};

use crate::{
    BINARY, compare::Round, flood, links, load::Load, mail, operator::Operator, other_layout::other_layout,
    remains::Remains, scene::Scene,
};

/// Time of a round's traffic; what follows is compared within the rest of its minute.
const TRAFFIC: Duration = Duration::from_secs(50);

/// One round in so many has a flood.
const FLOODS: usize = 3;

/// Totals of the day.
#[derive(Default)]
struct Totals {
    packets: usize,
    transfers: usize,
    mails: usize,
    changes: usize,
    floods: usize,
}

/// Lives a day of this length, and reports on it. Panics with all differences of a round.
pub fn live(length: Duration) -> String {
    let scene = Scene::new();
    let mut load = Load::new(&scene);
    let mut operator = Operator::new(&scene, other_layout(BINARY));
    let mut totals = Totals::default();
    // The first round makes every series and pin that there will be.
    operator.upgrade();
    round(&scene, &mut load, &mut operator, &mut totals, 0);
    // An upgrade pins what the names of removed interfaces have counted, and knows the names of the other configuration.
    scene.configure(true);
    operator.upgrade();
    // The router asks for its neighbors too, while the sessions are closed.
    scene.network.router.run("ip", &["-6", "neigh", "flush", "all"]);
    let before = look(&scene, &mut load, &mut operator);
    let (begun, mut rounds) = (Instant::now(), 1);
    while begun.elapsed() < length {
        round(&scene, &mut load, &mut operator, &mut totals, rounds);
        rounds += 1;
    }
    let after = look(&scene, &mut load, &mut operator);
    assert_eq!(after.differences(&before), [""; 0], "not as at the beginning");
    for scraper in &scene.scrapers {
        let scrapes = scraper.query("count_over_time(up{job=\"classifier\"}[2h])");
        assert!(scrapes.iter().any(|(_, count)| *count > 0.0), "a Prometheus never scraped");
    }
    let report = report(&totals, &operator, rounds, load.len(), [&before, &after]);
    end(&scene, operator);
    report
}

/// Makes a round, and compares.
fn round(
    scene: &Scene,
    load: &mut Load<'_>,
    operator: &mut Operator<'_>,
    totals: &mut Totals,
    number: usize,
) {
    let round = Round::begin(scene, &operator.agent().metrics());
    let until = Instant::now() + TRAFFIC;
    thread::scope(|scope| {
        let transfers = scope.spawn(|| load.run(until));
        let mails = scope.spawn(|| mail::run(scene, until));
        let changes = scope.spawn(|| links::run(scene, until));
        let flooded =
            number.is_multiple_of(FLOODS).then(|| scope.spawn(move || flood::run(scene, number / FLOODS)));
        operator.run(until);
        totals.transfers += transfers.join().expect("transfers");
        totals.mails += mails.join().expect("mails");
        totals.changes += changes.join().expect("changes of interfaces");
        totals.floods += usize::from(flooded.map(|flood| flood.join().expect("a flood")).is_some());
    });
    let (packets, wrong) = round.end(scene, || operator.agent().metrics());
    let samples = operator.agent().metrics();
    let unattributed = samples.sum("classifier_unattributed_packets_total", &[]);
    let sessions = samples.sum("classifier_ftp_sessions", &[]);
    let memory = samples.sum("process_resident_memory_bytes", &[]) >> 20;
    println!(
        "round {number}: {packets} packets, {sessions} sessions, {memory} MiB, {} reloads, {} kills, {} upgrades so far",
        operator.done.reloads, operator.done.kills, operator.done.upgrades
    );
    assert!(
        wrong.is_empty() && unattributed == 0,
        "round {number}: {unattributed} unattributed, {} differences:\n{}\n{}",
        wrong.len(),
        wrong.join("\n"),
        operator.agent().said()
    );
    totals.packets += packets;
}

/// Closes all sessions, and looks at what is left.
fn look(scene: &Scene, load: &mut Load<'_>, operator: &mut Operator<'_>) -> Remains {
    load.close();
    operator.settle();
    links::settle(operator.agent());
    Remains::of(operator.agent(), &scene.pins)
}

/// Ends the agent: nothing stays in the kernel.
fn end(scene: &Scene, operator: Operator<'_>) {
    operator.leave();
    let router = &scene.network.router;
    router.run(BINARY, &["detach", "--pin-dir", &scene.pins.folder("classifier")]);
    assert_eq!(attached_in(router), Vec::<String>::new(), "still attached");
    assert_eq!(left_behind(), Vec::<String>::new(), "still loaded");
    assert_eq!(scene.pins.list(), Vec::<String>::new(), "still pinned");
}

fn report(
    totals: &Totals,
    operator: &Operator<'_>,
    rounds: usize,
    sessions: usize,
    remains: [&Remains; 2],
) -> String {
    let Totals { packets, transfers, mails, changes, floods } = totals;
    let done = operator.done;
    let mut text = String::new();
    for line in [
        format!(
            "{rounds} rounds of a minute, {sessions} FTP sessions at a time: {packets} packets captured and counted,"
        ),
        format!(
            "no difference. {transfers} transfers, {mails} mails sent and read, {floods} floods, {changes} interfaces"
        ),
        format!(
            "added or removed, {} reloads, {} kills, {} upgrades.",
            done.reloads, done.kills, done.upgrades
        ),
        String::new(),
        "| | resident memory | descriptors | maps | memory of the maps | pins | series |".into(),
        "| --- | --- | --- | --- | --- | --- | --- |".into(),
        remains[0].row("beginning"),
        remains[1].row("end"),
    ] {
        writeln!(text, "{line}").expect("a string takes all");
    }
    text
}
