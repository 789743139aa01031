// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A running agent on a host.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use crate::{Host, Running, Samples, attached_in, left_behind};

/// Default address of an agent's metrics.
const ADDRESS: &str = "127.0.0.1:9877";

/// A running agent; it ends with this guard.
pub struct Agent {
    host: Host,
    process: Running,
}

impl Host {
    /// Starts the agent, given as `env!("CARGO_BIN_EXE_classifier")`, as `classifier run ARGUMENTS`, and
    /// waits until it is ready.
    #[must_use]
    pub fn agent(&self, binary: &str, arguments: &[&str]) -> Agent {
        Agent::start(self, binary, arguments, &[])
    }

    /// Starts the agent with environment variables, and waits until it is ready.
    #[must_use]
    pub fn agent_with(&self, binary: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Agent {
        Agent::start(self, binary, arguments, environment)
    }
}

impl Agent {
    /// Starts `classifier run` by a command, without waiting.
    #[must_use]
    pub fn begin(host: &Host, command: Command) -> Self {
        Self { host: host.clone(), process: Running::start(command) }
    }

    pub(crate) fn start(host: &Host, binary: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = host.command(binary);
        command.arg("run").args(arguments).envs(environment.iter().copied());
        Self::begin(host, command).when_ready()
    }

    /// Waits until the agent is ready.
    #[must_use]
    pub fn when_ready(self) -> Self {
        self.ready_or_ended().unwrap_or_else(|(_, said)| panic!("the agent ended: {said}"))
    }

    /// Waits until the agent is ready.
    ///
    /// # Errors
    ///
    /// The exit status and the log of an agent that ends.
    pub fn ready_or_ended(mut self) -> Result<Self, (ExitStatus, String)> {
        // On an emulated processor, beside other tests, the verifier takes most of a minute.
        let deadline = Instant::now() + Duration::from_mins(3);
        while !self.is_ready() {
            if self.process.ended().is_some() {
                return Err((self.process.wait(), self.said()));
            }
            assert!(Instant::now() < deadline, "the agent is not ready: {}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
        Ok(self)
    }

    /// Returns the exit status if the agent has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    /// Returns the body of the response to GET, which must have status 200.
    #[must_use]
    pub fn get(&self, path: &str) -> String {
        let answer = self.try_get(path).expect("the agent answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        body.to_owned()
    }

    /// Returns whether the agent is ready, and the body of its answer.
    #[must_use]
    pub fn ready(&self) -> (bool, String) {
        let answer = self.try_get("/-/ready").expect("the agent answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        (head.starts_with("HTTP/1.0 200"), body.to_owned())
    }

    /// Returns whether the agent is ready; `false` also before it listens.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.try_get("/-/ready").is_some_and(|answer| answer.starts_with("HTTP/1.0 200"))
    }

    /// Returns the samples of `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> Samples {
        Samples::parse(&self.get("/metrics"))
    }

    /// Returns the samples of `/metrics`; `None` if the agent does not answer.
    #[must_use]
    pub fn try_metrics(&self) -> Option<Samples> {
        let answer = self.try_get("/metrics")?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.0 200").then(|| Samples::parse(body))
    }

    /// Returns the log so far.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// Waits until the log contains these words.
    pub fn wait_for(&mut self, words: &str) {
        self.process.wait_for(words);
    }

    /// Returns the process ID.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends the agent by SIGINT. The exit status must be 0, and no program may stay attached or loaded.
    pub fn stop(mut self) {
        let status = self.process.interrupt();
        assert_eq!(status.code(), Some(0), "{}", self.said());
        assert_eq!(attached_in(&self.host), Vec::<String>::new(), "still attached");
        assert_eq!(left_behind(), Vec::<String>::new(), "still loaded");
    }

    /// Ends the agent by SIGINT. The exit status must be 0, and its pins stay.
    pub fn leave(mut self) {
        let status = self.process.interrupt();
        assert_eq!(status.code(), Some(0), "{}", self.said());
    }

    /// Ends the agent by SIGKILL.
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
