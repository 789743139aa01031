//! The agent on a host.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::{Host, Running, Samples, attached_in, left_behind};

/// Where an agent serves unless it is told otherwise.
const ADDRESS: &str = "127.0.0.1:9877";

/// A running agent; it ends with this guard.
pub struct Agent {
    host: Host,
    process: Running,
}

impl Agent {
    pub(crate) fn start(host: &Host, binary: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = host.command(binary);
        command.arg("run").args(arguments).env_remove("RUST_LOG").envs(environment.iter().copied());
        let mut agent = Self { host: host.clone(), process: Running::start(command) };
        // On an emulated processor, beside other tests, the verifier takes most of a minute.
        let deadline = Instant::now() + Duration::from_mins(3);
        while !agent.try_get("/-/ready").is_some_and(|answer| answer.starts_with("HTTP/1.0 200")) {
            assert!(agent.process.ended().is_none(), "the agent ended: {}", agent.said());
            assert!(Instant::now() < deadline, "the agent is not ready: {}", agent.said());
            thread::sleep(Duration::from_millis(20));
        }
        agent
    }

    /// The body of the answer to GET, which must have status 200.
    #[must_use]
    pub fn get(&self, path: &str) -> String {
        let answer = self.try_get(path).expect("the agent answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        body.to_owned()
    }

    /// Whether it is ready, and what it says of that.
    #[must_use]
    pub fn ready(&self) -> (bool, String) {
        let answer = self.try_get("/-/ready").expect("the agent answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        (head.starts_with("HTTP/1.0 200"), body.to_owned())
    }

    /// What it serves on `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> Samples {
        Samples::parse(&self.get("/metrics"))
    }

    /// What it has logged so far.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// Waits until it has logged this.
    pub fn wait_for(&mut self, words: &str) {
        self.process.wait_for(words);
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it by SIGINT: its status must be 0, and nothing of it may stay attached or loaded.
    pub fn stop(mut self) {
        let status = self.process.interrupt();
        assert_eq!(status.code(), Some(0), "{}", self.said());
        assert_eq!(attached_in(&self.host), Vec::<String>::new(), "still attached");
        assert_eq!(left_behind(), Vec::<String>::new(), "still loaded");
    }

    /// Ends it by SIGINT: its status must be 0. What it has pinned stays.
    pub fn leave(mut self) {
        let status = self.process.interrupt();
        assert_eq!(status.code(), Some(0), "{}", self.said());
    }

    /// Ends it by SIGKILL.
    pub fn kill(mut self) {
        self.process.kill();
    }

    fn try_get(&self, path: &str) -> Option<String> {
        self.host.enter(|| {
            let mut stream = TcpStream::connect(ADDRESS).ok()?;
            stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
            write!(stream, "GET {path} HTTP/1.0\r\nHost: {ADDRESS}\r\nConnection: close\r\n\r\n").ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            Some(answer)
        })
    }
}
