// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent on the server host.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::{
        prctl::set_pdeathsig,
        signal::{Signal, kill},
    },
    unistd::Pid,
};

use super::{host::Host, http, proxy, signals};

/// Listen address inside the server host, where nothing else listens.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9877);

const START: Duration = Duration::from_secs(20);
const END: Duration = Duration::from_secs(5);

pub struct Agent {
    child: Child,
    /// Last line of the agent's output.
    said: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    /// Address of the agent for this host, through the proxy.
    pub address: SocketAddr,
}

impl Agent {
    pub fn start(binary: &Path, server: &Host) -> Result<Self> {
        let address = proxy::start(server, LISTEN)?;
        let mut command = Command::new(binary);
        command.args(["run", "--xdp-mode", "native", "--interface", server.name]);
        command.args(["--listen", &LISTEN.to_string(), "--pin-dir", ""]);
        // A process group of its own: Ctrl-C in the terminal reaches this process only, which then ends the
        // agent.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        // Settings of an agent on the machine must not apply here.
        command.env_clear();
        let host = server.clone();
        // SAFETY: between fork and exec these are three system calls, without allocation or locks.
        unsafe {
            command.pre_exec(move || {
                // The agent, and with it the hosts, ends however this process ends.
                set_pdeathsig(Signal::SIGTERM)?;
                signals::release()?;
                host.enter()
            });
        }
        let mut child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        let said = Arc::<Mutex<String>>::default();
        let reader = child.stderr.take().map(|stderr| listen(stderr, Arc::clone(&said)));
        let mut agent = Self { child, said, reader, address };
        agent.wait_until_ready()?;
        Ok(agent)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let end = Instant::now() + START;
        loop {
            let answer = http::get(self.address, "/-/ready");
            if answer.is_ok() {
                return Ok(());
            }
            if !matches!(self.child.try_wait(), Ok(None)) {
                bail!(self.state());
            }
            if Instant::now() > end {
                return answer.map(drop).with_context(|| format!("the agent is not ready after {START:?}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns whether the agent still runs, and its last line, for errors.
    pub fn state(&mut self) -> String {
        match self.child.try_wait() {
            Ok(Some(status)) => {
                if let Some(reader) = self.reader.take() {
                    // The thread ends with the agent's stderr. A panic in it only costs the agent's last
                    // line.
                    let _ = reader.join();
                }
                format!("the agent ended, {status}: {}", self.said())
            }
            Ok(None) => "the agent runs".into(),
            Err(error) => format!("the agent cannot be asked: {error}"),
        }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let asked = i32::try_from(self.child.id()).map(|id| kill(Pid::from_raw(id), Signal::SIGTERM));
        let end = Instant::now() + END;
        while matches!(asked, Ok(Ok(()))) && Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        // The agent has just ended, or ignores SIGTERM. The kill covers both.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(stderr: ChildStderr, said: Arc<Mutex<String>>) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            *said.lock().unwrap_or_else(PoisonError::into_inner) = line;
        }
    })
}
