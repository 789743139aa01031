// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;

fn redacted(text: &str) -> String {
    let mut redactor = Redactor::default();
    text.bytes().for_each(|byte| _ = redactor.push(byte));
    redactor.decide();
    let left = text.bytes().map(|byte| redactor.push(byte)).collect();
    String::from_utf8(left).unwrap_or_default()
}

#[test]
fn the_rest_of_a_password_is_redacted_whole() {
    for command in ["PASS ", "PASS x", "PASS 12", "PASS PORT", "PASS xPR", "ACCT "] {
        for password in
            ["hunter2", "T hunter2", "RT hunter2", "ORT hunter2", "PRT hunter2", "pa,ss", "1234", "TH TLSv"]
        {
            let line = format!("{command}{password}\r\n");
            for cut in 0..=line.len() - 2 {
                let left = redacted(&line[cut..]);
                let tail = &password[password.len().saturating_sub(line.len() - 2 - cut)..];
                let kept: String =
                    left.chars().filter(|left| !matches!(left, 'x' | ' ' | '\r' | '\n')).collect();
                // Such texts are indistinguishable from the end of a number, or of a command's name.
                let number = tail.len() <= 3 && tail.bytes().all(|byte| byte.is_ascii_digit());
                assert!(
                    kept.is_empty() || number || is_command_end(&line[cut..]),
                    "{line:?} {cut}: {left:?}"
                );
            }
        }
    }
}

fn is_command_end(line: &str) -> bool {
    ["PORT", "EPRT", "LPRT", "PASV", "P@SW", "EPSV", "AUTH", "CCC", "REIN"]
        .iter()
        .any(|command| command.ends_with(&line.trim_end().to_ascii_uppercase()))
}

#[test]
fn the_rest_of_an_announcement_stays_wherever_it_is_cut() {
    for line in [
        "PORT 10,0,0,1,156,64\r\n",
        "port 10, 0, 0, 1, 156, 64\r\n",
        "EPRT |1|10.0.0.1|40000|\r\n",
        "EPRT |2|2001:db8::a|40000|\r\n",
        "LPRT 4,4,10,0,0,1,2,156,64\r\n",
        "PASV\r\n",
        "P@SW\r\n",
        "EPSV\r\n",
        "AUTH TLS\r\n",
        "EPSV ALL\r\n",
        "CCC\r\n",
    ] {
        let words = ["TLS", "ALL"];
        for cut in 0..line.len() {
            let rest = &line[cut..];
            let within = words.iter().any(|word| word.ends_with(rest.trim()) && *word != rest.trim());
            if !within || rest.trim().is_empty() {
                assert_eq!(redacted(rest), rest, "cut at {cut}");
            }
        }
    }
}

#[test]
fn of_a_later_line_the_command_stays_and_the_argument_does_not() {
    let text = "x\r\n user bob\r\nPASS \u{fc}ber 123\r\nPORT 10,0,0,1,1,2\r\nAUTH TLS\r\nc2VjcmV0\r\nPASS";
    let left = "x\r\n user xxx\r\nPASS xxxxx xxx\r\nPORT 10,0,0,1,1,2\r\nAUTH TLS\r\nc2VjxxxX\r\nPASS";
    assert_eq!(redacted(text), left.replace('X', "x"));
}

#[test]
fn a_piece_without_an_end_is_judged_by_what_there_is() {
    assert_eq!(redacted("T 10,0,"), "T 10,0,");
    assert_eq!(redacted("|5000"), "|5000");
    assert_eq!(redacted("hun"), "xxx");
    assert_eq!(redacted("RT hun"), "xx xxx");
    assert_eq!(redacted(""), "");
    assert_eq!(redacted("12345678\r\nPASS y\r\n"), "xxxxxxxx\r\nPASS x\r\n");
}

#[test]
fn a_first_line_is_kept_if_all_of_it_may_be_the_rest_of_a_command() {
    for kept in [
        "T",
        "RT",
        "ort",
        "PORT",
        "SV",
        "asv",
        "P@SW",
        "SW",
        "C",
        "CC",
        "CCC",
        "REIN",
        "EIN",
        "AUTH",
        "epsv", // names
        "1",
        "2",
        "ALL",
        "tls",
        "TLS-C",
        "TLS-P",
        "SSL",
        "V 1",
        "V all",
        "H TLS",
        "AUTH SSL",
        " TLS", // options
        "123",
        "1,2",
        "10,0,0,1",
        ",",
        "|",
        "|1|10.0.0.1|",
        "a::1|5000|",
        "F|", // addresses
        "T 1",
        "PRT |",
        "PORT 10,0",
        " 10,0,0,1,4,5",
        " 12",
        "10, 0,1",
        "0,0,\t1", // names and addresses
    ] {
        for end in ["", "\r\n", "\r\nNOOP\r\n"] {
            let line = format!("{kept}{end}");
            assert_eq!(redacted(&line), line);
        }
    }
    for secret in [
        "PORTS", "xPORT", "XCCC", "CCCC", "APASV", "PASX", "TLSX", "TLS-D", "ALLY", "1234", "a.b", "1.2",
        "a:b", "|g", "g|", "|1,2", "1,a", "x,1", ",x", "T hunter", "RT TLS", "H 10,0", "V 10,0", "TLS TLS",
        "TLS 1,2", "SV 1,2", "CCC 1,2", "x 1,2", "x TLS", "1,2 TLS", "T 1234", "T |g", "1234 1,2", "T 1,2 x",
    ] {
        let text = |left: &str| -> String {
            left.chars().map(|letter| if letter == ' ' { ' ' } else { 'x' }).collect()
        };
        for end in ["", "\r\n", "\r\nNOOP\r\n"] {
            assert_eq!(redacted(&format!("{secret}{end}")), format!("{}{end}", text(secret)), "{secret}");
        }
    }
}

#[test]
fn of_a_later_line_an_argument_stays_if_its_command_needs_it() {
    for (line, left) in [
        ("PORT 10,0,0,1,1,2", "PORT 10,0,0,1,1,2"),
        ("eprt |1|10.0.0.1|5|", "eprt |1|10.0.0.1|5|"),
        ("LPRT x", "LPRT x"),
        ("EPSV 2", "EPSV 2"),
        ("AUTH TLS", "AUTH TLS"),
        ("  EPSV\t2", "  EPSV\t2"),
        ("RT 10,0", "RT xxxx"),
        ("PORTS 10,0", "PORTx xxxx"),
        ("PASV 1", "PASV x"),
        ("PASS a b\tc", "PASS x x\tx"),
        ("PASSword", "PASSxxxx"),
        ("USER", "USER"),
    ] {
        let lines = |line: &str| format!("NOOP\r\n{line}\r\n{line}\r\n");
        let first = "xxxx\r\n";
        assert_eq!(redacted(&lines(line)), format!("{first}{}", &lines(left)[6..]), "{line}");
    }
}
