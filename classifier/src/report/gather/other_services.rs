// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Gathers the connections to ports that no protocol has.

use std::collections::BTreeMap;

use classifier_common::abi::Direction;

use super::{Gathered, Origin};
use crate::report::traffic::{Connections, OtherService, OtherServices, Outcome, Span, Transport};

/// Lists the services by port. Without egress, answers are not seen, and an outcome is no evidence.
pub(super) fn of(gathered: &Gathered<'_>) -> OtherServices {
    let sees_answers = gathered.origin == Origin::Wire
        || gathered.interfaces.iter().any(|one| one.side(Direction::Egress).is_some());
    if !sees_answers {
        return OtherServices::default();
    }
    let mut listed = BTreeMap::new();
    for one in &gathered.evidence.services {
        let transport = Transport(one.of_transport());
        let seen = Span { first: one.first_seen, last: one.last_seen };
        let service = listed.entry((one.direction, transport, one.port)).or_insert_with(|| OtherService {
            direction: one.direction,
            transport,
            port: one.port,
            name: one.name.clone(),
            connections: Connections::default(),
            overcounts: Connections::default(),
            seen,
        });
        *service.connections.of(Outcome(one.outcome)) = one.count;
        *service.overcounts.of(Outcome(one.outcome)) = one.overcount;
        service.seen = service.seen.join(seen);
    }
    let mut unlisted = Connections::default();
    for one in &gathered.evidence.unlisted_services {
        *unlisted.of(Outcome(one.outcome)) = one.at_most;
    }
    OtherServices { listed: listed.into_values().collect(), unlisted }
}
