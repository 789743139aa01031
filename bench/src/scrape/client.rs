// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An HTTP connection that requests repeatedly, like a scraper.

use std::{
    io::{self, BufRead, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use testbed::Host;

/// Size of a read, in bytes.
const BUFFER: usize = 256 * 1024;

pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects from a host to itself.
    pub fn connect(host: &Host, address: SocketAddr) -> io::Result<Self> {
        let stream = host.enter(|| TcpStream::connect(address))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self(BufReader::with_capacity(BUFFER, stream)))
    }

    /// Sends GET with these header lines, each ending with CRLF. Returns the length of the body as
    /// transferred. The status must be 200.
    pub fn get(&mut self, path: &str, headers: &str) -> Result<u64> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n");
        self.0.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        ensure!(status.split(' ').nth(1) == Some("200"), "{path}: {status}");
        let (mut length, mut chunked) = (None, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", bytes)) => length = Some(bytes.parse()?),
                Some(("transfer-encoding", coding)) => chunked = coding == "chunked",
                Some(_) => {}
                None if line.is_empty() => break,
                None => bail!("{path}: no header: {line}"),
            }
        }
        if chunked { self.chunks() } else { self.skip(length.context("a body without a length")?) }
    }

    fn chunks(&mut self) -> Result<u64> {
        let mut all = 0;
        loop {
            let length = u64::from_str_radix(&self.line()?, 16)?;
            all += self.skip(length)?;
            self.line()?;
            if length == 0 {
                return Ok(all);
            }
        }
    }

    fn skip(&mut self, length: u64) -> Result<u64> {
        let skipped = io::copy(&mut self.0.by_ref().take(length), &mut io::sink())?;
        ensure!(skipped == length, "the answer ends early");
        Ok(length)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let line = line.strip_suffix("\r\n").context("the answer ends early")?;
        Ok(line.to_owned())
    }
}
