// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Assigns counter rows to configured protocols, for the lifetime of the counters.

use classifier_common::{assigned_port::AssignedPort, protocol::CONFIGURED_MAX};
use thiserror::Error;

use crate::protocol_names::{NAME_MAX, ProtocolNames};

/// Names by row, padded with zeros; empty for a row that was never used.
pub type Rows = [[u8; NAME_MAX]; CONFIGURED_MAX];

/// The names that have had a row since the counters began, always the same row. A name that is no longer
/// configured keeps its row and series: the counts of one protocol never become another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment(ProtocolNames);

/// Error of a name for which no row is left.
#[derive(Debug, Error)]
#[error(
    "`{0}` has no row in the counters: all {CONFIGURED_MAX} rows have been used; restart the agent, after \
     `classifier detach` if its counters are pinned"
)]
pub struct NoRow(String);

/// Error of bytes that are no assignment.
#[derive(Debug, Error)]
#[error(
    "cannot read the protocol names of pinned counters: row {0}; `classifier detach` removes names and counters"
)]
pub struct BadRows(usize);

impl Assignment {
    /// Adds the wanted names to this assignment.
    ///
    /// # Errors
    ///
    /// When no unused row is left for a new name.
    pub fn adopt(&self, wanted: &ProtocolNames) -> Result<Self, NoRow> {
        let mut names = self.0.clone();
        for (_, name) in wanted.configured() {
            names.find_or_add(name).ok_or_else(|| NoRow(name.to_owned()))?;
        }
        Ok(Self(names))
    }

    /// Returns every name that has a row.
    #[must_use]
    pub const fn names(&self) -> &ProtocolNames {
        &self.0
    }

    /// Converts the ports of a configuration, which numbers its own names, to the rows of this assignment,
    /// which has adopted them.
    #[must_use]
    pub fn place(&self, names: &ProtocolNames, ports: &[AssignedPort]) -> Vec<AssignedPort> {
        let row = |protocol| match names.configured().find(|(known, _)| *known == protocol) {
            Some((_, name)) => self.0.find(name).unwrap_or(protocol),
            None => protocol,
        };
        ports.iter().map(|port| AssignedPort { protocol: row(port.protocol), ..*port }).collect()
    }

    /// Returns the rows to be pinned.
    #[must_use]
    pub fn to_rows(&self) -> Rows {
        let mut rows = [[0; NAME_MAX]; CONFIGURED_MAX];
        for (row, (_, name)) in rows.iter_mut().zip(self.0.configured()) {
            row.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        }
        rows
    }

    /// Parses pinned rows.
    ///
    /// # Errors
    ///
    /// When a row is no name, is repeated, or follows an empty one.
    pub fn of_rows(rows: &Rows) -> Result<Self, BadRows> {
        let mut names = ProtocolNames::default();
        let used = rows.iter().take_while(|row| row.iter().any(|byte| *byte != 0)).count();
        for (number, row) in rows.iter().enumerate() {
            if number >= used {
                if row.iter().any(|byte| *byte != 0) {
                    return Err(BadRows(number));
                }
                continue;
            }
            let length = row.iter().position(|byte| *byte == 0).unwrap_or(NAME_MAX);
            let (name, rest) = row.split_at(length);
            let name = std::str::from_utf8(name).ok().filter(|name| ProtocolNames::admits(name));
            let added =
                name.filter(|name| names.find(name).is_none()).and_then(|name| names.find_or_add(name));
            if added.is_none() || rest.iter().any(|byte| *byte != 0) {
                return Err(BadRows(number));
            }
        }
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use classifier_common::{ports::Transport, protocol::Protocol};

    use super::*;

    fn names(all: &[&str]) -> ProtocolNames {
        let mut names = ProtocolNames::default();
        assert!(all.iter().all(|name| names.find_or_add(name).is_some()));
        names
    }

    fn row(nth: usize) -> Protocol {
        Protocol::configured(nth).unwrap()
    }

    #[test]
    fn a_name_keeps_its_row_whatever_else_comes_and_goes() {
        let first = Assignment::default().adopt(&names(&["a", "b", "c"])).unwrap();
        let second = first.adopt(&names(&["d", "c"])).unwrap();
        let third = second.adopt(&names(&["b", "e"])).unwrap();
        let all: Vec<_> = third.names().configured().collect();
        assert_eq!(all, [(row(0), "a"), (row(1), "b"), (row(2), "c"), (row(3), "d"), (row(4), "e")]);
    }

    #[test]
    fn ports_are_given_to_rows_and_fixed_protocols_stay() {
        let before = Assignment::default().adopt(&names(&["a", "b"])).unwrap();
        let wanted = names(&["c", "b"]);
        let [c, b] = [(Transport::Tcp, 1, 0), (Transport::Udp, 2, 1)]
            .map(|(transport, port, nth)| AssignedPort::new(transport, port, row(nth)));
        let smtp = AssignedPort::new(Transport::Tcp, 3, Protocol::SMTP);
        let c = c.speaking(Some(Protocol::IMAP));
        let placed = before.adopt(&wanted).unwrap().place(&wanted, &[c, b, smtp]);
        assert_eq!(placed, [AssignedPort { protocol: row(2), ..c }, b, smtp]);
    }

    #[test]
    fn a_row_is_not_used_twice() {
        let many: Vec<_> = (0..CONFIGURED_MAX).map(|number| format!("n{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let full = Assignment::default().adopt(&names(&many)).unwrap();
        assert_eq!(full.adopt(&names(&["n31", "n0"])).unwrap(), full);
        let text = full.adopt(&names(&["n31", "late"])).unwrap_err().to_string();
        assert!(text.starts_with("`late` has no row") && text.contains("classifier detach"), "{text}");
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_else() {
        let long = "a".repeat(NAME_MAX);
        let some = Assignment::default().adopt(&names(&["submission", &long])).unwrap();
        for assignment in [Assignment::default(), some.clone()] {
            assert_eq!(Assignment::of_rows(&assignment.to_rows()).unwrap(), assignment);
        }
        for (number, bytes) in [(0, &b"A"[..]), (1, b"submission"), (1, b"a\0b"), (3, b"late"), (0, &[0xff])]
        {
            let mut rows = some.to_rows();
            rows[number] = [0; NAME_MAX];
            rows[number][..bytes.len()].copy_from_slice(bytes);
            let error = Assignment::of_rows(&rows).unwrap_err().to_string();
            assert!(error.contains(&format!("row {number}")), "{number} {bytes:?}: {error}");
        }
    }
}
