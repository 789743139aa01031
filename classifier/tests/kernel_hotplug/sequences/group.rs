// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A few interfaces that share a few names, and random events of them.

use super::model::{Id, Link, Model};

/// Most interfaces at a time.
const MOST: usize = 3;
/// Names of a group, one more than its interfaces.
const NAMES: [char; MOST + 1] = ['a', 'b', 'c', 'd'];

/// Interfaces that swap names only with each other.
pub struct Group {
    number: usize,
    links: Vec<Id>,
    /// Events so far.
    pub history: Vec<String>,
}

/// Commands of `ip -batch`, in the order of their execution.
#[derive(Default)]
pub struct Commands {
    /// Commands in the other namespace that bring interfaces back.
    pub back: Vec<String>,
    /// Commands in the agent's namespace.
    pub here: Vec<String>,
    /// Commands in the other namespace for arriving interfaces.
    pub away: Vec<String>,
}

/// Namespaces between which interfaces move, in the form of `ip link set netns`.
pub struct Namespaces {
    pub here: String,
    pub there: String,
}

impl Group {
    pub const fn new(number: usize) -> Self {
        Self { number, links: Vec::new(), history: Vec::new() }
    }

    /// Tells whether a name belongs to the group.
    pub fn has(&self, name: &str) -> bool {
        NAMES.iter().any(|letter| name == format!("q{}{letter}", self.number))
    }

    /// Applies a random possible event.
    pub fn step(
        &mut self,
        random: &mut fastrand::Rng,
        model: &mut Model,
        next: &mut usize,
        namespaces: &Namespaces,
        commands: &mut Commands,
    ) {
        let of = |is_here| {
            let links = self.links.iter().filter(|id| model.links[id].is_here == is_here);
            links.copied().collect::<Vec<_>>()
        };
        let (mut here, away) = (of(true), of(false));
        random.shuffle(&mut here);
        let free = self.free(&here, model);
        let free = &free[random.usize(..free.len())];
        let what = random.u8(..12);
        let is_full = self.links.len() == MOST;
        let said = match (what, &here[..], &away[..]) {
            (3, [one, ..], _) => {
                commands.here.push(format!("link del {}", model.links[one].name));
                self.links.retain(|id| id != one);
                let said = format!("delete {}", model.links[one].name);
                model.delete(*one);
                said
            }
            (4..6, [one, rest @ ..], _) => {
                // The others follow, each to the previous name: a shift of one, two or three.
                let names = here.iter().map(|id| model.links[id].name.clone());
                let chain = [*one].into_iter().chain(rest.iter().copied());
                let to = [free.clone()].into_iter().chain(names);
                let renames = chain.zip(to).take(random.usize(1..=here.len()));
                self.rename(&renames.collect::<Vec<_>>(), false, model, commands)
            }
            (6..8, [_, _, ..], _) => {
                // A cycle of two or three.
                let circle = &here[..random.usize(2..=here.len())];
                let names = circle.iter().cycle().skip(1).map(|id| model.links[id].name.clone());
                let renames = circle.iter().copied().zip(names);
                self.rename(&renames.collect::<Vec<_>>(), true, model, commands)
            }
            (8..10, [one, ..], _) => {
                let (name, away) = (&model.links[one].name, away_name(*one));
                commands.here.push(format!("link set dev {name} netns {} name {away}", namespaces.there));
                commands.away.push(format!("link set dev {away} arp off multicast off up"));
                let said = format!("move {name} away");
                model.move_to(*one, false);
                said
            }
            (10.., _, [one, ..]) => {
                let (Link { name, .. }, away) = (&model.links[one], away_name(*one));
                let is_free = here.iter().all(|id| model.links[id].name != *name);
                let to = if is_free { name.clone() } else { free.clone() };
                let said = format!("move {name} back as {to}");
                commands.back.push(format!("link set dev {away} netns {} name {to}", namespaces.here));
                commands.here.push(format!("link set dev {to} arp off multicast off up"));
                model.rename(&[(*one, to)]);
                model.move_to(*one, true);
                said
            }
            _ if is_full => return,
            _ => self.add(free, model, next, commands),
        };
        self.history.push(said);
    }

    /// Deletes all remaining interfaces.
    pub fn end(&mut self, model: &mut Model, commands: &mut Commands) {
        for id in self.links.drain(..) {
            // The other end is deleted too, in any namespace.
            commands.here.push(format!("link del {}", far(id)));
            model.delete(id);
        }
    }

    fn add(&mut self, name: &str, model: &mut Model, next: &mut usize, commands: &mut Commands) -> String {
        let id = Id(*next);
        *next += 1;
        let far = far(id);
        commands.here.push(format!("link add {name} type veth peer name {far}"));
        for end in [name, &far] {
            commands.here.push(format!("link set dev {end} arp off multicast off up"));
        }
        self.links.push(id);
        model.add(id, name);
        format!("add {name}")
    }

    /// Renames interfaces in a cycle, or in a chain whose first name is free, by way of a temporary name.
    fn rename(
        &self,
        renames: &[(Id, String)],
        in_circle: bool,
        model: &mut Model,
        commands: &mut Commands,
    ) -> String {
        let aside = format!("q{}x", self.number);
        let was = |id: &Id| model.links[id].name.clone();
        let mut command = |from: &str, to: &str| commands.here.push(format!("link set dev {from} name {to}"));
        let ((first, to), rest) = renames.split_first().expect("one");
        command(&was(first), &aside);
        // Each takes the name that the previous one has given up.
        let mut rest: Vec<_> = rest.iter().collect();
        if in_circle {
            rest.reverse();
        }
        for (id, to) in rest {
            command(&was(id), to);
        }
        command(&aside, to);
        let said: Vec<_> = renames.iter().map(|(id, to)| format!("{} to {to}", was(id))).collect();
        model.rename(renames);
        format!("rename {}", said.join(", "))
    }

    /// Lists the names that no interface here has.
    fn free(&self, here: &[Id], model: &Model) -> Vec<String> {
        let all = NAMES.iter().map(|letter| format!("q{}{letter}", self.number));
        all.filter(|name| here.iter().all(|id| model.links[id].name != *name)).collect()
    }
}

/// Returns the name of the fixed end of an interface's pair, which sends.
pub fn far(id: Id) -> String {
    format!("f{}", id.0)
}

/// Returns the name in the other namespace.
fn away_name(id: Id) -> String {
    format!("n{}", id.0)
}
