//! `basic_auth_users`.

use std::str::FromStr as _;

use bcrypt::HashParts;

use super::{At, Pair};
use crate::web::refusal::Refusal;

/// A password that takes longer than a scrape may is as good as none, and 31 would take days.
const COST_MAX: u32 = 18;

const COST_MIN: u32 = 4;

const MAKE_ONE: &str = "make one with `htpasswd -nBC 10 \"\" | tr -d ':\\n'`";

/// Names and hashes, checked.
pub(super) fn users(pairs: Vec<Pair>) -> Result<Vec<(String, String)>, Refusal> {
    let user = |Pair { name, value }: Pair| {
        if name.value.contains(':') {
            let message = "no client can send this name, which ends at the colon (RFC 7617); choose another";
            return Err(name.refusal(message));
        }
        let hash = value.text()?;
        check(&hash)?;
        Ok((name.value, hash.value))
    };
    pairs.into_iter().map(user).collect()
}

fn check(hash: &At<String>) -> Result<(), Refusal> {
    let parts = HashParts::from_str(&hash.value)
        .map_err(|_| hash.refusal(format!("not a bcrypt hash of 60 characters; {MAKE_ONE}")))?;
    let cost = parts.get_cost();
    if (COST_MIN..=COST_MAX).contains(&cost) {
        return Ok(());
    }
    let bounds = format!("a cost from {COST_MIN} to {COST_MAX}");
    Err(hash.refusal(format!("cost {cost} where {bounds} can be used; {MAKE_ONE}")))
}
