// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections of line-based protocols.

use std::{
    io::{BufRead, BufReader, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(5);

pub struct Lines(BufReader<TcpStream>);

impl Lines {
    pub fn over(stream: TcpStream) -> Result<Self> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn to(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address).with_context(|| format!("cannot reach {address}"))?)
    }

    /// Returns the local address. An IPv4-mapped address of an IPv6 socket is converted to IPv4.
    pub fn here(&self) -> Result<IpAddr> {
        Ok(self.0.get_ref().local_addr()?.ip().to_canonical())
    }

    pub fn say(&mut self, text: &str) -> Result<()> {
        Ok(self.0.get_mut().write_all(format!("{text}\r\n").as_bytes())?)
    }

    pub fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            bail!("the connection has ended");
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    /// Reads lines up to one that begins with `beginning`, the end of a reply.
    pub fn await_line(&mut self, beginning: &str) -> Result<String> {
        let mut last = String::new();
        while last.is_empty() || !last.starts_with(beginning) {
            last = self
                .read_line()
                .with_context(|| format!("no line that begins with `{beginning}` after `{last}`"))?;
        }
        Ok(last)
    }

    /// Sends each command and awaits the end of its reply.
    pub fn talk(&mut self, exchanges: &[(&str, &str)]) -> Result<()> {
        for (command, answer) in exchanges {
            self.say(command)?;
            self.await_line(answer).with_context(|| (*command).to_owned())?;
        }
        Ok(())
    }
}
