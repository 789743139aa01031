//! What tshark's dissection of a whole capture comes to.

use std::collections::BTreeMap;

use crate::{
    announced::Announced,
    classes::{Class, Fragments, Message},
    packet::Packet,
};

pub struct Truth {
    pub classes: Vec<Class>,
    /// ICMP messages, and how many of each.
    pub messages: BTreeMap<Message, u64>,
    pub bytes: u64,
}

impl Truth {
    pub fn of(lines: &[String]) -> Self {
        let (mut fragments, mut announced) = (Fragments::default(), Announced::default());
        let mut truth = Self { classes: Vec::new(), messages: BTreeMap::new(), bytes: 0 };
        for line in lines {
            let packet = Packet::of(line);
            let mut by_headers = fragments.judge(&packet);
            if by_headers.is_tcp {
                let may_be_data = ["tcp_other", "ftp_data_active"].contains(&by_headers.class.0);
                if let Some(class) = announced.judge(&packet)
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
            truth.bytes += packet.number("frame.len", 0).unwrap_or_default();
            if let Some(message) = by_headers.message {
                *truth.messages.entry(message).or_default() += 1;
            }
        }
        truth
    }
}
