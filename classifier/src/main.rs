//! The command: the only place that decides the exit status.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use classifier::{
    agent,
    cli::{self, Command, Completions, Detach, Man, Run, Status, Stop},
    config::{Sources, pin_dir},
    datapath, manual, status, telemetry,
};

const RUNTIME_ERROR: u8 = 1;
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(Stop::Answer(text)) => return answer(&text),
        Err(stop) => return fail(USAGE_ERROR, &stop, false),
    };
    if let Err(error) = telemetry::start() {
        return fail(USAGE_ERROR, &error, cli.verbose);
    }
    match cli.command {
        Command::Run(arguments) => run(arguments, cli.verbose),
        Command::Status(Status { format }) => match status::status(format) {
            Ok(text) => answer(&text),
            Err(error) => fail(RUNTIME_ERROR, &error, cli.verbose),
        },
        Command::Detach(arguments) => detach(&arguments, cli.verbose),
        Command::Man(Man { folder }) => match manual::write_pages(folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(RUNTIME_ERROR, &error, cli.verbose),
        },
        Command::Completions(Completions { shell }) => answer(&manual::completions(shell)),
    }
}

fn detach(Detach { pin_dir: folder }: &Detach, verbose: bool) -> ExitCode {
    match pin_dir(folder) {
        Ok(None) => answer("nothing is pinned without a folder\n"),
        Ok(Some(folder)) => match datapath::detach(&folder) {
            Ok(detached) => answer(&detached.to_string()),
            Err(error) => fail(RUNTIME_ERROR, &error, verbose),
        },
        Err(error) => fail(USAGE_ERROR, &error, verbose),
    }
}

fn run(arguments: Run, verbose: bool) -> ExitCode {
    let settings = match Sources::from(arguments).settings() {
        Ok(settings) => settings,
        Err(error) => return fail(USAGE_ERROR, &error, verbose),
    };
    match agent::run(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(RUNTIME_ERROR, &error, verbose),
    }
}

fn answer(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(RUNTIME_ERROR),
    }
}

/// One line; with `verbose` also the causes, a line each. Standard error may be gone: the status remains.
fn fail(status: u8, error: &dyn Error, verbose: bool) -> ExitCode {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "classifier: {error}");
    let mut cause = error.source().filter(|_| verbose);
    while let Some(below) = cause {
        let _ = writeln!(stderr, "  because: {below}");
        cause = below.source();
    }
    ExitCode::from(status)
}
