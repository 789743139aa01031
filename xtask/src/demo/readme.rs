// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The README section with the demo's output.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace;

const BEGIN: &str = "<!-- what `cargo xtask demo --once --readme` has written: -->\n```\n";
const END: &str = "```\n<!-- until here -->\n";

/// Writes the demo's output into the README.
pub fn write(printed: &str) -> Result<()> {
    let path = workspace::root().join("README.md");
    let readme = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, _, after) = parts(&readme)?;
    let readme = [before, BEGIN, printed, END, after].concat();
    fs::write(&path, readme).with_context(|| format!("cannot write {}", path.display()))
}

/// Splits the README into the text before the section, the section, and the text after it.
fn parts(readme: &str) -> Result<(&str, &str, &str)> {
    let (before, rest) = readme.split_once(BEGIN).context("README.md has lost the line before the output")?;
    let (printed, after) = rest.split_once(END).context("README.md has lost the line after the output")?;
    Ok((before, printed, after))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            checked,
            counts::{Counts, Direction, Message, Series, Volume},
            expectation,
            introduction::Introduction,
            scrape::Scrape,
            table,
        },
        *,
    };

    const README: &str = include_str!("../../../README.md");

    fn number(text: &str) -> u64 {
        text.replace(',', "").parse().unwrap()
    }

    fn introduction(lines: &[&str]) -> Introduction {
        let after = |line: &str, word: &str| {
            line.strip_prefix(word)
                .unwrap_or_else(|| panic!("{line}: cargo xtask demo --once --readme"))
                .to_owned()
        };
        let [hosts @ .., agent, page, _, _] = lines else { panic!("{lines:?}") };
        let host = |line: &&str| {
            let line = after(line, "host ");
            let (name, addresses) = line.split_once(": ").unwrap();
            let (ipv4, ipv6) = addresses.split_once(", ").unwrap();
            (name.to_owned(), [ipv4, ipv6].map(|address| address.parse().unwrap()))
        };
        let agent = after(agent, "agent ");
        let (agent, attached) = agent.split_once(": ").unwrap();
        let address = after(page, "page: http://");
        Introduction {
            hosts: hosts.iter().map(host).collect(),
            agent: agent.parse().unwrap(),
            attached: attached.to_owned(),
            address: address.trim_end_matches('/').parse().unwrap(),
        }
    }

    /// Rebuilds the scrape that a printed table shows.
    fn scrape(volumes: &[&str], messages: &[&str]) -> Scrape {
        let (mut counts, mut scrape) = (Counts::default(), Scrape::default());
        for line in volumes.iter().skip(1).filter(|line| !line.starts_with("total")) {
            let [protocol, role, rest @ ..] = &line.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            for (direction, pair) in [Direction::Ingress, Direction::Egress].into_iter().zip(rest.chunks(2)) {
                let volume = Volume { packets: number(pair[0]), bytes: number(pair[1]) };
                if volume.packets > 0 {
                    let series = Series { protocol: (*protocol).into(), role: (*role).into(), direction };
                    counts.series.insert(series, volume);
                }
            }
        }
        for line in messages.iter().skip(1) {
            let [family, name, type_code, numbers @ ..] = &line.split_whitespace().collect::<Vec<_>>()[..]
            else {
                panic!("{line}")
            };
            let (kind, code) = type_code.split_once('/').unwrap();
            scrape.names.insert(((*family).into(), kind.into()), (*name).into());
            for (direction, count) in [Direction::Ingress, Direction::Egress].into_iter().zip(numbers) {
                if number(count) > 0 {
                    let message =
                        Message { family: (*family).into(), kind: kind.into(), code: code.into(), direction };
                    counts.messages.insert(message, number(count));
                }
            }
        }
        scrape.counts = counts;
        scrape
    }

    #[test]
    fn the_readme_shows_what_a_demonstration_prints_today() {
        let (_, printed, _) = parts(README).unwrap();
        let lines: Vec<_> = printed.lines().collect();
        let blocks: Vec<_> = lines.split(|line| line.is_empty()).collect();
        let [first, volumes, messages, _] = blocks[..] else { panic!("not four parts: {printed}") };
        let scrape = scrape(volumes, messages);
        let again =
            format!("{}\n{}\n{}\n", introduction(first), table::render(&scrape), checked(&scrape.counts));
        assert_eq!(printed, again, "write it again: cargo xtask demo --once --readme");
        assert_eq!(
            expectation::missing(&scrape.counts),
            <[String; 0]>::default(),
            "what is talked has changed"
        );
    }

    #[test]
    fn the_part_is_replaced_and_the_rest_stays() {
        let readme = format!("a\n{BEGIN}old\n{END}b\n");
        assert_eq!(parts(&readme).unwrap(), ("a\n", "old\n", "b\n"));
        assert!(parts("a\n").is_err() && parts(BEGIN).is_err());
    }
}
