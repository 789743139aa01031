// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The FTP sessions, held and used by some threads.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    scene::{Scene, Server},
    session::Session,
};

const THREADS: usize = 8;

/// Pause of a thread between two transfers: other work on this machine goes before.
const PAUSE: Duration = Duration::from_millis(300);

/// One of so many sessions is closed and opened again after a transfer.
const RECONNECT: usize = 20;

/// A session, and where it leads.
pub struct Slot<'s> {
    server: &'s Server,
    number: usize,
    session: Option<Session>,
}

/// All sessions of the day.
pub struct Load<'s> {
    scene: &'s Scene,
    slots: Vec<Slot<'s>>,
}

impl<'s> Load<'s> {
    /// Describes the sessions, of which none is open yet.
    pub fn new(scene: &'s Scene) -> Self {
        let of = |server: &'s Server| {
            (0..server.sessions).map(move |number| Slot { server, number, session: None })
        };
        Self { scene, slots: scene.servers.iter().flat_map(of).collect() }
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Opens the sessions that are not open, and makes transfers until a moment. Returns the number of transfers.
    pub fn run(&mut self, until: Instant) -> usize {
        self.each(|slots| {
            slots.iter_mut().for_each(Slot::open);
            let mut made = 0;
            while Instant::now() < until {
                let slot = made % slots.len();
                slots[slot].transfer(made);
                made += 1;
                thread::sleep(PAUSE);
            }
            made
        })
    }

    /// Closes all sessions.
    pub fn close(&mut self) {
        self.each(|slots| {
            slots.iter_mut().for_each(Slot::close);
            0
        });
    }

    fn each(&mut self, work: impl Fn(&mut [Slot<'s>]) -> usize + Sync) -> usize {
        let (client, share) = (&self.scene.network.client, self.slots.len().div_ceil(THREADS));
        let work = &work;
        thread::scope(|scope| {
            let threads: Vec<_> = self
                .slots
                .chunks_mut(share)
                .map(|slots| scope.spawn(move || client.enter(|| work(slots))))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a session failed")).sum()
        })
    }
}

impl Slot<'_> {
    fn open(&mut self) {
        if self.session.is_none() {
            let Server { ftp, addresses, is_active, .. } = self.server;
            let address = addresses[self.number % 2];
            self.session = Some(Session::open(address, ftp.login(), *is_active, self.number));
        }
    }

    fn transfer(&mut self, made: usize) {
        self.session.as_mut().expect("it is open").transfer();
        if (made + self.number).is_multiple_of(RECONNECT) {
            self.close();
            self.open();
        }
    }

    fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.close();
        }
    }
}
