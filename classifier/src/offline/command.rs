//! `classifier pcap` from its arguments to its output.

use std::{
    io::{self, BufWriter, ErrorKind, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use classifier_common::{counter::Counters, protocol::Class};

use super::{
    Capture, Engine, LinkType, OfflineError, Packet, json, kernel::KernelEngine, lines::Lines, rows::Rows,
    sums::Sums, table,
};
use crate::{
    config::{ProtocolNames, Settings},
    ftp, metrics,
};

/// What is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Tables, for people
    #[default]
    Text,
    /// One object, for programs
    Json,
    /// The metrics that count packets, each file an interface
    Prometheus,
}

/// What was asked for.
#[derive(Debug)]
pub struct Request {
    /// The captures, in this order; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// What is written of all packets together.
    pub output: Output,
    /// In its place a line a packet.
    pub packets: bool,
    /// By the loaded XDP program, in place of the host's build.
    pub kernel: bool,
    /// Whose protocols they are.
    pub settings: Settings,
}

/// Judges packets, one after the other.
pub(super) trait Judge {
    /// What a packet is; `None` of a link type that cannot be judged.
    fn judge(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError>;

    /// When the last packet came.
    fn now(&self) -> u64;

    /// What was counted since the last call.
    fn take_counters(&mut self) -> Result<Box<Counters>, OfflineError>;

    /// What was seen of FTP until now.
    fn ftp(&mut self) -> Result<ftp::Snapshot, OfflineError>;
}

impl Judge for Engine {
    #[inline]
    fn judge(&mut self, packet: &Packet<'_>) -> Result<Option<Class>, OfflineError> {
        Ok(Self::judge(self, packet))
    }

    fn now(&self) -> u64 {
        Self::now(self)
    }

    fn take_counters(&mut self) -> Result<Box<Counters>, OfflineError> {
        Ok(Self::take_counters(self))
    }

    fn ftp(&mut self) -> Result<ftp::Snapshot, OfflineError> {
        Ok(Self::ftp(self))
    }
}

/// Judges all files, and writes what was asked for to standard output. Whoever stops reading it
/// has seen enough.
///
/// # Errors
///
/// What could not be read or judged; what could be is written before.
pub fn run(request: &Request) -> Result<(), Vec<OfflineError>> {
    let Settings { ftp, ports, .. } = &request.settings;
    if request.kernel {
        run_with(request, || KernelEngine::load(&request.settings))
    } else {
        run_with(request, || Ok(Engine::new(ftp, ports)))
    }
}

fn run_with<J: Judge>(
    request: &Request,
    anew: impl Fn() -> Result<J, OfflineError>,
) -> Result<(), Vec<OfflineError>> {
    let out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let mut run =
        Run { lines: Lines::new(&request.settings.names), request, out, number: 0, errors: Vec::new() };
    match run.all(anew) {
        Err(OfflineError::Write(cause)) if cause.kind() == ErrorKind::BrokenPipe => return Ok(()),
        Err(fatal) => run.errors.push(fatal),
        Ok(()) => {}
    }
    if run.errors.is_empty() { Ok(()) } else { Err(run.errors) }
}

struct Run<'r, W: Write> {
    request: &'r Request,
    lines: Lines,
    out: W,
    /// Number of the last packet, over all files.
    number: u64,
    errors: Vec<OfflineError>,
}

/// Packets of link types that cannot be judged.
struct Unjudged {
    packets: u64,
    first: u64,
    link: LinkType,
}

impl<W: Write> Run<'_, W> {
    fn all<J: Judge>(&mut self, anew: impl Fn() -> Result<J, OfflineError>) -> Result<(), OfflineError> {
        let mut sums = Sums::default();
        let mut judge = anew()?;
        for file in &self.request.files {
            let shown = !self.request.packets || !io::stdout().is_terminal();
            match Capture::open(file, shown) {
                Ok(capture) => self.file(capture, &mut judge, &mut sums, &anew)?,
                Err(error) => self.errors.push(error),
            }
        }
        sums.add_ftp(&judge.ftp()?);
        if !self.request.packets {
            let text = self.text(sums)?;
            self.out.write_all(text.as_bytes()).map_err(OfflineError::Write)?;
        }
        self.out.flush().map_err(OfflineError::Write)
    }

    /// A file that begins before the one before it has ended does not go on with it: what was seen of control
    /// connections and fragments is of no use to it.
    fn file<J: Judge>(
        &mut self,
        mut capture: Capture,
        judge: &mut J,
        sums: &mut Sums,
        anew: impl Fn() -> Result<J, OfflineError>,
    ) -> Result<(), OfflineError> {
        let file = capture.file().to_owned();
        let (before, mut unjudged) = (self.number, None::<Unjudged>);
        loop {
            let packet = match capture.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => {
                    self.errors.push(error);
                    break;
                }
            };
            if self.number == before && packet.time != 0 && packet.time < judge.now() {
                sums.add_ftp(&judge.ftp()?);
                *judge = anew()?;
            }
            self.number += 1;
            match judge.judge(&packet)? {
                Some(class) if self.request.packets => {
                    self.lines.write(&mut self.out, self.number, class).map_err(OfflineError::Write)?;
                }
                Some(_) => {}
                None => {
                    let first = Unjudged { packets: 0, first: self.number - before, link: packet.link };
                    unjudged.get_or_insert(first).packets += 1;
                }
            }
        }
        self.errors.extend(unjudged.map(|unjudged| unjudged.error(&file)));
        sums.add(&file, judge.take_counters()?);
        Ok(())
    }

    fn text(&self, sums: Sums) -> Result<String, OfflineError> {
        let names: &ProtocolNames = &self.request.settings.names;
        Ok(match self.request.output {
            Output::Text => table::write(&Rows::of(&sums.total(), names)),
            Output::Json => {
                let errors: Vec<_> = self.errors.iter().map(ToString::to_string).collect();
                json::write(&sums, names, &errors)?
            }
            Output::Prometheus => metrics::of_captures(names, &sums.into_snapshot()),
        })
    }
}

impl Unjudged {
    fn error(self, file: &Path) -> OfflineError {
        let Self { packets, first, link } = self;
        OfflineError::LinkType { file: file.into(), packets, first, link }
    }
}
