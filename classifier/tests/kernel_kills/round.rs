// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rounds: an operation that is stopped at one of its calls, and a fresh start.

use std::{
    os::unix::process::ExitStatusExt as _,
    process::{Command, ExitStatus},
    thread::sleep,
    time::{Duration, Instant},
};

use testbed::attached_in;

use crate::{
    calls::Call,
    interface::Found,
    operation::{Build, Operation, Process},
    scene::Scene,
    tracer::{Fault, Tracer},
};

/// Time limit of an agent that sees a change.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stops an operation at each of its calls, or at a number of them.
pub fn try_calls(operation: &Operation, samples: [usize; 2]) {
    let mut scene = Scene::new();
    let calls = list(&mut scene, operation);
    let changes: Vec<_> = calls.iter().filter(|call| call.is_change()).cloned().collect();
    let (mut rounds, mut missed) = (0, 0);
    for ((fault, calls), sample) in
        [(Fault::Kill, &changes), (Fault::Refuse, &calls)].into_iter().zip(samples)
    {
        for call in chosen(calls, sample) {
            let what = format!("{}: {fault:?} at {call}", operation.name);
            let tracer = Tracer::stopping(operation.name, &call, fault);
            rounds += 1;
            let ended = round(&mut scene, operation, &tracer, &what, rounds);
            let killed = ended.is_some_and(|status| status.signal().is_some());
            missed += usize::from(matches!(fault, Fault::Kill) && !killed);
            eprintln!("{what}: {ended:?}");
        }
    }
    eprintln!("{}: {rounds} rounds, {missed} kills of no effect", operation.name);
    assert!(missed * 10 <= rounds, "{}: {missed} of {rounds} were not killed", operation.name);
    scene.clear();
}

/// Makes the last call fail whose line has these words.
pub fn refuse(operation: &Operation, words: [&str; 2]) {
    let mut scene = Scene::new();
    let calls = list(&mut scene, operation);
    let mut named = calls.iter().filter(|call| words.iter().all(|word| call.has(word)));
    let call = named.next_back().unwrap_or_else(|| panic!("no call has {words:?}"));
    let tracer = Tracer::stopping(operation.name, call, Fault::Refuse);
    round(&mut scene, operation, &tracer, &format!("{}: {call} fails", operation.name), 1);
    scene.clear();
}

/// Lists the calls of an operation that is not disturbed.
fn list(scene: &mut Scene, operation: &Operation) -> Vec<Call> {
    let tracer = Tracer::listing(operation.name);
    let ended = round(scene, operation, &tracer, operation.name, 0);
    assert!(ended.is_none_or(|status| status.success()), "{}: {ended:?}", operation.name);
    tracer.calls()
}

/// Chooses calls by a fixed seed.
fn chosen(calls: &[Call], number: usize) -> Vec<Call> {
    let mut random = fastrand::Rng::with_seed(20);
    let mut chosen = random.choose_multiple(calls, number.min(calls.len()));
    chosen.sort_by_key(|call| call.number);
    chosen.into_iter().cloned().collect()
}

/// Runs the operation under a tracer, and starts an agent behind it. Returns the exit status of a process that ended.
fn round(
    scene: &mut Scene,
    operation: &Operation,
    tracer: &Tracer,
    what: &str,
    number: usize,
) -> Option<ExitStatus> {
    before(scene, operation, number);
    let (mut ended, said) = stopped(scene, operation, tracer).unzip();
    if let Some(status) = ended {
        let is_told = status.success() || status.signal() == Some(9) || status.code() == Some(1);
        assert!(is_told, "{what}: {status}: {said:?}");
        scene.agent = None;
    }
    // A killed process leaves programs on each interface that had them, except the one that detaches.
    let is_whole = operation.has_pins && operation.process != Process::Detach && !tracer.refuses();
    let attached = (!is_whole).then(|| attached_in(&scene.node.0));
    scene.send(attached.as_deref());
    if scene.agent.is_some() {
        // A call that was listed at the end of the agent may come with this scrape.
        ended = scene.check(what);
        let (_, agent) = scene.agent.take().unwrap();
        if ended.is_none() {
            agent.kill();
        }
    }
    let build = match operation.process {
        Process::Start(Build::OtherLayout) if number.is_multiple_of(2) => Build::OtherLayout,
        Process::Start(_) | Process::Running | Process::Detach => Build::This,
    };
    let agent = scene.start(build);
    if operation.process == Process::Detach {
        let found = Found::of(&agent.metrics());
        for interface in &mut scene.interfaces {
            let is_attached = attached.iter().flatten().any(|hook| hook.starts_with(&*interface.name));
            // The counts are gone with the pins, all or none of an interface.
            if !is_attached && found.interfaces.get(&interface.name) == Some(&[0, 0]) {
                interface.counts = [0, 0];
            }
        }
        // The programs' and the agent's have pins of their own.
        scene.learned = scene.learned.min(found.learned);
    } else {
        assert!(!agent.said().contains("ERROR"), "{what}: {}", agent.said());
    }
    assert_eq!(scene.check(what), None);
    ended
}

/// Brings the host into the state that the operation begins with.
fn before(scene: &mut Scene, operation: &Operation, number: usize) {
    if !operation.has_pins {
        return scene.clear();
    }
    scene.run_agent();
    scene.send(None);
    if operation.process != Process::Running {
        let (_, agent) = scene.agent.take().unwrap();
        if number.is_multiple_of(2) { agent.leave() } else { agent.kill() }
    }
}

/// Runs the operation until it is done, or its process has ended. Returns the status and the log of that.
fn stopped(scene: &mut Scene, operation: &Operation, tracer: &Tracer) -> Option<(ExitStatus, String)> {
    let commands = scene.change(operation.change);
    match operation.process {
        Process::Start(build) => {
            scene.node.batch(&commands);
            scene.start_traced(build, tracer)
        }
        Process::Detach => Some(scene.detach_traced(tracer)),
        Process::Running => {
            let (_, agent) = scene.agent.as_ref().unwrap();
            let id = agent.id().to_string();
            let mut strace = tracer.attach(&scene.node.0, agent);
            // The agent hears of all names at once.
            let signal = |which: &str| testbed::run(Command::new("kill").args([which, &*id]));
            signal("-STOP");
            scene.node.batch(&commands);
            signal("-CONT");
            let deadline = Instant::now() + PATIENCE;
            loop {
                let (_, agent) = scene.agent.as_mut().unwrap();
                if let Some(status) = agent.ended() {
                    let said = agent.said();
                    strace.wait();
                    return Some((status, said));
                }
                if scene.is_settled() {
                    strace.interrupt();
                    return None;
                }
                assert!(Instant::now() < deadline, "{}", scene.agent.as_ref().unwrap().1.said());
                sleep(Duration::from_millis(20));
            }
        }
    }
}
