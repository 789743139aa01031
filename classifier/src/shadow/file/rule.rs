//! One `[[rule]]`.

use classifier_common::{
    abi::Direction,
    protocol::{Protocol, Role, Sides},
    shadow::State,
};
use serde::Deserialize;
use toml::Spanned;

use super::{Action, rate};
use crate::{
    config::{
        ProtocolNames,
        file::{list::List, refusal::Refusal, whole::Whole},
    },
    shadow::{
        Prefix, Rate, Rule,
        compiled::protocol,
        rows::{NAME_MAX, admits},
    },
};

/// Packets that can come at once where nothing is said of it, as in nft.
const BURST: u32 = 5;

/// Packets that can come at once.
const BURST_MAX: u32 = 10_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    name: Spanned<String>,
    action: Action,
    protocol: Option<List<String>>,
    role: Option<RoleName>,
    direction: Option<DirectionName>,
    from: Option<List<String>>,
    state: Option<StateName>,
    rate: Option<Spanned<String>>,
    burst: Option<Spanned<Whole<u32, BURST_MAX>>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoleName {
    ToServer,
    FromServer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::ToServer => Self::ToServer,
            RoleName::FromServer => Self::FromServer,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DirectionName {
    Ingress,
    Egress,
}

impl From<DirectionName> for Direction {
    fn from(name: DirectionName) -> Self {
        match name {
            DirectionName::Ingress => Self::Ingress,
            DirectionName::Egress => Self::Egress,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    New,
    Established,
}

impl From<StateName> for State {
    fn from(name: StateName) -> Self {
        match name {
            StateName::New => Self::New,
            StateName::Established => Self::Established,
        }
    }
}

impl RuleTable {
    /// What it says, behind these rules.
    pub(super) fn rule(&self, before: &[Rule], names: &ProtocolNames) -> Result<Rule, Refusal> {
        let name = self.name.get_ref();
        if !admits(name) {
            let message = format!(
                "`{name}` is no name of a rule; write at most {NAME_MAX} letters a-z, digits, _ and -, a letter first, and \
                 not `default`"
            );
            return Err(Refusal::new(&self.name, message));
        }
        if before.iter().any(|rule| rule.name == *name) {
            return Err(Refusal::new(&self.name, format!("there are two rules `{name}`; rename one")));
        }
        Ok(Rule {
            name: name.clone(),
            action: self.action.into(),
            protocols: self.protocols(names)?,
            role: self.role.map(Role::from),
            direction: self.direction.map(Direction::from),
            from: self.prefixes()?,
            state: self.state.map(State::from),
            rate: self.rate()?,
        })
    }

    fn protocols(&self, names: &ProtocolNames) -> Result<Vec<String>, Refusal> {
        let mut labels: Vec<String> = Vec::new();
        for text in self.protocol.iter().flat_map(|list| &list.0) {
            let label = text.get_ref();
            let Some(protocol) = protocol(label, names) else {
                let message = format!(
                    "`{label}` is no protocol; write one as the metrics label it, with a [[port]] in the configuration if \
                     it is not a fixed one"
                );
                return Err(Refusal::new(text, message));
            };
            if labels.contains(label) {
                return Err(Refusal::new(text, format!("`{label}` is given twice; leave one out")));
            }
            if self.role.is_some() && has_no_server(protocol) {
                let message =
                    format!("`{label}` has no server, and no packet of it a role; leave `role` out");
                return Err(Refusal::new(text, message));
            }
            labels.push(label.clone());
        }
        Ok(labels)
    }

    fn prefixes(&self) -> Result<Vec<Prefix>, Refusal> {
        let texts = self.from.iter().flat_map(|list| &list.0);
        texts.map(|text| text.get_ref().parse().map_err(|error: String| Refusal::new(text, error))).collect()
    }

    fn rate(&self) -> Result<Option<Rate>, Refusal> {
        let Some(text) = &self.rate else {
            return match &self.burst {
                Some(burst) => Err(Refusal::new(burst, "a burst is of a rate; add `rate`, or leave it out")),
                None => Ok(None),
            };
        };
        let (packets, per) = rate::parse(text.get_ref()).map_err(|error| Refusal::new(text, error))?;
        let burst = self.burst.as_ref().map_or(BURST, |burst| burst.get_ref().0);
        Ok(Some(Rate { packets, per, burst }))
    }
}

fn has_no_server(protocol: Protocol) -> bool {
    Protocol::FIXED.iter().any(|(fixed, _, sides)| *fixed == protocol && *sides == Sides::NoServer)
}
