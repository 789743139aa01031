// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announced ports: two CPUs and the agent announce, withdraw, connect and end.

use std::collections::BTreeMap;

use classifier_common::{
    address::Address,
    endpoint::{
        Admission, Admitted, DataSide, Endpoint, EndpointBucket, EndpointState, Evidence, ExpectKey,
        Expectation, Hit, Kind, Mode, PackedEndpoint, Query, WAYS, announce, confirm, connected,
        match_and_advance, withdraw,
    },
    table::Bucket as _,
    wire::tcp::flag,
};
use loom::{
    sync::{Arc, Mutex},
    thread,
};

use crate::shared::{SharedBucket, in_every_order};

const KIND: Kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: false };

/// A bucket, the counts of its ports, and a clock.
#[derive(Clone)]
struct Scene {
    bucket: SharedBucket<Endpoint, WAYS>,
    ports: Arc<Mutex<BTreeMap<u16, u64>>>,
}

impl EndpointBucket for Scene {
    type Bucket = SharedBucket<Endpoint, WAYS>;

    fn bucket(&self) -> &Self::Bucket {
        &self.bucket
    }

    /// The order of times is that of ways: which entry is the oldest does not depend on the order of steps.
    fn now(&self) -> u64 {
        1
    }

    fn port_taken(&self, port: u16) {
        *self.ports.lock().unwrap().entry(port).or_default() += 1;
    }

    fn port_left(&self, port: u16) {
        let mut ports = self.ports.lock().unwrap();
        let count = ports.get_mut(&port).expect("it was taken");
        *count = count.checked_sub(1).expect("it was taken once more than it was left");
    }
}

impl Scene {
    /// Announces ports from 1 on, until so many entries are free.
    fn with_free(free: u16) -> Self {
        let scene = Self { bucket: SharedBucket::new(), ports: Arc::default() };
        for port in 1..=4 - free {
            scene.announce(port);
        }
        scene
    }

    fn announce(&self, port: u16) -> Option<Admitted> {
        self.announce_for(port, EndpointState::Announced)
    }

    fn announce_for(&self, port: u16, state: EndpointState) -> Option<Admitted> {
        // Each port is of a session of its own.
        announce(self, &Expectation { key: &key(port), kind: KIND, session: port.into(), state })
    }

    fn packet(&self, port: u16, sender: DataSide, flags: u8) -> Option<Hit> {
        match_and_advance(self, &Query { key: key(port), peer_port: 5000, sender, flags, number: 9 })
    }

    fn words(&self) -> [PackedEndpoint; WAYS] {
        self.bucket.words()
    }

    fn has(&self, port: u16) -> usize {
        self.words().iter().filter(|word| word.port() == port).count()
    }

    /// Asserts that the ports' counts are what the table holds, and that no entry stays claimed.
    fn is_consistent(&self) {
        let mut held = BTreeMap::<u16, u64>::new();
        for word in self.words().iter().filter(|word| **word != PackedEndpoint::FREE) {
            assert_ne!(word.state(), EndpointState::Claimed);
            *held.entry(word.port()).or_default() += 1;
        }
        let counted = self.ports.lock().unwrap();
        let counted: BTreeMap<_, _> = counted.iter().filter(|(_, count)| **count > 0).collect();
        assert_eq!(counted, held.iter().collect());
    }
}

fn key(port: u16) -> ExpectKey {
    ExpectKey { address: Address::v4([10, 0, 0, 1]), peer: Address::v4([10, 0, 0, 2]), port }
}

/// Runs two threads and this one, each with the scene, and returns their results.
fn together<A: Send + 'static, B: Send + 'static>(
    scene: &Scene,
    one: impl FnOnce(&Scene) -> A + Send + 'static,
    other: impl FnOnce(&Scene) -> B,
) -> (A, B) {
    let shared = scene.clone();
    let thread = thread::spawn(move || one(&shared));
    let here = other(scene);
    (thread.join().unwrap(), here)
}

#[test]
fn two_announcements_take_an_entry_each() {
    in_every_order(3, || {
        let scene = Scene::with_free(2);
        let (there, here) = together(&scene, |scene| scene.announce(8), |scene| scene.announce(9));
        for (port, admitted) in [(8, there), (9, here)] {
            assert_eq!(admitted.map(|admitted| admitted.how), Some(Admission::Learned));
            assert_eq!(scene.has(port), 1);
        }
        scene.is_consistent();
    });
}

