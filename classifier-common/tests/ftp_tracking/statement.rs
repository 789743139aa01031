//! One line of a trace, taken apart.

/// A segment of the control connection.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// 0 the client, 1 the server.
    pub side: usize,
    /// Where it begins, from where its sender is; without, the sender goes on.
    pub offset: Option<i64>,
    /// The same for what it acknowledges.
    pub acknowledges: i64,
    /// Words behind it: flags, or `skip 6`.
    pub words: Vec<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// `C[+6, ack -1]>> text`, or `None` if the line is no such.
pub fn said(line: &str) -> Option<Said> {
    let side = match line.as_bytes() {
        [b'C', b'>' | b'[' | b' ', ..] => 0,
        [b'S', b'>' | b'[' | b' ', ..] => 1,
        _ => return None,
    };
    let mut said = Said { side, ..Said::default() };
    let mut rest = &line[1..];
    if let Some((place, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        for part in place.split(',').map(str::trim) {
            let number = |text: &str| text.trim().parse().expect("a number with its sign");
            match part.strip_prefix("ack") {
                Some(ack) => said.acknowledges = number(ack),
                None if part == "syn" => said.words.push("syn".to_owned()),
                None => said.offset = Some(number(part)),
            }
        }
        rest = behind;
    }
    if let Some(raw) = rest.strip_prefix(">>") {
        said.bytes = bytes(raw.strip_prefix(' ').unwrap_or(raw));
    } else if let Some(text) = rest.strip_prefix('>') {
        said.bytes = bytes(text.trim_start());
        said.bytes.extend(b"\r\n");
    } else {
        said.words = rest.split_whitespace().map(str::to_owned).collect();
    }
    Some(said)
}

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        if character != '\\' {
            bytes.extend(character.to_string().as_bytes());
            continue;
        }
        let (escape, behind) = rest.split_at(1);
        rest = behind;
        match escape {
            "r" => bytes.push(b'\r'),
            "n" => bytes.push(b'\n'),
            "t" => bytes.push(b'\t'),
            "0" => bytes.push(0),
            "x" => {
                bytes.push(u8::from_str_radix(&rest[..2], 16).expect("two digits"));
                rest = &rest[2..];
            }
            "*" => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                bytes.resize(bytes.len() + rest[..digits].parse::<usize>().expect("a number"), b'.');
                rest = &rest[digits..];
            }
            other => bytes.extend(other.as_bytes()),
        }
    }
    bytes
}

/// `c:50000 > s:40000`: the two ends.
pub fn ends(text: &str) -> Option<[(u8, u16); 2]> {
    let (from, to) = text.split_once('>')?;
    Some([end(from)?, end(to)?])
}

fn end(text: &str) -> Option<(u8, u16)> {
    let (host, port) = text.trim().split_once(':')?;
    let host = match host {
        "c" => 1,
        "s" => 2,
        "x" => 3,
        "y" => 4,
        _ => return None,
    };
    Some((host, port.parse().ok()?))
}

/// The words of a flags byte.
pub fn flags(words: &[String]) -> u8 {
    words.iter().fold(0, |flags, word| {
        flags
            | match word.to_ascii_lowercase().as_str() {
                "fin" => 0x11,
                "syn" => 2,
                "rst" => 4,
                "ack" => 16,
                word => panic!("no flag: {word}"),
            }
    })
}
