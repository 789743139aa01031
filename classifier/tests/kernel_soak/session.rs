// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An FTP client with as many sessions as asked for in one process.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use crate::scene::{FILE, LENGTH};

const PATIENCE: Duration = Duration::from_mins(1);

/// A session with a server, logged in. The thread that uses it is on the client's host.
pub struct Session {
    control: BufReader<TcpStream>,
    server: IpAddr,
    is_active: bool,
    transfers: usize,
}

impl Session {
    /// Connects and logs in.
    pub fn open(server: IpAddr, login: &str, is_active: bool, number: usize) -> Self {
        let control = connect((server, 21).into());
        let mut session = Self { control: BufReader::new(control), server, is_active, transfers: number };
        session.expect("220");
        let (user, password) = login.split_once(':').expect("a name and a password");
        session.ask(&format!("USER {user}"), "331");
        session.ask(&format!("PASS {password}"), "230");
        session
    }

    /// Reads the file over a new data connection, of each kind in turn.
    pub fn transfer(&mut self) {
        self.transfers += 1;
        if self.is_active && self.transfers.is_multiple_of(3) { self.active() } else { self.passive() }
    }

    /// Ends the session, and waits until the server has closed the connection.
    pub fn close(mut self) {
        self.ask("QUIT", "221");
        let end = self.control.read_to_end(&mut Vec::new());
        assert_eq!(end.expect("an end"), 0, "after QUIT");
    }

    fn passive(&mut self) {
        let port = if self.server.is_ipv6() || self.transfers.is_multiple_of(2) {
            let reply = self.ask("EPSV", "229");
            reply.rsplit('|').nth(1).and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("{reply}"))
        } else {
            port_of_227(&self.ask("PASV", "227"))
        };
        let data = connect((self.server, port).into());
        self.ask(&format!("RETR {FILE}"), "150");
        self.read(data);
    }

    fn active(&mut self) {
        let here = self.control.get_ref().local_addr().expect("it is connected").ip();
        let listener = TcpListener::bind((here, 0)).expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let command = match here {
            IpAddr::V4(v4) => {
                format!("PORT {},{},{}", v4.to_string().replace('.', ","), port >> 8, port & 0xff)
            }
            IpAddr::V6(v6) => format!("EPRT |2|{v6}|{port}|"),
        };
        self.ask(&command, "200");
        self.ask(&format!("RETR {FILE}"), "150");
        let (data, _) = listener.accept().expect("the server connects");
        data.set_read_timeout(Some(PATIENCE)).expect("a time");
        self.read(data);
    }

    /// Reads the file to its end, and the reply that follows.
    fn read(&mut self, mut data: TcpStream) {
        let mut content = Vec::new();
        data.read_to_end(&mut content).expect("the file arrives");
        assert_eq!(content.len(), LENGTH);
        drop(data);
        self.expect("226");
    }

    fn ask(&mut self, command: &str, code: &str) -> String {
        write!(self.control.get_ref(), "{command}\r\n").unwrap_or_else(|error| panic!("{command}: {error}"));
        self.expect(code)
    }

    /// Returns the last line of a reply, which must have this code.
    fn expect(&mut self, code: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.control.read_line(&mut line);
            read.unwrap_or_else(|error| panic!("{} instead of {code}: {error}", self.server));
            assert!(!line.is_empty(), "{} closed instead of {code}", self.server);
            // A line of a longer reply has a hyphen, or is indented.
            if line.as_bytes().get(3) == Some(&b' ') && line.starts_with(|first: char| first.is_ascii_digit())
            {
                assert!(line.starts_with(code), "{}: {line} instead of {code}", self.server);
                return line;
            }
        }
    }
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&to, PATIENCE).unwrap_or_else(|error| panic!("{to}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream.set_nodelay(true).expect("an option");
    stream
}

/// Returns the port of a reply 227, from the last two numbers in it.
fn port_of_227(reply: &str) -> u16 {
    let inside = reply.split(['(', ')']).nth(1).unwrap_or_else(|| panic!("{reply}"));
    let numbers: Vec<u16> = inside.split(',').map(|number| number.parse().expect("a number")).collect();
    let [.., high, low] = numbers[..] else { panic!("{reply}") };
    high << 8 | low
}
