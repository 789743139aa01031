// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The counts as a table.

use std::fmt::Write as _;

use super::{
    counts::{Counts, Direction, Message, Volume},
    digits::grouped,
    scrape::Scrape,
};

/// Order of the protocols, as documented. Unlisted protocols follow.
const ORDER: [&str; 13] = [
    "ftp_control",
    "ftp_data_active",
    "ftp_data_passive",
    "smtp",
    "pop3",
    "imap",
    "icmp",
    "icmpv6",
    "tcp_other",
    "udp_other",
    "ip_other",
    "fragment",
    "non_ip",
];

/// Renders a table of at most 80 columns, with one line for each protocol that has counts.
pub fn render(scrape: &Scrape) -> String {
    let mut text = String::new();
    volumes(&mut text, &scrape.counts);
    text.push('\n');
    messages(&mut text, scrape);
    text
}

fn volumes(text: &mut String, counts: &Counts) {
    let columns = ["packets in", "bytes in", "packets out", "bytes out"];
    line(text, "protocol", "role", &columns.map(str::to_owned));
    let mut rows: Vec<_> =
        counts.series.keys().map(|series| (series.protocol.as_str(), series.role.as_str())).collect();
    rows.sort_by_key(|(protocol, role)| {
        // Requests sort before their replies.
        (ORDER.iter().position(|known| known == protocol).unwrap_or(ORDER.len()), *role != "to_server")
    });
    rows.dedup();
    let mut totals = [Volume::default(); 2];
    for (protocol, role) in rows {
        let of = |direction| {
            let found = counts.series.iter().find(|(series, _)| {
                (series.protocol.as_str(), series.role.as_str()) == (protocol, role)
                    && series.direction == direction
            });
            found.map_or(Volume::default(), |(_, volume)| *volume)
        };
        let both = [of(Direction::Ingress), of(Direction::Egress)];
        for (total, volume) in totals.iter_mut().zip(both) {
            total.packets += volume.packets;
            total.bytes += volume.bytes;
        }
        line(text, protocol, role, &cells(both));
    }
    line(text, "total", "", &cells(totals));
}

fn messages(text: &mut String, scrape: &Scrape) {
    line(text, "icmp", "type/code", &["messages in".into(), "messages out".into()]);
    let counts = &scrape.counts;
    let mut rows: Vec<_> =
        counts.messages.keys().map(|Message { family, kind, code, .. }| (family, kind, code)).collect();
    rows.sort_by_key(|(family, kind, _)| (*family, kind.parse::<u8>().unwrap_or(u8::MAX)));
    rows.dedup();
    for (family, kind, code) in rows {
        let of = |direction| {
            let (family, kind, code) = (family.clone(), kind.clone(), code.clone());
            let message = Message { family, kind, code, direction };
            grouped(counts.messages.get(&message).copied().unwrap_or_default())
        };
        let name = scrape.names.get(&(family.clone(), kind.clone())).map_or("", String::as_str);
        let cells = [of(Direction::Ingress), of(Direction::Egress)];
        line(text, &format!("{family} {name}"), &format!("{kind}/{code}"), &cells);
    }
}

fn cells(both: [Volume; 2]) -> [String; 4] {
    [both[0].packets, both[0].bytes, both[1].packets, both[1].bytes].map(grouped)
}

/// Appends a line: the name on the left, numbers on the right. ICMP type names may use the width of two
/// columns.
fn line(text: &mut String, name: &str, note: &str, cells: &[String]) {
    let (names, width) = if cells.len() == 2 { (42, 13) } else { (18, 12) };
    let _ = write!(text, "{name:<names$}{note:<11}");
    for cell in cells {
        let _ = write!(text, "{cell:>width$}");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{counts::Series, frames::Frame};

    #[test]
    fn a_row_for_each_protocol_and_role_in_the_documented_order_with_totals() {
        let mut scrape = Scrape::default();
        let frame = |protocol, role, message| Frame { protocol, role, message };
        let echo = frame("icmp", "none", Some(("ipv4", 8, 0)));
        scrape.counts.add(Direction::Ingress, 98, &echo);
        scrape.counts.add(Direction::Ingress, 60, &frame("smtp", "to_server", None));
        scrape.counts.add(Direction::Egress, 1000, &frame("smtp", "from_server", None));
        scrape.counts.add(Direction::Egress, 42, &frame("submission", "from_server", None));
        scrape.names.insert(("ipv4".into(), "8".into()), "echo_request".into());
        let expected = "\
protocol          role         packets in    bytes in packets out   bytes out
smtp              to_server             1          60           0           0
smtp              from_server           0           0           1       1,000
icmp              none                  1          98           0           0
submission        from_server           0           0           1          42
total                                   2         158           2       1,042

icmp                                      type/code    messages in messages out
ipv4 echo_request                         8/0                    1            0
";
        assert_eq!(render(&scrape), expected);
    }

    #[test]
    fn the_longest_lines_fit_a_terminal() {
        let mut scrape = Scrape::default();
        let series = Series {
            protocol: "ftp_data_passive".into(),
            role: "from_server".into(),
            direction: Direction::Egress,
        };
        scrape.counts.series.insert(series, Volume { packets: 99_999_999, bytes: 999_999_999 });
        assert!(render(&scrape).lines().all(|line| line.len() <= 80), "{}", render(&scrape));
    }
}
