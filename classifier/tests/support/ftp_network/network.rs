// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The network: two hops, with the observer between them. A packet may be lost, repeated or late on either.

use classifier_common::fixtures::ftp_traces::network::Network;

use super::{
    Purpose, Seen,
    connection::{Connection, Packet},
    dialogue::{Actions, Dialogue, Exchange},
};

/// An event of the network. Numbers that are too large wrap.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// A side sends a segment: `length` bytes, from `back` bytes behind the first that is not acknowledged.
    Send { connection: u8, side: u8, back: u8, length: u8 },
    /// A packet reaches the end of a hop.
    Pass { hop: u8, packet: u8 },
    /// A packet reaches the end of a hop, and comes there again.
    Repeat { hop: u8, packet: u8 },
    /// A packet is lost.
    Lose { hop: u8, packet: u8 },
}

/// Most packets of a hop: what is later overtakes no more than these.
const QUEUE: usize = 12;

/// Host of all servers.
const SERVER: u8 = 250;

/// A session, and its connections by their numbers.
struct Session {
    dialogue: Dialogue,
    control: usize,
    /// The transfer that the client waits for.
    transfer: Option<usize>,
    has_ended: bool,
}

struct World {
    network: Network,
    connections: Vec<Connection>,
    sessions: Vec<Session>,
    hops: [Vec<Packet>; 2],
    seen: Vec<Seen>,
    first: u32,
}

/// Runs the dialogues, each with a client of its own, and returns the packets that the observer sees. After the operations
/// the network is without fault, until all is done.
pub fn run(client: u8, first: u32, dialogues: &[Vec<Exchange>], operations: &[Operation]) -> Vec<Seen> {
    let mut world = World {
        network: Network::default(),
        connections: Vec::new(),
        sessions: Vec::new(),
        hops: [Vec::new(), Vec::new()],
        seen: Vec::new(),
        first,
    };
    for (client, exchanges) in (client..).zip(dialogues) {
        let control = world.open(Purpose::Control, [(client, 49_152), (SERVER, 21)]);
        world.connections[control].write(1, b"220 ready\r\n");
        let dialogue = Dialogue::new(client, SERVER, exchanges.clone());
        world.sessions.push(Session { dialogue, control, transfer: None, has_ended: false });
    }
    for operation in operations {
        world.operate(*operation);
    }
    world.finish();
    world.seen
}

impl World {
    fn open(&mut self, purpose: Purpose, ends: [(u8, u16); 2]) -> usize {
        let number = self.connections.len();
        self.first = self.first.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.connections.push(Connection::new(purpose, ends, [self.first, !self.first]));
        if purpose != Purpose::Control {
            for side in [0, 1] {
                self.connections[number].write(side, b"some bytes");
                self.connections[number].close(side);
            }
        }
        number
    }

    fn operate(&mut self, operation: Operation) {
        let pick =
            |queue: &[Packet], packet: u8| (!queue.is_empty()).then(|| usize::from(packet) % queue.len());
        match operation {
            Operation::Send { connection, side, back, length } => {
                let connection = usize::from(connection) % self.connections.len();
                self.send(connection, usize::from(side & 1), back.into(), length.into());
            }
            Operation::Pass { hop, packet } => {
                let hop = usize::from(hop & 1);
                if let Some(at) = pick(&self.hops[hop], packet) {
                    let packet = self.hops[hop].remove(at);
                    self.pass(hop, packet);
                }
            }
            Operation::Repeat { hop, packet } => {
                let hop = usize::from(hop & 1);
                if let Some(at) = pick(&self.hops[hop], packet) {
                    self.pass(hop, self.hops[hop][at].clone());
                }
            }
            Operation::Lose { hop, packet } => {
                let hop = usize::from(hop & 1);
                if let Some(at) = pick(&self.hops[hop], packet) {
                    self.hops[hop].remove(at);
                }
            }
        }
    }

    fn send(&mut self, connection: usize, side: usize, back: usize, length: usize) {
        if let Some(packet) = self.connections[connection].send(connection, side, back, length) {
            self.hops[0].push(packet);
        }
        for hop in 0..2 {
            while self.hops[hop].len() > QUEUE {
                let packet = self.hops[hop].remove(0);
                self.pass(hop, packet);
            }
        }
    }

    /// Passes a packet to the end of a hop: to the observer, or to its receiver.
    fn pass(&mut self, hop: usize, packet: Packet) {
        if hop == 0 {
            self.seen.push(self.connections[packet.connection].seen(self.network, &packet));
            self.hops[1].push(packet);
        } else {
            self.connections[packet.connection].arrive(&packet);
            self.act();
        }
    }

    /// Lets the ends act until they wait for the network.
    fn act(&mut self) {
        for number in 0..self.sessions.len() {
            loop {
                let session = &mut self.sessions[number];
                let control = &self.connections[session.control];
                let read = [0, 1].map(|side| control.read(side));
                let actions = session.dialogue.act(read.each_ref().map(|bytes| &**bytes));
                let transferred = session.transfer.filter(|_| session.dialogue.is_transferring());
                let transferred = transferred.filter(|transfer| self.connections[*transfer].is_done());
                let more = transferred.map(|_| session.dialogue.transferred());
                if transferred.is_some() {
                    session.transfer = None;
                }
                let ended = !session.has_ended && self.connections[session.control].is_done();
                let ended = ended && self.connections[session.control].is_closed(0);
                session.has_ended |= ended;
                let last = ended.then(|| session.dialogue.ended());
                let changes = [Some(actions), more, last].into_iter().flatten();
                let acted =
                    changes.map(|actions| self.apply(number, actions)).filter(|has_changed| *has_changed);
                if acted.count() == 0 {
                    break;
                }
            }
        }
    }

    fn apply(&mut self, number: usize, actions: Actions) -> bool {
        let control = self.sessions[number].control;
        let mut has_changed = actions.is_over || actions.has_read;
        for (side, line) in actions.lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            self.connections[control].write(side, line.as_bytes());
            has_changed = true;
        }
        let had_gaps = self.connections[control].had_gaps(0);
        for opening in actions.openings.into_iter().filter(|opening| !(opening.needs_order && had_gaps)) {
            let connection = self.open(opening.purpose, opening.ends);
            if opening.is_awaited {
                self.sessions[number].transfer = Some(connection);
            }
            has_changed = true;
        }
        if actions.is_over {
            self.connections[control].close(0);
            self.connections[control].close(1);
        }
        has_changed
    }

    /// Sends everything that is missing, in order, until all sessions and connections have ended.
    fn finish(&mut self) {
        for _ in 0..1000 {
            for connection in 0..self.connections.len() {
                for side in [0, 1] {
                    self.send(connection, side, 0, usize::MAX / 2);
                }
            }
            for hop in 0..2 {
                while !self.hops[hop].is_empty() {
                    let packet = self.hops[hop].remove(0);
                    self.pass(hop, packet);
                }
            }
            let is_over = self.sessions.iter().all(|session| session.has_ended);
            if is_over && self.connections.iter().all(Connection::is_done) {
                return;
            }
        }
        let open = self.connections.iter().find(|connection| !connection.is_done());
        panic!("never done: {open:?}");
    }
}
