// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses one `[[rule]]`.

use classifier_common::{
    abi::Direction,
    dry_run::{State, Verdict},
    protocol::Role,
};

use super::rate;
use crate::{
    located::{Located, Node, Refusal, Table},
    policy::{
        Prefix, Rate, Rule,
        rows::{NAME_MAX, admits},
    },
    protocol_names::ProtocolNames,
};

/// Default burst, as in nft.
const BURST: u32 = 5;

/// Largest burst.
const BURST_MAX: u32 = 10_000;

/// Required form of a list.
const STRINGS: &str = "a list of one or more strings in brackets";

const KEYS: &[&str] = &["name", "action", "protocol", "role", "direction", "from", "state", "rate", "burst"];

const ROLES: [(&str, Role); 2] = [("to_server", Role::ToServer), ("from_server", Role::FromServer)];
const DIRECTIONS: [(&str, Direction); 2] = [("ingress", Direction::Ingress), ("egress", Direction::Egress)];
const STATES: [(&str, State); 2] = [("new", State::New), ("established", State::Established)];

/// Parses an action.
pub(super) fn action(value: Located<Node>) -> Result<Verdict, Refusal> {
    Ok(value.text()?.choice(&[("accept", Verdict::Accept), ("drop", Verdict::Drop)])?.value)
}

/// Parses the table of a rule that follows these rules.
pub(super) fn rule(table: Located<Node>, before: &[Rule], names: &ProtocolNames) -> Result<Rule, Refusal> {
    let mut table = Table::of(table, KEYS)?;
    let name = table.require("name", |name| self::name(name, before))?;
    let action = table.require("action", action)?;
    let role = choice(&mut table, "role", &ROLES)?;
    Ok(Rule {
        name,
        action,
        protocols: table.get("protocol", |list| protocols(list, names, role))?.unwrap_or_default(),
        role,
        direction: choice(&mut table, "direction", &DIRECTIONS)?,
        from: table.get("from", |list| list.some(STRINGS, prefix))?.unwrap_or_default(),
        state: choice(&mut table, "state", &STATES)?,
        rate: limit(&mut table)?,
    })
}

fn name(value: Located<Node>, before: &[Rule]) -> Result<String, Refusal> {
    let name = value.text()?;
    let text = &name.value;
    if !admits(text) {
        return Err(name.refusal(format!(
            "`{text}` is not a valid rule name; write at most {NAME_MAX} letters a-z, digits, _ and -, a letter \
             first, and \
             not `default`"
        )));
    }
    if before.iter().any(|rule| rule.name == *text) {
        return Err(name.refusal(format!("two rules have the name `{text}`; rename one")));
    }
    Ok(name.value)
}

fn choice<T: Copy>(table: &mut Table, key: &str, values: &[(&str, T)]) -> Result<Option<T>, Refusal> {
    table.get(key, |value| Ok(value.text()?.choice(values)?.value))
}

fn protocols(list: Located<Node>, names: &ProtocolNames, role: Option<Role>) -> Result<Vec<String>, Refusal> {
    let mut labels = Vec::new();
    list.some(STRINGS, |value| {
        let text = value.text()?;
        let label = &text.value;
        let Some(protocol) = names.find(label) else {
            return Err(text.refusal(format!(
                "`{label}` is not a protocol; write a value of the label `protocol`, with a [[port]] in the \
                 configuration if it is not a fixed one"
            )));
        };
        if labels.contains(label) {
            return Err(text.refusal(format!("`{label}` is given twice; leave one out")));
        }
        if role.is_some() && !protocol.has_server() {
            return Err(text
                .refusal(format!("`{label}` has no server, so its packets have no role; leave out `role`")));
        }
        labels.push(text.value);
        Ok(())
    })?;
    Ok(labels)
}

fn prefix(value: Located<Node>) -> Result<Prefix, Refusal> {
    let text = value.text()?;
    text.value.parse().map_err(|error: String| text.refusal(error))
}

fn limit(table: &mut Table) -> Result<Option<Rate>, Refusal> {
    let rate = table.get("rate", |value| {
        let text = value.text()?;
        rate::parse(&text.value).map_err(|error| text.refusal(error))
    })?;
    let burst = table.get("burst", |burst| burst.number(1..=BURST_MAX))?;
    match (rate, burst) {
        (None, None) => Ok(None),
        (None, Some(burst)) => Err(burst.refusal("`burst` needs `rate`; add `rate`, or leave out `burst`")),
        (Some((packets, per)), burst) => {
            Ok(Some(Rate { packets, per, burst: burst.map_or(BURST, |burst| burst.value) }))
        }
    }
}
