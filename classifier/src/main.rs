//! The command: the only place that decides the exit status.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use classifier::{
    agent,
    cli::{self, Command, Completions, Detach, Man, Pcap, Report, Run, Status, Stop, Top},
    config::{Layer, Sources, pin_dir},
    datapath, manual,
    offline::{self, Request},
    report,
    sandbox::User,
    status,
    telemetry::{Log, LogFormat},
    top,
};

const RUNTIME_ERROR: u8 = 1;
const USAGE_ERROR: u8 = 2;
/// Of `report --diff`.
const CHANGED: u8 = 3;

pub(crate) fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(Stop::Answer(text)) => return answer(&text),
        Err(stop) => return End { log: Log::new(LogFormat::Text), verbose: false }.usage(&stop),
    };
    let end = End { log: Log::new(cli.log_format), verbose: cli.verbose };
    if let Err(error) = end.log.start() {
        return end.usage(&error);
    }
    match cli.command {
        Command::Run(arguments) => run(arguments, end),
        Command::Status(arguments) => show(arguments, end),
        Command::Pcap(arguments) => judge(arguments, end),
        Command::Report(arguments) => write_report(arguments, end),
        Command::Top(arguments) => look(arguments, end),
        Command::Detach(arguments) => detach(&arguments, end),
        Command::Man(Man { folder }) => match manual::write_pages(folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => end.runtime(&error),
        },
        Command::Completions(Completions { shell }) => answer(&manual::completions(shell)),
    }
}

fn show(Status { format, pin_dir: folder }: Status, end: End) -> ExitCode {
    match pin_dir(folder.as_ref()) {
        Ok(folder) => match status::status(format, folder.as_deref()) {
            Ok(text) => answer(&text),
            Err(error) => end.runtime(&error),
        },
        Err(error) => end.usage(&error),
    }
}

fn judge(Pcap { files, format, packets, kernel, config }: Pcap, end: End) -> ExitCode {
    let settings = match (Sources { flags: Layer::default(), file: config }).settings() {
        Ok(settings) => settings,
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
            answer_with(&text, ExitCode::from(CHANGED))
        }
        Ok(report::Answer { text, .. }) => answer(&text),
        Err(error) => end.runtime(&error),
    }
}

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
        Ok(None) => answer("nothing is pinned without a folder\n"),
        Ok(Some(folder)) => match datapath::detach(&folder) {
            Ok(detached) => answer(&detached.to_string()),
            Err(error) => end.runtime(&error),
        },
        Err(error) => end.usage(&error),
    }
}

fn run(arguments: Run, end: End) -> ExitCode {
    let check = arguments.check;
    let sources = Sources::from(arguments);
    let settings = match sources.settings() {
        Ok(settings) => settings,
        Err(error) => return end.usage(&error),
    };
    if check {
        return match settings.privileges.user.as_deref().map(User::named).transpose() {
            Ok(_) => answer("the settings are good\n"),
            Err(error) => end.usage(&error),
        };
    }
    match agent::run(sources, settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end.runtime(&error),
    }
}

fn answer(text: &str) -> ExitCode {
    answer_with(text, ExitCode::SUCCESS)
}

fn answer_with(text: &str, status: ExitCode) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => status,
        Err(_) => ExitCode::from(RUNTIME_ERROR),
    }
}

/// The end of a process that has failed.
#[derive(Clone, Copy)]
struct End {
    log: Log,
    /// With the chain of causes.
    verbose: bool,
}

impl End {
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
