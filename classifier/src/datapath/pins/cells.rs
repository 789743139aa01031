// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names every number of a counter block, with the same name in every build.

use classifier_common::{
    connection::{self, Encryption, Handshakes, ROWS, rows},
    counter::TCP_FLAGS,
    dry_run::{self, DEFAULT_ROW, Verdict},
    endpoint::{Evidence, Mode},
    evidence::ConnectionOutcome,
    icmp_types::{self, CELLS, CellLabels, ERRORS},
    outcome::Limit,
    protocol::{CLASSES, CONFIGURED_FIRST, PROTOCOLS, Protocol},
};

/// The names, in the order of [`Counters::numbers_mut`](classifier_common::counter::Counters::numbers_mut).
pub(super) fn names() -> Vec<String> {
    let mut names = Vec::new();
    #[cfg(feature = "other-layout")]
    names.extend((0..8).map(|number| format!("other/{number}")));
    let classes = (0..CLASSES).map(|class| {
        let side = if class % 2 == 0 { "to_server" } else { "from_server" };
        format!("{}/{side}", protocol(class / 2))
    });
    names.extend(classes.flat_map(|class| [format!("packets/{class}"), format!("bytes/{class}")]));
    for index in 0..PROTOCOLS {
        names.extend(TCP_FLAGS.map(|flag| format!("tcp_flags/{}/{flag}", protocol(index))));
    }
    let known: Vec<_> = icmp_types::cells().map(cell).collect();
    let spare = (known.len()..CELLS).map(|number| format!("icmp/spare_{number}"));
    names.extend(known.iter().cloned().chain(spare));
    for (family, kind) in ERRORS {
        let quoted = |index| format!("quoted/{}/{kind}/{}", family.label(), protocol(index));
        names.extend((0..PROTOCOLS).map(quoted));
    }
    names.extend(Limit::ALL.map(|(_, limit)| format!("limits/{limit}")));
    for mode in Mode::ALL {
        let evidences = Evidence::ALL.len().next_power_of_two();
        let evident = Evidence::ALL.map(|evidence| format!("ftp_data/{}/{}", mode.label(), evidence.label()));
        let spare =
            (evident.len()..evidences).map(|number| format!("ftp_data/{}/spare_{number}", mode.label()));
        names.extend(evident.into_iter().chain(spare));
    }
    names.push("unremembered".into());
    for row in 0..dry_run::ROWS {
        let rule = if row == DEFAULT_ROW { "default".to_owned() } else { format!("rule_{row}") };
        names.extend(Verdict::ALL.map(|verdict| format!("policy/{rule}/{}", verdict.label())));
    }
    names.extend(connections());
    names
}

fn connections() -> impl Iterator<Item = String> {
    let mut all = Vec::new();
    let names: Vec<_> = (0..ROWS).map(row_name).collect();
    for name in &names {
        all.extend(ConnectionOutcome::ALL.map(|outcome| format!("connections/{name}/{}", outcome.label())));
        all.extend(Handshakes::BOUNDS.map(|bound| format!("handshakes/{name}/{bound}")));
        all.push(format!("handshakes/{name}/nanoseconds"));
    }
    all.push("handshakes_evicted".into());
    for name in &names {
        all.extend(Encryption::ALL.map(|encryption| format!("sessions/{name}/{}", encryption.label())));
    }
    all.push("sessions_evicted".into());
    all.into_iter()
}

fn row_name(row: usize) -> String {
    let of = rows().find(|protocol| connection::row(*protocol) == Some(row));
    of.map_or_else(|| format!("spare_{row}"), |of| protocol(of.index()))
}

fn protocol(index: usize) -> String {
    match (Protocol::from_index(index).fixed_label(), index.checked_sub(usize::from(CONFIGURED_FIRST))) {
        (Some(label), _) => label.to_owned(),
        (None, Some(nth)) => format!("configured_{nth}"),
        (None, None) => format!("spare_{index}"),
    }
}

fn cell(CellLabels { family, kind, code, .. }: CellLabels) -> String {
    let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
    format!("icmp/{}/{}/{}", family.label(), number(kind), number(code))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, mem::size_of};

    use classifier_common::counter::Counters;

    use super::*;

    #[test]
    fn every_number_has_a_name_of_its_own() {
        let names = names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(names.len(), Counters::new(0, 0).numbers_mut().count());
        assert_eq!(8 + 8 * names.len(), size_of::<Counters>());
    }

    #[test]
    fn the_names_are_those_of_the_numbers() {
        let mut counters = Counters::new(0, 0);
        counters.classes[Protocol::SMTP.from_server().index()].bytes = 1;
        counters.tcp_flags[Protocol::IMAP.index()][2] = 2;
        counters.limits[1] = 3;
        counters.ftp_data[1][Evidence::Inferred as usize] = 4;
        counters.quoted[8][Protocol::TCP_OTHER.index()] = 5;
        let cell = icmp_types::cells().position(|cell| cell.kind == Some(3) && cell.code == Some(4));
        counters.icmp[cell.expect("fragmentation needed")] = 6;
        counters.unremembered = 7;
        counters.policy[63][1] = 8;
        counters.policy[DEFAULT_ROW][0] = 9;
        let row = connection::row(Protocol::POP3).expect("it has a server");
        counters.connections[row].outcomes[3] = 8;
        counters.connections[row].times[11] = 9;
        counters.sessions[connection::row(Protocol::SMTP).expect("it has a server")][2] = 10;
        let found: Vec<_> =
            names().into_iter().zip(counters.numbers_mut()).filter(|(_, n)| **n != 0).collect();
        let found: Vec<_> = found.iter().map(|(name, number)| (name.as_str(), **number)).collect();
        assert_eq!(
            found,
            [
                ("bytes/smtp/from_server", 1),
                ("tcp_flags/imap/fin", 2),
                ("icmp/ipv4/3/4", 6),
                ("quoted/ipv6/4/tcp_other", 5),
                ("limits/ipv6_extensions", 3),
                ("ftp_data/passive/inferred", 4),
                ("unremembered", 7),
                ("policy/rule_63/would_drop", 8),
                ("policy/default/would_accept", 9),
                ("connections/pop3/unanswered", 8),
                ("handshakes/pop3/10000000000", 9),
                ("sessions/smtp/neither", 10),
            ]
        );
    }
}
