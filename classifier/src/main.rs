// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the command, and decides the exit status.

use std::{error::Error, process::ExitCode};

use classifier::{
    agent,
    cli::{self, Command, Completions, Detach, Doctor, Man, Pcap, Report, Run, Status, Stop},
    config::{Layer, pin_dir},
    configuration::ConfigurationSources,
    datapath, doctor, manual,
    offline::{self, Request},
    report,
    sandbox::User,
    status, stdout,
    telemetry::{Log, LogFormat},
};
#[cfg(feature = "top")]
use classifier::{cli::Top, top};

const RUNTIME_ERROR: u8 = 1;
const USAGE_ERROR: u8 = 2;
/// Exit status of `report --diff` after changes.
const CHANGED: u8 = 3;

pub(crate) fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(stop) => {
            let end = End { log: Log::new(LogFormat::Text), verbose: false };
            return if let Stop::Answer(text) = stop { end.answer(&text) } else { end.usage(&stop) };
        }
    };
    let end = End { log: Log::new(cli.log_format), verbose: cli.verbose };
    if let Err(error) = end.log.start(cli.log_level) {
        return end.usage(&error);
    }
    match cli.command {
        Command::Run(arguments) => run(arguments, end),
        Command::Status(arguments) => show(arguments, end),
        Command::Pcap(arguments) => pcap(arguments, end),
        Command::Report(arguments) => write_report(arguments, end),
        #[cfg(feature = "top")]
        Command::Top(arguments) => look(arguments, end),
        Command::Detach(arguments) => detach(&arguments, end),
        Command::Doctor(Doctor {}) => examine(end),
        Command::Man(Man { folder }) => match manual::write_pages(folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => end.runtime(&error),
        },
        Command::Completions(Completions { shell }) => end.answer(&manual::completions(shell)),
    }
}

fn show(Status { format, pin_dir: folder }: Status, end: End) -> ExitCode {
    match pin_dir(folder.as_ref()) {
        Ok(folder) => match status::status(format, folder.as_deref()) {
            Ok(status::Answer { text, has_agent: true }) => end.answer(&text),
            Ok(status::Answer { text, .. }) => end.answer_with(&text, ExitCode::from(RUNTIME_ERROR)),
            Err(error) => end.runtime(&error),
        },
        Err(error) => end.usage(&error),
    }
}

fn pcap(Pcap { files, format, packets, kernel, config }: Pcap, end: End) -> ExitCode {
    let settings = match (ConfigurationSources { flags: Layer::default(), file: config }).read() {
        Ok(configuration) => configuration.settings,
        Err(error) => return end.usage(&error),
    };
    match offline::run(&Request { files, output: format, packets, kernel, settings }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) => {
            for error in &errors {
                end.log.last_words(error, end.verbose);
            }
            ExitCode::from(RUNTIME_ERROR)
        }
    }
}

fn write_report(arguments: Report, end: End) -> ExitCode {
    let request = match arguments.request() {
        Ok(request) => request,
        Err(error) => return end.usage(&error),
    };
    match report::report(&request) {
        Ok(report::Answer { text, has_changed }) if has_changed => {
            end.answer_with(&text, ExitCode::from(CHANGED))
        }
        Ok(report::Answer { text, .. }) => end.answer(&text),
        Err(error @ report::ReportError::Refused(_)) => end.usage(&error),
        Err(error) => end.runtime(&error),
    }
}

#[cfg(feature = "top")]
fn look(arguments: Top, end: End) -> ExitCode {
    match arguments.options() {
        Ok(options) => match top::top(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => end.runtime(&error),
        },
        Err(error) => end.usage(&error),
    }
}

fn detach(Detach { pin_dir: folder }: &Detach, end: End) -> ExitCode {
    match pin_dir(folder) {
        Ok(None) => end.answer("--pin-dir is empty; nothing is pinned\n"),
        Ok(Some(folder)) => match datapath::detach(&folder) {
            Ok(detached) => end.answer(&detached.to_string()),
            Err(error) => end.runtime(&error),
        },
        Err(error) => end.usage(&error),
    }
}

fn examine(end: End) -> ExitCode {
    let report = doctor::Report::of_host();
    let status = if report.can_start() { ExitCode::SUCCESS } else { ExitCode::from(RUNTIME_ERROR) };
    end.answer_with(&report.write(), status)
}

fn run(arguments: Run, end: End) -> ExitCode {
    let check = arguments.check;
    let sources = ConfigurationSources::from(arguments);
    let configuration = match sources.read() {
        Ok(configuration) => configuration,
        Err(error) => return end.usage(&error),
    };
    if let Err(error) = configuration.settings.privileges.user.as_deref().map(User::named).transpose() {
        return end.usage(&error);
    }
    if check {
        let notes = configuration.settings.notes();
        let notes: String = notes.iter().flat_map(|note| ["note: ", note, "\n"]).collect();
        return end.answer(&(notes + "the settings are valid\n"));
    }
    match agent::run(sources, configuration) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end.runtime(&error),
    }
}

/// End of the process, with its error.
#[derive(Clone, Copy)]
struct End {
    log: Log,
    /// True if the causes are printed too.
    verbose: bool,
}

impl End {
    fn answer(self, text: &str) -> ExitCode {
        self.answer_with(text, ExitCode::SUCCESS)
    }

    fn answer_with(self, text: &str, status: ExitCode) -> ExitCode {
        match stdout::write(text) {
            Ok(()) => status,
            Err(error) if error.reader_is_gone() => status,
            Err(error) => self.runtime(&error),
        }
    }

    fn usage(self, error: &dyn Error) -> ExitCode {
        self.with(USAGE_ERROR, error)
    }

    fn runtime(self, error: &dyn Error) -> ExitCode {
        self.with(RUNTIME_ERROR, error)
    }

    fn with(self, status: u8, error: &dyn Error) -> ExitCode {
        self.log.last_words(error, self.verbose);
        ExitCode::from(status)
    }
}
