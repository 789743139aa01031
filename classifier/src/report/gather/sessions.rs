//! Whether sessions were encrypted.

use classifier_common::{connection::SESSION_ROWS, protocol::Protocol};

use super::packets::Both;
use crate::report::traffic::Sessions;

/// Of every protocol that had some; they are counted where they were opened.
pub(super) fn of(counted: &Both) -> Vec<Sessions> {
    let rows = SESSION_ROWS.into_iter().zip(counted.received.sessions.iter().zip(&counted.sent.sessions));
    let sessions = rows.map(|(protocol, (inbound, outbound))| {
        let [upgraded, clear_login, neither] = inbound;
        let [out_upgraded, out_clear_login, out_neither] = outbound;
        Sessions {
            protocol: label(protocol).to_owned(),
            upgraded: upgraded + out_upgraded,
            clear_login: clear_login + out_clear_login,
            neither: neither + out_neither,
        }
    });
    sessions.filter(|sessions| sessions.total() > 0).collect()
}

fn label(protocol: Protocol) -> &'static str {
    let fixed = Protocol::FIXED.iter().find(|(fixed, ..)| *fixed == protocol);
    fixed.map_or("", |(_, label, _)| label)
}
