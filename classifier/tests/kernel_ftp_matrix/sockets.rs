// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A client of FTP by sockets, which sends exact commands.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, Shutdown, TcpStream},
    time::Duration,
};

/// A control connection after its login.
pub struct Session {
    server: IpAddr,
    control: BufReader<TcpStream>,
}

impl Session {
    /// Logs in, with name and password in the form of curl's `--user`.
    pub fn begin(server: IpAddr, login: &str) -> Self {
        let (user, password) = login.split_once(':').expect("name and password");
        let mut session = Self { server, control: BufReader::new(connect(server, 21)) };
        session.reply("220");
        session.say(&format!("USER {user}"), "331");
        session.say(&format!("PASS {password}"), "230");
        session.say("TYPE I", "200");
        session
    }

    /// Reads the content of a transfer from the server, after a passive command in this spelling.
    pub fn read(&mut self, passive: &str, verb: &str) -> Vec<u8> {
        let mut data = self.begin_transfer(passive, verb);
        let mut content = Vec::new();
        data.read_to_end(&mut content).expect("it is sent");
        self.reply("226");
        content
    }

    /// Transfers content to the server, after a passive command in this spelling.
    pub fn write(&mut self, passive: &str, verb: &str, content: &[u8]) {
        let mut data = self.begin_transfer(passive, verb);
        data.write_all(content).expect("it is taken");
        data.shutdown(Shutdown::Write).expect("it is open");
        assert_eq!(data.read(&mut [0]).expect("its end"), 0, "the server has something to say");
        self.reply("226");
    }

    fn begin_transfer(&mut self, passive: &str, verb: &str) -> TcpStream {
        let answer = self.say(passive, "227");
        let data = connect(self.server, announced(&answer));
        self.say(verb, "150");
        data
    }

    fn say(&mut self, line: &str, code: &str) -> String {
        // In one segment, as clients write.
        self.control.get_mut().write_all(format!("{line}\r\n").as_bytes()).expect("it is open");
        self.reply(code)
    }

    /// Returns the last line of a reply, which must have this code.
    fn reply(&mut self, code: &str) -> String {
        loop {
            let mut line = String::new();
            self.control.read_line(&mut line).expect("a line");
            if line.as_bytes().get(3) != Some(&b'-') {
                assert!(line.starts_with(code), "{line:?}, not {code}");
                return line;
            }
        }
    }
}

fn connect(server: IpAddr, port: u16) -> TcpStream {
    let stream = TcpStream::connect((server, port)).unwrap_or_else(|error| panic!("port {port}: {error}"));
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
    stream
}

/// Parses the port of a 227, with any address.
fn announced(reply: &str) -> u16 {
    let (_, numbers) = reply.split_once('(').expect("numbers");
    let numbers = numbers.split_once(')').expect("numbers").0.split(',');
    let bytes: Vec<u8> = numbers.map(|number| number.parse().expect("a byte")).collect();
    let [.., high, low] = bytes[..] else { panic!("{reply}") };
    u16::from_be_bytes([high, low])
}
