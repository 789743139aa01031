// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A server on a free loopback port, and a client that sees every byte.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use classifier::{
    config::TelemetryPath,
    http::{self, Endpoints, Limits, Site},
    metrics::Exporter,
    protocol_names::ProtocolNames,
    web::Web,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::oneshot;

use crate::made_up::{MadeUp, times};

/// Time limit of a client: longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Time limit of an undisturbed answer: less than the 5 s that the agent gives slow connections. Not much
/// less, since the machine may be busy.
pub const IN_TIME: Duration = Duration::from_secs(4);

/// A server that ends with this value.
pub struct Served {
    pub addresses: Vec<SocketAddr>,
    pub source: Arc<MadeUp>,
    shutdown: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Served {
    pub fn start(source: MadeUp, limits: Limits) -> Self {
        Self::behind(None, TelemetryPath::default(), source, limits)
    }

    /// Serves metrics with a web configuration, under this path.
    pub fn behind(web: Option<Web>, telemetry: TelemetryPath, source: MadeUp, limits: Limits) -> Self {
        let source = Arc::new(source);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listeners = http::bind(&[any.into(), any.into()]).expect("loopback has free ports");
        let addresses = listeners.iter().map(|bound| bound.local_addr().expect("is bound")).collect();
        let exporter =
            Exporter::new(Arc::clone(&source) as _, &ProtocolNames::default(), &times()).expect("has /proc");
        let site = Arc::new(Site::new(Endpoints::new(exporter, telemetry), web));
        let (shutdown, ended) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(http::serve(listeners, site, limits, async {
                let _ = ended.await;
            }))
        });
        Self { addresses, source, shutdown: Some(shutdown), thread: Some(thread) }
    }

    pub fn usual() -> Self {
        Self::start(MadeUp::default(), Limits::default())
    }

    pub fn connect(&self) -> Client {
        Client::connect(self.addresses[0])
    }

    /// Sends one request on a new connection.
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        self.connect().request("GET", path, headers)
    }

    /// Returns the value of a sample without labels, or with exactly these.
    pub fn sample(&self, name: &str) -> f64 {
        let text = self.get("/metrics", "").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in\n{text}")).parse().expect("samples are numbers")
    }

    /// Requests the end of the server.
    pub fn end(&mut self) {
        drop(self.shutdown.take());
    }

    pub fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server does not panic").expect("the server serves");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
        if !thread::panicking() {
            self.wait();
        }
    }
}

/// Raises the limit of open files: the process needs one for each connection.
pub fn raise_open_files(wanted: u64) {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.is_none_or(|maximum| maximum >= wanted);
    assert!(enough, "the test needs {wanted} open files: raise `ulimit -Hn`");
    if limit.current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).expect("below the maximum");
    }
}

pub struct Client<S = TcpStream> {
    stream: S,
    unread: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("the timeout is not zero");
        Self::over(stream)
    }

    /// Tells whether the server closes in this time, and discards its bytes.
    pub fn is_closed_within(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).expect("the timeout is not zero");
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::ConnectionReset,
            }
        }
    }
}

impl<S: Read + Write> Client<S> {
    pub const fn over(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    pub fn request(&mut self, method: &str, path: &str, headers: &str) -> Answer {
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n").as_bytes());
        self.answer(method == "HEAD").expect("an answer comes")
    }

    /// Sends bytes. The server may have closed already: its earlier answer counts.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Reads the next answer; `None` if the connection ends before it.
    pub fn answer(&mut self, bodiless: bool) -> Option<Answer> {
        match self.try_answer(bodiless) {
            Ok(answer) => Some(answer),
            Err(error) if [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset].contains(&error.kind()) => {
                None
            }
            Err(error) => panic!("no answer: {error}"),
        }
    }

    /// Reads the next answer, or the reason why there is none.
    pub fn try_answer(&mut self, bodiless: bool) -> io::Result<Answer> {
        let head_end = self.read_until(|bytes| bytes.windows(4).position(|four| four == b"\r\n\r\n"))?;
        let head = String::from_utf8(self.unread.drain(..head_end + 4).collect()).expect("heads are ASCII");
        let length = Answer { head: head.clone(), body: Vec::new() }.header("content-length");
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        let length = if bodiless { 0 } else { length };
        self.read_until(|bytes| (bytes.len() >= length).then_some(0))?;
        Ok(Answer { head, body: self.unread.drain(..length).collect() })
    }

    fn read_until(&mut self, found: impl Fn(&[u8]) -> Option<usize>) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(at) = found(&self.unread) {
                return Ok(at);
            }
            match self.stream.read(&mut buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => self.unread.extend_from_slice(&buffer[..read]),
            }
        }
    }
}

pub struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is text")
    }
}
