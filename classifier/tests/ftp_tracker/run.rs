// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs a trace, statement by statement.

use classifier_common::protocol::Protocol;

use crate::{
    connection::{TraceConnection, TraceSegment},
    network::{End, Network},
    statement::{self, Statement},
    world::World,
};

/// Seconds that exceed every lifetime of unused entries.
const LONG: u64 = 200;

struct Run {
    world: World,
    connections: Vec<TraceConnection>,
    current: usize,
    first: u32,
}

/// Runs a trace on connections that begin with this sequence number.
pub fn run(trace: &str, first: u32) -> Result<(), String> {
    let mut run = Run { world: World::new(), connections: Vec::new(), current: 0, first };
    run.on([(1, 49_152), (2, 21)]);
    for line in trace.lines().map(str::trim).filter(|line| !line.is_empty()) {
        run.line(line).and_then(|()| run.world.agrees()).map_err(|failure| format!("{line:?}: {failure}"))?;
    }
    run.world.wait(LONG);
    run.world.agrees()?;
    // A connected endpoint lives as long as its connection.
    let connected = run.world.number("connected").unwrap_or_default();
    let waits = connected == 0 && !run.world.is_idle();
    if waits { Err("is never idle".to_owned()) } else { Ok(()) }
}

impl Run {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(said) = statement::said(line) {
            self.say(&said);
            return Ok(());
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "on" => self.on(statement::ends(rest).ok_or("two ends")?),
            "open" => {
                for line in ["C syn", "S syn ack", "C ack"] {
                    self.say(&statement::said(line).ok_or("a segment")?);
                }
            }
            "connect" => self.data(rest, &[(true, 2), (false, 18), (true, 16)])?,
            "refuse" => self.data(rest, &[(true, 2), (false, 20)])?,
            "more" => self.data(rest, &[(true, 16), (false, 16)])?,
            "close" => self.data(rest, &[(true, 17), (false, 17), (true, 16)])?,
            "hold" => self.world.hold(),
            "release" => {
                let mut events = self.world.held();
                if rest == "reversed" {
                    events.reverse();
                }
                for event in events {
                    self.world.take(event);
                }
            }
            "lose" => drop(self.world.held()),
            "wait" => self.world.wait(rest.parse().map_err(|_| "seconds")?),
            "pass" => self.world.pass(rest.parse().map_err(|_| "seconds")?),
            "full" => self.world.full(if rest == "before" { 1_000_000 } else { 0 }),
            "=" => self.numbers(rest)?,
            _ => return Err("no statement".to_owned()),
        }
        Ok(())
    }

    fn on(&mut self, ends: [End; 2]) {
        let known = self.connections.iter().position(|connection| connection.ends == ends);
        self.current = known.unwrap_or(self.connections.len());
        if known.is_none() {
            self.connections.push(TraceConnection::new(ends, [self.first, self.first.wrapping_add(77_000)]));
        }
    }

    fn say(&mut self, said: &Statement) {
        let connection = &mut self.connections[self.current];
        if let [skip, count] = said.words.as_slice()
            && skip == "skip"
        {
            let next = &mut connection.next[said.side];
            *next = next.wrapping_add(count.parse().expect("a number"));
            return;
        }
        let opens = said.side == 0 && said.words.iter().any(|word| word == "syn");
        let resets = said.words == ["rst"];
        let flags = statement::flags(&said.words) | if opens || resets { 0 } else { 16 };
        let TraceSegment { ends, flags, numbers, bytes } = connection.segment(said, flags, &said.bytes);
        self.world.see(&Network::default().frame(ends, flags, numbers, &bytes));
    }

    /// `c:50000 > s:40000 is passive`
    fn data(&mut self, rest: &str, packets: &[(bool, u8)]) -> Result<(), String> {
        let (ends, expected) = rest.split_once(" is ").ok_or("what is it?")?;
        let [from, to] = statement::ends(ends).ok_or("two ends")?;
        let expected = match expected {
            "passive" => Protocol::FTP_DATA_PASSIVE,
            "active" => Protocol::FTP_DATA_ACTIVE,
            _ => Protocol::TCP_OTHER,
        };
        for (forth, flags) in packets {
            let ends = if *forth { [from, to] } else { [to, from] };
            let found = self.world.see(&Network::default().frame(ends, *flags, (7, 9), b""));
            if found != expected {
                return Err(format!("{found:?} with flags {flags:#x}"));
            }
        }
        Ok(())
    }

    fn numbers(&self, text: &str) -> Result<(), String> {
        for part in text.split(',') {
            let (name, number) = part.trim().rsplit_once(' ').ok_or("a name and a number")?;
            let found = self.world.number(name).ok_or_else(|| format!("nothing is counted as {name}"))?;
            if found.to_string() != number {
                return Err(format!("{name} is {found}, not {number}"));
            }
        }
        Ok(())
    }
}
