// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs' view of the connection table.

use classifier_common::{
    connection::{self, ConnEvent, ConnTable, Connection, ENTRIES, Speech, Tags, WAYS},
    session::{Listener, Spoken},
};

use crate::{
    atomic,
    bucket::SharedBucket,
    maps::{self, CONNECTIONS, LISTENERS, TAGS, WAITING},
    verifier::barrier_var,
};

/// Returns the number of connections that can expire.
#[inline(always)]
pub fn waiting() -> u64 {
    // SAFETY: one word of the map's value.
    WAITING.get_ptr(0).map_or(0, |waiting| unsafe { waiting.read_volatile() })
}

#[inline(always)]
fn add(number: u64) {
    if let Some(waiting) = WAITING.get_ptr_mut(0) {
        // SAFETY: eight aligned bytes of the map's value.
        unsafe { atomic::add(waiting, number) };
    }
}

/// The whole connection table.
pub struct Connections;

impl Connections {
    /// Returns the bucket and the way of an entry, by its number in the table.
    #[inline(always)]
    pub fn at(self, entry: usize) -> Option<(<Self as ConnTable>::Bucket, usize)> {
        let entry = barrier_var(entry) % ENTRIES;
        Some((self.bucket(entry / WAYS)?, entry % WAYS))
    }
}

impl ConnTable for Connections {
    type Bucket = SharedBucket<Connection, WAYS>;

    #[inline(always)]
    fn bucket(&self, number: usize) -> Option<Self::Bucket> {
        CONNECTIONS.get_ptr_mut(number as u32).map(SharedBucket::behind)
    }

    #[inline(always)]
    fn tags(&self, number: usize) -> Option<Tags> {
        // SAFETY: the map's value; volatile, because others change it meanwhile.
        TAGS.get_ptr(number as u32).map(|tags| unsafe { tags.read_volatile() })
    }

    #[inline(always)]
    fn tag(&self, entry: u32, tag: u16) {
        if let Some(tags) = TAGS.get_ptr_mut(entry / WAYS as u32) {
            // SAFETY: the remainder is below the number of tags in the map's value. The entry is claimed, and nobody
            // else writes its tag.
            unsafe { tags.cast::<u16>().add(barrier_var(entry as usize) % WAYS).write_volatile(tag) };
        }
    }

    #[inline(always)]
    fn find(&self, _: &ConnEvent) -> usize {
        classifier_find() as usize
    }

    #[inline(always)]
    fn waits(&self) {
        add(1);
    }

    #[inline(always)]
    fn waits_no_more(&self) {
        add(1_u64.wrapping_neg());
    }

    #[inline(always)]
    fn begin_listening(&self, entry: u32, client: u32, server: u32) {
        if let Some(listener) = LISTENERS.get_ptr_mut(entry) {
            // SAFETY: the map's value, of a session that has just begun: no packet of it is inspected yet.
            unsafe { *listener = Listener::new(client, server) };
        }
    }

    #[inline(always)]
    fn inspects(&self, entry: u32, spoken: &Spoken) -> bool {
        // SAFETY: the map's value; each field that is read is a single store of its writer.
        LISTENERS.get_ptr(entry).is_some_and(|listener| unsafe { (*listener).inspects(spoken) })
    }
}

/// Returns the way of the next entry for the event in this CPU's work. A global function, which the verifier checks once.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_find() -> u32 {
    // SAFETY: this CPU's value of the map, and nobody else's.
    maps::work().map_or(WAYS as u32, |work| connection::find(&Connections, unsafe { &(*work).event }) as u32)
}

/// Returns whether a segment belongs to a followed session and must be inspected.
#[inline(always)]
pub fn inspects(speech: &Speech) -> bool {
    classifier_inspects(speech) != 0
}

/// Returns 1 if the segment of a control connection in this CPU's work must be inspected.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn classifier_hears() -> u32 {
    // SAFETY: this CPU's value of the map, and nobody else's.
    maps::work().map_or(0, |work| classifier_inspects(&Speech::from(unsafe { &(*work).segment })))
}

/// Returns 1 if a segment must be inspected. A global function, like the one above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_inspects(speech: *const Speech) -> u32 {
    // SAFETY: null, for which the verifier demands a check, or a segment of the caller's.
    let speech = unsafe { speech.as_ref() };
    speech.is_some_and(|speech| connection::inspects(&Connections, speech)).into()
}
