//! A trace, statement by statement.

use crate::{
    connection::{Connection, Segment},
    expectation::Expectation,
    network::{End, Network},
    statement::{self, Said},
    world::World,
};
use classifier_common::protocol::Protocol;

/// A way to run a trace.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    pub name: &'static str,
    /// The statement that says that a trace cannot be run so.
    pub excluded_by: Option<&'static str>,
    first: u32,
    tagged: bool,
    sightings: usize,
    bytewise: bool,
}

const PLAIN: Variant = Variant {
    name: "as written",
    excluded_by: None,
    first: 1_000_000,
    tagged: false,
    sightings: 1,
    bytewise: false,
};

pub const VARIANTS: [Variant; 4] = [
    PLAIN,
    Variant { name: "wrapping and tagged", first: u32::MAX - 8, tagged: true, ..PLAIN },
    Variant { name: "seen twice", excluded_by: Some("once"), sightings: 2, ..PLAIN },
    Variant { name: "byte by byte", excluded_by: Some("whole"), bytewise: true, ..PLAIN },
];

pub struct Run {
    variant: Variant,
    pub network: Network,
    world: World,
    connections: Vec<Connection>,
    current: usize,
    hidden: [bool; 2],
    unseen: bool,
    last: Vec<u8>,
    expected: Expectation,
}

/// Runs a trace.
pub fn run(trace: &str, variant: Variant) -> Result<(), String> {
    let mut run = Run {
        variant,
        network: Network { v6: false, tagged: variant.tagged },
        world: World::new(),
        connections: Vec::new(),
        current: 0,
        hidden: [false; 2],
        unseen: false,
        last: Vec::new(),
        expected: Expectation::default(),
    };
    run.on([(1, 49_152), (2, 21)]);
    for line in trace.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        run.line(line).map_err(|failure| format!("{line:?}: {failure}"))?;
    }
    run.expected.check(&run.world, variant.name == PLAIN.name, true)
}

impl Run {
    fn line(&mut self, line: &str) -> Result<(), String> {
        self.unseen = line.starts_with("unseen ");
        let line = line.strip_prefix("unseen ").unwrap_or(line);
        if let Some(said) = statement::said(line) {
            return self.say(&said);
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "on" => self.on(statement::ends(rest).ok_or("two ends")?),
            "open" => self.open()?,
            "hide" => self.hidden[usize::from(rest == "S")] = true,
            "show" => self.hidden[usize::from(rest == "S")] = false,
            "again" => self.deliver(&self.last.clone(), "known")?,
            "dial" | "more" | "close" => self.data(verb, rest)?,
            "family" => self.network.v6 = rest == "6",
            "policy" => self.world.set_policy(|policy| match rest {
                "allow_foreign" => policy.allow_foreign_address = 1,
                "no_infer" => policy.infer_encrypted = 0,
                rest => policy.control_rate = rest.parse().expect("a rate"),
            }),
            "control" => self.world.assign(rest.parse().expect("a port"), Protocol::FTP_CONTROL),
            "protocol" => self.world.assign(rest.parse().expect("a port"), Protocol::SMTP),
            "wait" => self.world.wait(rest.parse().expect("seconds")),
            "once" | "whole" => {}
            "=" => {
                self.expected.state(rest);
                return self.expected.check(&self.world, self.variant.name == PLAIN.name, false);
            }
            _ => return self.packet(line),
        }
        Ok(())
    }

    fn on(&mut self, ends: [End; 2]) {
        let known = self.connections.iter().position(|connection| connection.ends == ends);
        self.current = known.unwrap_or(self.connections.len());
        if known.is_none() {
            let first = self.variant.first;
            self.connections.push(Connection::new(ends, [first, first.wrapping_add(77_000)]));
        }
    }

    fn open(&mut self) -> Result<(), String> {
        for line in ["C syn", "S syn ack", "C ack"] {
            self.say(&statement::said(line).ok_or("a segment")?)?;
        }
        Ok(())
    }

    fn say(&mut self, said: &Said) -> Result<(), String> {
        if let [skip, count] = said.words.as_slice()
            && skip == "skip"
        {
            let next = &mut self.connections[self.current].next[said.side];
            *next = next.wrapping_add(count.parse().map_err(|_| "a number")?);
            return Ok(());
        }
        let syn = said.words.iter().any(|word| word == "syn");
        let only = |flag: &str| said.words.iter().all(|word| word == flag) && !said.words.is_empty();
        let flags = statement::flags(&said.words) | if syn && said.side == 0 || only("rst") { 0 } else { 16 };
        if self.variant.bytewise && said.offset.is_none() && !self.unseen {
            for byte in said.bytes.chunks(1) {
                self.send(said, flags, byte)?;
            }
            if !said.bytes.is_empty() {
                return Ok(());
            }
        }
        self.send(said, flags, &said.bytes)
    }

    fn send(&mut self, said: &Said, flags: u8, bytes: &[u8]) -> Result<(), String> {
        let Segment { ends, flags, numbers, bytes } =
            self.connections[self.current].segment(said, flags, bytes);
        if self.unseen || self.hidden[said.side] {
            return Ok(());
        }
        self.last = self.network.frame(ends, flags, numbers, &bytes);
        self.deliver(&self.last.clone(), "known")
    }

    /// Shows a frame, as often as the variant has it, and asks what it is taken for.
    pub fn deliver(&mut self, frame: &[u8], expected: &str) -> Result<(), String> {
        for _ in 0..self.variant.sightings {
            let found = self.world.see(frame);
            if found != expected {
                return Err(format!("is {found}"));
            }
        }
        Ok(())
    }
}
