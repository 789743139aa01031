// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier doctor`: the features of this kernel, and what the agent uses of them.
//!
//! [`Report::of_host`] probes, [`Report::write`] writes from the data alone.

use std::{env::consts::ARCH, fmt::Write as _};

use classifier_common::abi::{PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};

use crate::{
    columns::Columns,
    config::FtpSettings,
    datapath::{Datapath, DatapathError, Feature, Presence, privileges, release},
};

/// Features of a kernel, and the verifier's answer to the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Release of the kernel, as `uname -r` prints it.
    pub kernel: String,
    /// Reason why this process may not load programs, if so.
    pub missing_privileges: Option<String>,
    /// Every feature, in order of [`Feature::ALL`].
    pub features: Vec<(Feature, Presence)>,
    /// Answer of the verifier, with the reason of a refusal; `None` if the programs cannot be loaded anyway.
    pub programs: Option<Result<(), String>>,
}

impl Report {
    /// Probes this host: loads the programs, and unloads them. Nothing is attached or pinned.
    #[must_use]
    pub fn of_host() -> Self {
        let missing_privileges = privileges().err().map(|error| error.to_string());
        let features = Feature::ALL.map(|feature| (feature, feature.presence())).to_vec();
        let mut report = Self { kernel: release(), missing_privileges, features, programs: None };
        if report.missing_privileges.is_none() && report.missing().is_empty() {
            let xdp = report.has(Feature::XdpFragments);
            report.programs = Some(load(xdp).map_err(|error| error.to_string()));
        }
        report
    }

    /// Tells whether `classifier run` can start.
    #[must_use]
    pub fn can_start(&self) -> bool {
        self.programs == Some(Ok(()))
    }

    /// Lists the missing features that every start needs.
    fn missing(&self) -> Vec<Feature> {
        let missing = self
            .features
            .iter()
            .filter(|(feature, presence)| feature.is_required() && *presence == Presence::Missing);
        missing.map(|(feature, _)| *feature).collect()
    }

    fn has(&self, feature: Feature) -> bool {
        self.features.contains(&(feature, Presence::Present))
    }

    /// Writes the report for people.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = format!("kernel: {}, {ARCH}\n\n", self.kernel);
        let mut table = Columns::new(["FEATURE", "SINCE", "HERE", "WITHOUT IT"]);
        for (feature, presence) in &self.features {
            let here = match presence {
                Presence::Present => "yes",
                Presence::Missing => "no",
                Presence::Unknown => "unknown",
            };
            let [since, here, without] = [feature.since(), here, feature.without()].map(str::to_owned);
            table.row([feature.to_string(), since, here, without]);
        }
        table.write(&mut text);
        let problems = self.problems();
        // Writing to a string cannot fail.
        if self.can_start() {
            let tc = if self.has(Feature::Tcx) { "TCX" } else { "a TC filter" };
            let ingress = if self.has(Feature::XdpFragments) {
                format!("native XDP on network cards whose driver allows it, else {tc}")
            } else {
                tc.to_owned()
            };
            let _ = write!(text, "\nprograms: accepted by the verifier\ningress: {ingress}\negress: {tc}\n");
        } else {
            text.push('\n');
        }
        for problem in &problems {
            let _ = writeln!(text, "problem: {problem}");
        }
        let can = if self.can_start() { "can" } else { "cannot" };
        let _ = writeln!(text, "`classifier run` {can} start on this kernel");
        text
    }

    /// Lists the reasons why `classifier run` cannot start, each with its remedy.
    fn problems(&self) -> Vec<String> {
        let missing = self
            .missing()
            .into_iter()
            .map(|feature| format!("no {feature} ({}); {}", feature.since(), feature.remedy()));
        let refused = self.programs.iter().filter_map(|programs| programs.as_ref().err()).cloned();
        self.missing_privileges.iter().cloned().chain(missing).chain(refused).collect()
    }
}

/// Loads the programs of all hooks.
fn load(xdp: bool) -> Result<(), DatapathError> {
    let (mut datapath, _tracking) = Datapath::load(false, &FtpSettings::default())?;
    let hooks = [PROGRAM_INGRESS, PROGRAM_EGRESS].into_iter().chain(xdp.then_some(PROGRAM_XDP));
    hooks.into_iter().try_for_each(|program| datapath.program(program).map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel without these features.
    fn without(missing: &[Feature]) -> Report {
        let presence = |feature| {
            if missing.contains(&feature) { Presence::Missing } else { Presence::Present }
        };
        let features = Feature::ALL.map(|feature| (feature, presence(feature))).to_vec();
        let mut report =
            Report { kernel: "5.15.0".into(), missing_privileges: None, features, programs: None };
        report.programs = report.missing().is_empty().then_some(Ok(()));
        report
    }

    fn lines(report: &Report) -> Vec<String> {
        report.write().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_newer_kernel_loses_nothing() {
        let lines = lines(&without(&[]));
        assert_eq!(lines[0], format!("kernel: 5.15.0, {ARCH}"));
        assert!(
            lines.contains(
                &"ingress: native XDP on network cards whose driver allows it, else TCX".to_owned()
            )
        );
        assert_eq!(lines.last().unwrap(), "`classifier run` can start on this kernel");
    }

    #[test]
    fn an_older_kernel_loses_hooks_and_starts() {
        let report = without(&[Feature::XdpFragments, Feature::Tcx]);
        let lines = lines(&report);
        assert!(report.can_start());
        for line in ["ingress: a TC filter", "egress: a TC filter"] {
            assert!(lines.contains(&line.to_owned()), "{lines:?}");
        }
        let row = lines.iter().find(|line| line.starts_with("XDP on")).unwrap();
        assert!(row.contains("Linux 5.18") && row.contains("  no  "), "{row}");
        assert!(row.ends_with("ingress at a TC hook instead of XDP"), "{row}");
    }

    #[test]
    fn each_problem_has_its_remedy() {
        let mut report = without(&[Feature::Types, Feature::CompareExchange]);
        report.missing_privileges = Some("missing CAP_BPF: run as root".into());
        assert!(!report.can_start());
        assert_eq!(
            lines(&report)[Feature::ALL.len() + 4..],
            [
                "problem: missing CAP_BPF: run as root",
                "problem: no kernel types (BTF, CONFIG_DEBUG_INFO_BTF=y); use a kernel that is built with \
                 CONFIG_DEBUG_INFO_BTF=y and mount /sys",
                "problem: no BPF compare-and-exchange (Linux 5.12, arm64 5.18); upgrade the kernel",
                "`classifier run` cannot start on this kernel",
            ]
        );
        report = without(&[]);
        report.programs = Some(Err("the kernel refuses program classifier_in".into()));
        assert!(!report.can_start());
        assert!(report.write().contains("\nproblem: the kernel refuses program classifier_in\n"));
    }
}
