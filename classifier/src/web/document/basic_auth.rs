// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parses `basic_auth_users`.

use std::str::FromStr as _;

use bcrypt::HashParts;

use crate::located::{Located, Node, Pair, Refusal};

/// Highest bcrypt cost: a check must not take longer than a scrape may, and cost 31 would take days.
const COST_MAX: u32 = 18;

const COST_MIN: u32 = 4;

const MAKE_ONE: &str = "make one with `htpasswd -nBC 10 \"\" | tr -d ':\\n'`";

/// Parses and checks names and hashes.
pub(super) fn users(table: Located<Node>) -> Result<Vec<(String, String)>, Refusal> {
    let user = |Pair { name, value }: Pair| {
        if name.value.contains(':') {
            let message = "a user name cannot contain a colon (RFC 7617); choose another";
            return Err(name.refusal(message));
        }
        let hash = value.text()?;
        check(&hash)?;
        Ok((name.value, hash.value))
    };
    table
        .pairs("names and hashes, such as `alice: $2y$10$...`, one in a line")?
        .into_iter()
        .map(user)
        .collect()
}

fn check(hash: &Located<String>) -> Result<(), Refusal> {
    let parts = HashParts::from_str(&hash.value)
        .map_err(|_| hash.refusal(format!("not a bcrypt hash of 60 characters; {MAKE_ONE}")))?;
    let cost = parts.get_cost();
    if (COST_MIN..=COST_MAX).contains(&cost) {
        return Ok(());
    }
    Err(hash.refusal(format!("cost {cost} is outside of {COST_MIN} to {COST_MAX}; {MAKE_ONE}")))
}
