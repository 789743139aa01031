//! Packets of other connections than the control connection, with what each is taken for.

use crate::{network::End, run::Run, statement};

impl Run {
    /// `c:50000 > s:40000 SYN ACK is other`
    pub fn packet(&mut self, line: &str) -> Result<(), String> {
        let (packet, expected) = line.split_once(" is ").ok_or("no statement")?;
        let mut words: Vec<_> = packet.split_whitespace().map(str::to_owned).collect();
        let flags = words.split_off(3.min(words.len()));
        let ends = statement::ends(&words.join(" ")).ok_or("two ends")?;
        self.between(ends, statement::flags(&flags), expected)
    }

    fn between(&mut self, ends: [End; 2], flags: u8, expected: &str) -> Result<(), String> {
        let payload: &[u8] = if flags == 16 { b"data" } else { b"" };
        let frame = self.network.frame(ends, flags, (7, 9), payload);
        self.deliver(&frame, expected).map_err(|failure| format!("{ends:?} with flags {flags:#x} {failure}"))
    }

    /// `dial c:50000 > s:40000 is passive announced`
    pub fn data(&mut self, verb: &str, rest: &str) -> Result<(), String> {
        let (ends, expected) = rest.split_once(" is ").ok_or("what is it?")?;
        let [from, to] = statement::ends(ends).ok_or("two ends")?;
        let (there, back) = match expected.split_once(' ') {
            Some(("passive", evidence)) => (
                format!("ftp_data_passive to_server {evidence}"),
                format!("ftp_data_passive from_server {evidence}"),
            ),
            Some(("active", evidence)) => (
                format!("ftp_data_active from_server {evidence}"),
                format!("ftp_data_active to_server {evidence}"),
            ),
            _ => (expected.to_owned(), expected.to_owned()),
        };
        let flags: &[(bool, u8)] = match verb {
            "dial" => &[(true, 2), (false, 18), (true, 16), (false, 16), (true, 16)],
            "more" => &[(true, 16), (false, 16)],
            _ => &[(true, 17), (false, 16), (false, 17), (true, 16)],
        };
        for (forth, flags) in flags {
            let (ends, expected) = if *forth { ([from, to], &there) } else { ([to, from], &back) };
            self.between(ends, *flags, expected)?;
        }
        Ok(())
    }
}
