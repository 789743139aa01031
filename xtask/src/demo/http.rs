// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! HTTP requests to the agent.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the body of a response with status 200.
pub fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).context("cannot reach the agent")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0: the end of the connection is the end of the response.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").context("cannot ask the agent")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context("the agent does not answer")?;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("the agent does not answer") };
    let status = head.lines().next().unwrap_or_default();
    ensure!(status.contains(" 200 "), "the agent answers {path} with {status}");
    Ok(body.into())
}
