// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Expected counts of a whole capture, from tshark's dissection.

use std::collections::BTreeMap;

use crate::{
    announced::Announced,
    classes::{Class, Fragments, Message},
    packet::Packet,
};

pub struct Truth {
    pub classes: Vec<Class>,
    /// Number of ICMP messages of each kind.
    pub messages: BTreeMap<Message, u64>,
    /// Sum of bytes; `None` if a packet is longer than tshark can tell.
    pub bytes: Option<u64>,
}

impl Truth {
    pub fn of(lines: &[String]) -> Self {
        let (mut fragments, mut announced) = (Fragments::default(), Announced::default());
        let mut truth = Self { classes: Vec::new(), messages: BTreeMap::new(), bytes: Some(0) };
        for line in lines {
            let packet = Packet::of(line);
            let mut by_headers = fragments.classify(&packet);
            if by_headers.is_tcp {
                let may_be_data = ["tcp_other", "ftp_data_active"].contains(&by_headers.class.0);
                if let Some(class) = announced.classify(&packet)
                    && may_be_data
                {
                    by_headers.class = class;
                    fragments.relabel(&packet, class);
                }
                if by_headers.class.0 == "ftp_control" {
                    announced.hear(&packet);
                }
            }
            truth.classes.push(by_headers.class);
            truth.bytes = truth.bytes.zip(length(&packet)).map(|(sum, length)| sum + length);
            if let Some(message) = by_headers.message {
                *truth.messages.entry(message).or_default() += 1;
            }
        }
        truth
    }
}

/// Returns the original length of a packet, at least the captured one.
fn length(packet: &Packet<'_>) -> Option<u64> {
    const LONGEST: u64 = i32::MAX as u64;
    let [said, captured] = ["frame.len", "frame.cap_len"].map(|field| packet.number(field, 0));
    Some(said.filter(|said| *said < LONGEST)?.max(captured?))
}
