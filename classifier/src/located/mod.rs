// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Files of settings, parsed into trees whose values know their position.
//!
//! | file | what |
//! | --- | --- |
//! | `file.rs` | reads a regular file of limited length, in UTF-8 |
//! | `toml.rs`, `yaml.rs` | the two syntaxes, each parsed into the same tree |
//! | `tree.rs` | the tree |
//! | `value.rs`, `table.rs` | reads typed values from the tree, by key |
//! | `refusal.rs`, `error.rs` | errors: in a text, then in a file, with line and column |

mod error;
mod file;
mod place;
mod refusal;
mod table;
pub(crate) mod toml;
mod tree;
mod value;
pub(crate) mod yaml;

pub use self::{
    error::{FileError, Purpose},
    place::Place,
};
pub(crate) use self::{
    file::{bytes, read, understand},
    refusal::Refusal,
    table::Table,
    tree::Node,
    value::{Located, Pair},
};
