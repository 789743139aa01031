// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! First lines of rustdoc comments, of public and private items alike.

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::prose::begins_with_pronoun;

/// Finds the comments of a file that begin with a pronoun, by their first lines.
pub fn faults(text: &str) -> Result<Vec<String>> {
    let tokens: TokenStream = text.parse().ok().context("cannot be split into tokens")?;
    let mut faults = Vec::new();
    walk(tokens, &mut faults);
    Ok(faults)
}

/// A comment is a row of `#[doc = "…"]` or `#![doc = "…"]`, in macros too.
fn walk(tokens: TokenStream, faults: &mut Vec<String>) {
    let mut is_first = true;
    let mut is_attribute = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => is_attribute = true,
            TokenTree::Group(group) => {
                let doc = (is_attribute && group.delimiter() == Delimiter::Bracket)
                    .then(|| documentation(group.stream()))
                    .flatten();
                if let Some(line) = &doc {
                    if is_first && begins_with_pronoun(line) {
                        faults.push(line.clone());
                    }
                    is_first = false;
                } else {
                    is_first = true;
                    walk(group.stream(), faults);
                }
                is_attribute = false;
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {
                (is_first, is_attribute) = (true, false);
            }
        }
    }
}

/// The line of a `doc` attribute.
fn documentation(attribute: TokenStream) -> Option<String> {
    let mut tokens = attribute.into_iter();
    let (name, _, literal) = (tokens.next()?, tokens.next()?, tokens.next()?);
    let line = literal.to_string();
    (name.to_string() == "doc").then(|| line.trim_matches(['"', 'r', '#']).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn only_first_lines_of_comments_are_asked() {
        let text = "//! What it is.\n\n/// Good.\n/// It goes.\nfn a() {}\nm! { struct B { /// Its name.\n name: u8 } }\n// What\n";
        let found = faults(text).expect("it parses");
        assert_eq!(found, ["What it is.", "Its name."]);
    }
}
