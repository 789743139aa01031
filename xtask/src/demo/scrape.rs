// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Scrape of the agent's counts, over HTTP through the proxy.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{
    counting::Agent,
    counts::{Counts, Direction, Message, Series},
    http,
};

#[derive(Debug, Default)]
pub struct Scrape {
    pub counts: Counts,
    /// ICMP type names of the agent, by family and type.
    pub names: BTreeMap<(String, String), String>,
    /// Attachment points of the programs.
    pub attached: String,
}

impl Scrape {
    pub fn of(agent: &Agent) -> Result<Self> {
        Self::parse(&http::get(agent.address, "/metrics")?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut scrape = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let sample = Sample::parse(line).with_context(|| format!("cannot read `{line}`"))?;
            scrape.take(&sample).with_context(|| format!("a label is missing in `{line}`"))?;
        }
        Ok(scrape)
    }

    fn take(&mut self, sample: &Sample<'_>) -> Option<()> {
        let owned = |label| sample.label(label).map(str::to_owned);
        let number = || sample.value.parse::<u64>().ok();
        match sample.family {
            "classifier_interface_info" => {
                let label = |name| sample.label(name);
                self.attached = format!(
                    "counts at interface `{}`, ingress by {}, egress by {}",
                    label("interface")?,
                    label("ingress")?,
                    label("egress")?
                );
            }
            "classifier_icmp_packets_total" => {
                let direction = Direction::parse(sample.label("direction")?)?;
                let (family, kind, code) = (owned("family")?, owned("type")?, owned("code")?);
                self.names.insert((family.clone(), kind.clone()), owned("name")?);
                self.counts.messages.insert(Message { family, kind, code, direction }, number()?);
            }
            family @ ("classifier_packets_total" | "classifier_bytes_total") => {
                let number = number()?;
                if number > 0 {
                    let direction = Direction::parse(sample.label("direction")?)?;
                    let (protocol, role) = (owned("protocol")?, owned("role")?);
                    let volume = self.counts.series.entry(Series { protocol, role, direction }).or_default();
                    let part = match family {
                        "classifier_packets_total" => &mut volume.packets,
                        _ => &mut volume.bytes,
                    };
                    *part = number;
                }
            }
            _ => {}
        }
        Some(())
    }
}

/// A sample of the text format. Label values here contain no quotes and no commas.
struct Sample<'a> {
    family: &'a str,
    labels: &'a str,
    value: &'a str,
}

impl<'a> Sample<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, value) = line.rsplit_once(' ')?;
        let (family, labels) = name.split_once('{').unwrap_or((name, ""));
        Some(Self { family, labels: labels.trim_end_matches('}'), value })
    }

    fn label(&self, name: &str) -> Option<&'a str> {
        let mut labels = self.labels.split(',').filter_map(|label| label.split_once('='));
        labels.find(|(label, _)| *label == name).map(|(_, value)| value.trim_matches('"'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_names_and_hooks_are_read_and_the_rest_is_not() {
        let scrape = Scrape::parse(
            "# HELP classifier_packets_total Packets.\n\
             classifier_packets_total{interface=\"s\",direction=\"egress\",protocol=\"smtp\",role=\"from_server\"} 3\n\
             classifier_bytes_total{interface=\"s\",direction=\"egress\",protocol=\"smtp\",role=\"from_server\"} 200\n\
             classifier_bytes_total{interface=\"s\",direction=\"egress\",protocol=\"imap\",role=\"from_server\"} 0\n\
             classifier_icmp_packets_total{interface=\"s\",direction=\"ingress\",family=\"ipv4\",type=\"8\",code=\"0\",name=\"echo_request\"} 4\n\
             classifier_interface_info{interface=\"s\",ingress=\"xdp_native\",egress=\"tcx\"} 1\n\
             process_start_time_seconds 17.25\n",
        )
        .unwrap();
        assert_eq!(scrape.counts.packets("smtp", "from_server", Direction::Egress), 3);
        assert_eq!(scrape.counts.total().bytes, 200);
        assert_eq!(scrape.counts.len(), 3);
        assert_eq!(scrape.counts.messages("ipv4", 8, 0, Direction::Ingress), 4);
        assert_eq!(scrape.names[&("ipv4".into(), "8".into())], "echo_request");
        assert_eq!(scrape.attached, "counts at interface `s`, ingress by xdp_native, egress by tcx");
    }

    #[test]
    fn a_line_that_cannot_be_read_is_an_error_that_shows_it() {
        for line in ["nonsense", "classifier_packets_total{direction=\"egress\"} 3"] {
            assert!(Scrape::parse(line).unwrap_err().to_string().contains(line));
        }
    }
}
