// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Words of the binary: HELP of the metrics, help of the command line, problems, warnings. The list of refused words and the
//! length of a sentence are those of `cargo xtask lint words`.

use clap::CommandFactory as _;
use classifier::{
    cli::Cli,
    metrics::catalog,
    report::{self, advice::Options},
    status::{Format, Report},
};

use crate::{
    made_up_agents::{NOW, context, found, found_wrong},
    made_up_traffic::{troubled, written},
    page_states,
    prose::{begins_with_pronoun, faults},
};

fn assert_plain(texts: impl IntoIterator<Item = (String, String)>) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (of, text) in texts {
        count += 1;
        wrong.extend(faults(&text).into_iter().map(|fault| format!("{of}: {fault}")));
        if begins_with_pronoun(&text) {
            wrong.push(format!("{of}: begins with a pronoun: {text}"));
        }
    }
    assert!(count > 0, "there are texts");
    assert!(wrong.is_empty(), "{} texts to rewrite:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_help_text_of_the_metrics_is_plain() {
    assert_plain(catalog::ALL.iter().map(|family| (family.name.to_owned(), family.help.to_owned())));
}

#[test]
fn every_help_text_of_the_command_line_is_plain() {
    let mut texts = Vec::new();
    collect(&Cli::command(), &mut texts);
    assert_plain(texts);
}

fn collect(command: &clap::Command, texts: &mut Vec<(String, String)>) {
    let name = command.get_name();
    let own = [command.get_about(), command.get_long_about()];
    texts.extend(own.into_iter().flatten().map(|text| (name.to_owned(), text.to_string())));
    for argument in command.get_arguments() {
        let help = [argument.get_help(), argument.get_long_help()].into_iter().flatten();
        texts.extend(help.map(|text| (format!("{name} {}", argument.get_id()), text.to_string())));
        let values = argument.get_possible_values();
        let help = values.iter().filter_map(|value| value.get_help());
        texts.extend(help.map(|text| (format!("{name} {}", argument.get_id()), text.to_string())));
    }
    command.get_subcommands().for_each(|command| collect(command, texts));
}

#[test]
fn every_problem_and_every_warning_is_plain() {
    let (wrong, its_context) = found_wrong();
    let status = [Report::of(found(), &context(), NOW), Report::of(wrong, &its_context, NOW)];
    let status = status.map(|report| report.write(Format::Text).expect("there are agents")).concat();
    let report = report::Report::of(troubled(), &Options::default(), written());
    let report = report.write(report::Format::Text).expect("it is always written");
    let lines = |text: &str, prefix: &str| {
        text.lines().filter_map(|line| line.strip_prefix(prefix)).map(str::to_owned).collect::<Vec<_>>()
    };
    let texts = [lines(&status, "problem: "), lines(&report, "warning: "), refusals(), page()].concat();
    assert_plain(texts.into_iter().map(|text| ("problem".to_owned(), text)));
}

/// Refusals of a ruleset from nothing.
fn refusals() -> Vec<String> {
    let options = Options { min_observation: std::time::Duration::from_secs(1), ..Options::default() };
    let report = report::Report::of(report::traffic::Traffic::default(), &options, written());
    report.advice.refusals.into_iter().map(|refusal| refusal.text).collect()
}

/// Items of the list of problems, without markup.
fn page() -> Vec<String> {
    let page = page_states::broken().render();
    let (_, section) = page.split_once("id=\"problems\"").expect("the section");
    let (section, _) = section.split_once("</section>").expect("its end");
    let items = section.split("<li>").skip(1);
    let without_tags = |item: &str| {
        let parts = item.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>()
    };
    items.map(without_tags).collect()
}
