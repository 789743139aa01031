// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier pcap` from its arguments to its output.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use super::{
    Capture, Engine, LinkType, OfflineError, classify::Classify, json, kernel::KernelEngine, lines::Lines,
    rows::Rows, sums::Sums, table,
};
use crate::{config::Settings, metrics, protocol_names::ProtocolNames, stdout::StdoutError};

/// Output of the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Tables, for people
    #[default]
    Text,
    /// One JSON object, for programs
    Json,
    /// The packet metrics of the agent, one interface per file
    Prometheus,
}

/// Arguments of `classifier pcap`.
#[derive(Debug)]
pub struct Request {
    /// Captures, in this order; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// Output for all packets together.
    pub output: Output,
    /// True to write a line for each packet instead.
    pub packets: bool,
    /// True to use the loaded XDP program instead of the userspace build.
    pub kernel: bool,
    /// Settings with the protocols of ports.
    pub settings: Settings,
}

/// Classifies all files, and writes to standard output. A reader that closes the output ends the command
/// without an error.
///
/// # Errors
///
/// Files and packets that could not be read or classified; the results of the others are written first.
pub fn run(request: &Request) -> Result<(), Vec<OfflineError>> {
    let Settings { ftp, ports, .. } = &request.settings;
    if request.kernel {
        run_with(request, || KernelEngine::load(&request.settings))
    } else {
        run_with(request, || Ok(Engine::new(ftp, ports)))
    }
}

fn run_with<C: Classify>(
    request: &Request,
    fresh: impl Fn() -> Result<C, OfflineError>,
) -> Result<(), Vec<OfflineError>> {
    let out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let mut run =
        Run { lines: Lines::new(&request.settings.names), request, out, number: 0, errors: Vec::new() };
    match run.all(fresh) {
        Err(OfflineError::Write(error)) if error.reader_is_gone() => return Ok(()),
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

/// Packets of unsupported link types.
struct Unclassified {
    packets: u64,
    first: u64,
    link: LinkType,
}

impl<W: Write> Run<'_, W> {
    fn all<C: Classify>(&mut self, fresh: impl Fn() -> Result<C, OfflineError>) -> Result<(), OfflineError> {
        let mut sums = Sums::default();
        let mut classifier = fresh()?;
        for file in &self.request.files {
            let shown = !self.request.packets || !io::stdout().is_terminal();
            match Capture::open(file, shown) {
                Ok(capture) => self.file(capture, &mut classifier, &mut sums, &fresh)?,
                Err(error) => self.errors.push(error),
            }
        }
        sums.add_ftp(&classifier.ftp()?);
        if !self.request.packets {
            let text = self.text(sums)?;
            self.out.write_all(text.as_bytes()).map_err(StdoutError::from)?;
        }
        Ok(self.out.flush().map_err(StdoutError::from)?)
    }

    /// Classifies a file. If it begins before the end of the previous one, it does not continue that one:
    /// control connections and fragments are dropped.
    fn file<C: Classify>(
        &mut self,
        mut capture: Capture,
        classifier: &mut C,
        sums: &mut Sums,
        fresh: impl Fn() -> Result<C, OfflineError>,
    ) -> Result<(), OfflineError> {
        let file = capture.file().to_owned();
        let (before, mut unclassified) = (self.number, None::<Unclassified>);
        loop {
            let packet = match capture.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => {
                    self.errors.push(error);
                    break;
                }
            };
            if self.number == before && packet.time != 0 && packet.time < classifier.now() {
                sums.add_ftp(&classifier.ftp()?);
                *classifier = fresh()?;
            }
            self.number += 1;
            match classifier.classify(&packet)? {
                Some(class) if self.request.packets => {
                    self.lines.write(&mut self.out, self.number, class).map_err(StdoutError::from)?;
                }
                Some(_) => {}
                None => {
                    let first = Unclassified { packets: 0, first: self.number - before, link: packet.link };
                    unclassified.get_or_insert(first).packets += 1;
                }
            }
        }
        self.errors.extend(unclassified.map(|unclassified| unclassified.error(&file)));
        sums.add(&file, classifier.take_counters()?);
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

impl Unclassified {
    fn error(self, file: &Path) -> OfflineError {
        let Self { packets, first, link } = self;
        OfflineError::LinkType { file: file.into(), packets, first, link }
    }
}