#[test]
fn two_announcements_for_the_last_entry_lose_no_count() {
    in_every_order(3, || {
        let scene = Scene::with_free(1);
        let (there, here) = together(&scene, |scene| scene.announce(8), |scene| scene.announce(9));
        for (port, admitted) in [(8, there), (9, here)] {
            // A refused one has no entry. One that was admitted may have been evicted by the other.
            assert!(scene.has(port) <= usize::from(admitted.is_some()));
        }
        assert!(there.is_some() || here.is_some());
        scene.is_consistent();
    });
}

#[test]
fn an_endpoint_is_withdrawn_or_connected_and_never_both() {
    in_every_order(3, || {
        let scene = Scene::with_free(3);
        let (withdrawn, hit) = together(
            &scene,
            |scene| withdraw(scene, 0, 1),
            |scene| scene.packet(1, DataSide::Initiator, flag::SYN),
        );
        assert_eq!(withdrawn == EndpointState::Announced, hit.is_none(), "{withdrawn:?}, {hit:?}");
        assert_eq!(scene.has(1), usize::from(hit.is_some()));
        scene.is_consistent();
    });
}

#[test]
fn an_endpoint_that_is_evicted_and_withdrawn_is_counted_off_once() {
    in_every_order(3, || {
        let scene = Scene::with_free(0);
        let (withdrawn, admitted) =
            together(&scene, |scene| withdraw(scene, 0, 1), |scene| scene.announce(9));
        let evicted = admitted.is_some_and(|admitted| {
            matches!(admitted, Admitted { way: 0, how: Admission::Evicted(EndpointState::Announced) })
        });
        assert!(!(evicted && withdrawn == EndpointState::Announced));
        scene.is_consistent();
    });
}

#[test]
fn a_proposal_that_both_the_server_and_its_connection_confirm_stays_one_endpoint() {
    in_every_order(3, || {
        let scene = Scene { bucket: SharedBucket::new(), ports: Arc::default() };
        scene.announce_for(1, EndpointState::Proposed);
        let (_, hit) = together(
            &scene,
            |scene| confirm(scene, 0, 1),
            |scene| scene.packet(1, DataSide::Initiator, flag::SYN),
        );
        assert!(hit.is_some());
        assert_eq!(scene.words()[0].state(), EndpointState::Connected);
        scene.is_consistent();
    });
}

#[test]
fn both_sides_may_end_a_connection_at_once() {
    in_every_order(3, || {
        let scene = Scene::with_free(3);
        assert!(scene.packet(1, DataSide::Initiator, flag::SYN).is_some());
        let (there, here) = together(
            &scene,
            |scene| scene.packet(1, DataSide::Initiator, flag::FIN | flag::ACK),
            |scene| scene.packet(1, DataSide::Listener, flag::FIN | flag::ACK),
        );
        assert!(there.is_some() && here.is_some());
        assert!(scene.words()[0].is_finished(), "{:?}", scene.words()[0]);
        scene.is_consistent();
    });
}

#[test]
fn a_packet_meets_its_own_endpoint_or_none_while_it_is_evicted() {
    in_every_order(3, || {
        let scene = Scene::with_free(0);
        for port in 1..=4 {
            assert!(scene.packet(port, DataSide::Initiator, flag::SYN).is_some());
        }
        let (_, word) = together(&scene, |scene| scene.announce(9), |scene| connected(scene, &key(1), 5000));
        assert!(word == PackedEndpoint::FREE || word.is_of(1, 5000), "{word:?}");
        scene.is_consistent();
    });
}

/// Two CPUs and the agent.
#[test]
fn a_port_s_count_is_what_the_table_holds_after_all_three() {
    in_every_order(2, || {
        let scene = Scene::with_free(1);
        let agent = scene.clone();
        let agent = thread::spawn(move || withdraw(&agent, 0, 1));
        together(&scene, |scene| scene.announce(9), |scene| scene.packet(1, DataSide::Initiator, flag::SYN));
        agent.join().unwrap();
        scene.is_consistent();
    });
}
