// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Prometheus and promtool.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use super::{
    folder::Folder,
    process::{Process, text},
    program,
};
use crate::{Host, run};

const ADDRESS: &str = "127.0.0.1:9090";
const SERVER: &str = "http://127.0.0.1:9090";
const PROMTOOL: &str = "usr/bin/promtool";

/// A real Prometheus that scrapes every second.
pub struct Prometheus {
    process: Process,
    host: Host,
    _folder: Folder,
}

impl Prometheus {
    /// Starts the server. Each job is a name and the one address that it scrapes.
    #[must_use]
    pub fn start(host: &Host, jobs: &[(&str, &str)]) -> Self {
        let jobs: Vec<_> = jobs.iter().map(|(name, target)| (*name, *target, "")).collect();
        Self::start_asking(host, &jobs)
    }

    /// Starts the server with jobs that have further keys, in YAML's flow style.
    #[must_use]
    pub fn start_asking(host: &Host, jobs: &[(&str, &str, &str)]) -> Self {
        let mut configuration = String::from("global:\n  scrape_interval: 1s\nscrape_configs:\n");
        for (name, target, how) in jobs {
            let comma = if how.is_empty() { "" } else { ", " };
            let job = format!("job_name: {name}, static_configs: [targets: ['{target}']]{comma}{how}");
            writeln!(configuration, "  - {{{job}}}").expect("a string takes all");
        }
        Self::start_configured(host, &configuration, &[])
    }

    /// Starts the server with a whole configuration, and files beside it by their names.
    #[must_use]
    pub fn start_configured(host: &Host, configuration: &str, files: &[(&str, &str)]) -> Self {
        let folder = Folder::new("prometheus");
        for (name, content) in files {
            folder.write(name, content);
        }
        let file = folder.write("prometheus.yml", configuration);
        let options = [
            format!("--config.file={file}"),
            format!("--storage.tsdb.path={}", folder.join("data")),
            format!("--web.listen-address={ADDRESS}"),
        ];
        let options = options.each_ref().map(String::as_str);
        let process = Process::start(host, &program("prometheus", "usr/bin/prometheus"), &options);
        let mut prometheus = Self { process, host: host.clone(), _folder: folder };
        prometheus.process.wait_until("was ready", |host| {
            let mut probe = host.command("curl");
            probe.args(["--silent", "--fail", "--output", "/dev/null", &format!("{SERVER}/-/ready")]);
            probe.status().is_ok_and(|status| status.success())
        });
        prometheus
    }

    /// Returns the current values of a query, each with its series in promtool's format.
    #[must_use]
    pub fn query(&self, query: &str) -> Vec<(String, f64)> {
        ask(&self.host, query)
    }

    /// Waits until a query has an answer that satisfies `is_it`.
    pub fn wait_for(&mut self, query: &str, is_it: impl Fn(&[(String, f64)]) -> bool) {
        self.process.wait_until(&format!("had an answer to {query}"), |host| is_it(&ask(host, query)));
    }
}

fn ask(host: &Host, query: &str) -> Vec<(String, f64)> {
    let mut promtool = host.command(text(&program("prometheus", PROMTOOL)));
    let answer = run(promtool.args(["query", "instant", SERVER, query]));
    let value = |line: &str| {
        let (series, sample) = line.split_once(" => ")?;
        let value = sample.split_whitespace().next()?.parse().ok()?;
        Some((series.trim().to_owned(), value))
    };
    answer.lines().filter_map(value).collect()
}

/// Returns a command for promtool.
#[must_use]
pub fn promtool() -> Command {
    Command::new(program("prometheus", PROMTOOL))
}

/// Returns the complaints of `promtool check metrics` about metrics in the text format; empty without
/// problems.
#[must_use]
pub fn check_metrics(metrics: &str) -> String {
    let mut command = promtool();
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = command.spawn().expect("promtool starts");
    let mut input = promtool.stdin.take().expect("piped");
    input.write_all(metrics.as_bytes()).expect("promtool reads");
    drop(input);
    let output = promtool.wait_with_output().expect("promtool ends");
    let mut said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if !output.status.success() {
        write!(said, "{}", output.status).expect("a string takes all");
    }
    said
}
