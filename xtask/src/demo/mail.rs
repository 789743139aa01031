// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Minimal SMTP, POP3 and IMAP: one letter is sent and read.

use anyhow::Result;

use super::lines::Lines;

/// Commands of a client, each with the beginning of its reply's last line. The greeting is awaited first.
pub struct Visit {
    pub name: &'static str,
    pub port: u16,
    pub greeting: &'static str,
    pub exchanges: &'static [(&'static str, &'static str)],
}

pub const VISITS: [Visit; 3] = [
    Visit {
        name: "SMTP",
        port: 25,
        greeting: "220 ",
        exchanges: &[
            ("EHLO client.example", "250 "),
            ("MAIL FROM:<ada@client.example>", "250 "),
            ("RCPT TO:<grace@server.example>", "250 "),
            ("DATA", "354 "),
            ("Subject: count me\r\n\r\nEvery packet of this letter is counted.\r\n.", "250 "),
            ("QUIT", "221 "),
        ],
    },
    Visit {
        name: "POP3",
        port: 110,
        greeting: "+OK",
        exchanges: &[
            ("USER grace", "+OK"),
            ("PASS secret", "+OK"),
            ("STAT", "+OK 1 "),
            ("RETR 1", "."),
            ("DELE 1", "+OK"),
            ("QUIT", "+OK"),
        ],
    },
    Visit {
        name: "IMAP",
        port: 143,
        greeting: "* OK",
        exchanges: &[
            ("a CAPABILITY", "a OK"),
            ("b LOGIN grace secret", "b OK"),
            ("c SELECT INBOX", "c OK"),
            ("d FETCH 1 BODY[]", "d OK"),
            ("e LOGOUT", "e OK"),
        ],
    },
];

const LETTER: &str = "Subject: count me\r\n\r\nEvery packet of this letter is counted.";

pub fn smtp(lines: &mut Lines) -> Result<()> {
    lines.say("220 server.example ESMTP")?;
    loop {
        let command = lines.read_line()?;
        let answer = match verb(&command).as_str() {
            "EHLO" => "250-server.example\r\n250-8BITMIME\r\n250 SIZE 1000000",
            "MAIL" | "RCPT" => "250 2.1.0 OK",
            "DATA" => {
                lines.say("354 end with a line that holds only a dot")?;
                while lines.read_line()? != "." {}
                "250 2.0.0 accepted"
            }
            "QUIT" => return lines.say("221 2.0.0 bye"),
            _ => "500 5.5.1 unknown command",
        };
        lines.say(answer)?;
    }
}

pub fn pop3(lines: &mut Lines) -> Result<()> {
    lines.say("+OK server.example ready")?;
    loop {
        let answer = match verb(&lines.read_line()?).as_str() {
            "USER" | "PASS" | "DELE" => "+OK".into(),
            "STAT" => format!("+OK 1 {}", LETTER.len() + 2),
            "RETR" => format!("+OK the letter follows\r\n{LETTER}\r\n."),
            "QUIT" => return lines.say("+OK bye"),
            _ => "-ERR unknown command".into(),
        };
        lines.say(&answer)?;
    }
}

pub fn imap(lines: &mut Lines) -> Result<()> {
    lines.say("* OK [CAPABILITY IMAP4rev1] server.example ready")?;
    loop {
        let line = lines.read_line()?;
        let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
        let data = match verb(command).as_str() {
            "CAPABILITY" => "* CAPABILITY IMAP4rev1\r\n".into(),
            "LOGIN" => String::new(),
            "SELECT" => "* 1 EXISTS\r\n* FLAGS (\\Seen)\r\n".into(),
            "FETCH" => format!("* 1 FETCH (BODY[] {{{}}}\r\n{LETTER})\r\n", LETTER.len()),
            "LOGOUT" => return lines.say(&format!("* BYE\r\n{tag} OK bye")),
            _ => {
                lines.say(&format!("{tag} BAD unknown command"))?;
                continue;
            }
        };
        lines.say(&format!("{data}{tag} OK done"))?;
    }
}

fn verb(command: &str) -> String {
    command.split(' ').next().unwrap_or_default().to_ascii_uppercase()
}
