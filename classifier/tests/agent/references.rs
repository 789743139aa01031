// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables of flags and keys in the docs: those that the code has.

use clap::{Arg, Command, CommandFactory as _};
use classifier::{
    cli::Cli,
    config::keys::{EVIDENCE, FILE, FTP, Key, PORT},
};

use crate::golden::assert_page;

/// A cell: lines of a table have no line breaks, and bars are escaped.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// A Markdown table between empty lines.
pub fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rule = "| --- ".repeat(head.matches('|').count() - 1);
    let rows: String = rows.map(|row| row + "\n").collect();
    assert!(!rows.is_empty(), "no rows under {head}");
    format!("\n{head}\n{rule}|\n{rows}\n")
}

/// The flag as it is typed, with its other spellings.
fn spelling(flag: &Arg) -> String {
    let values = flag.get_value_names().unwrap_or_default().join(" ");
    let value = if flag.get_action().takes_values() && flag.get_num_args() != Some(0.into()) {
        format!(" {values}")
    } else {
        String::new()
    };
    let Some(long) = flag.get_long() else { return format!("`{values}`") };
    let short = flag.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let aliases = flag.get_visible_aliases().unwrap_or_default();
    let aliases = aliases.iter().map(|alias| format!(", `--{alias}`"));
    format!("`{short}--{long}{value}`{}", aliases.collect::<String>())
}

fn row(flag: &Arg) -> String {
    let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
    let (meaning, default) = if let Some((meaning, default)) = help.split_once(" [default: ") {
        (meaning.to_owned(), default.trim_end_matches(']').to_owned())
    } else {
        let values = flag.get_default_values().iter().map(|value| value.to_string_lossy());
        let values = values.collect::<Vec<_>>().join(",");
        (help, if flag.get_action().takes_values() { values } else { String::new() })
    };
    let values: Vec<_> =
        flag.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    let is_choice = flag.get_action().takes_values() && !values.is_empty() && flag.get_long().is_some();
    let choice = if is_choice && !values.iter().all(|value| meaning.contains(value)) {
        format!(": {}", values.join(", "))
    } else {
        String::new()
    };
    let variable = flag.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
    let quoted = if default.contains(' ') || default.is_empty() { default } else { format!("`{default}`") };
    let cells = [spelling(flag), format!("{meaning}{choice}"), quoted, variable];
    format!("| {} |", cells.map(|text| cell(&text)).join(" | "))
}

fn flags<'c>(command: &'c Command, heading: Option<&str>) -> Vec<&'c Arg> {
    let all = command.get_arguments().filter(|flag| !matches!(flag.get_id().as_str(), "help" | "version"));
    all.filter(|flag| heading.is_none_or(|heading| flag.get_help_heading() == Some(heading))).collect()
}

/// The flags of a command, or those of it under a heading: `run: Interfaces`. The empty name has those of every command.
fn flags_of(part: &str) -> String {
    let (name, heading) = part.split_once(": ").map_or((part, None), |(name, heading)| (name, Some(heading)));
    let whole = Cli::command();
    let command = if name == "every command" {
        &whole
    } else {
        whole.find_subcommand(name).unwrap_or_else(|| panic!("there is no command `{name}`"))
    };
    table("| flag | meaning | default | variable |", flags(command, heading).into_iter().map(row))
}

#[test]
fn the_command_line_page_has_every_flag() {
    let page = assert_page("cli.md", flags_of);
    let whole = Cli::command();
    for command in whole.get_subcommands() {
        for flag in flags(command, None) {
            assert!(page.contains(&row(flag)), "{} {flag}", command.get_name());
        }
    }
}

fn keys_of(part: &str) -> String {
    let keys: &[Key] = match part {
        "top level" => &FILE,
        "port" => &PORT,
        "ftp" => &FTP,
        "evidence" => &EVIDENCE,
        other => panic!("there is no table `{other}`"),
    };
    let quoted = |value: &str| {
        let is_value = value.starts_with(['"', '[']) || !value.contains(' ') && value != "none";
        if is_value && !value.is_empty() { format!("`{value}`") } else { value.to_owned() }
    };
    let row = |key: &Key| {
        let bounds = key.bounds.map(|[least, most]| {
            let plain = |value: &str| value.trim_matches(['[', ']', '"']).to_owned();
            format!("{} to {}", plain(least), plain(most))
        });
        let cells =
            [format!("`{}`", key.name), key.meaning.into(), quoted(key.default), bounds.unwrap_or_default()];
        format!("| {} |", cells.map(|text| cell(&text)).join(" | "))
    };
    table("| key | meaning | default | bounds |", keys.iter().map(row))
}

#[test]
fn the_configuration_page_has_every_key() {
    assert_page("configuration.md", keys_of);
}
