//! The configuration file: one layer of settings, refused whole if anything in it is wrong.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::de::{DeTable, Deserializer};

mod claims;
mod document;
mod endpoint_ttl;
mod error;
mod evidence_table;
mod ftp_table;
pub(crate) mod list;
mod owner;
mod place;
pub(crate) mod refusal;
pub(crate) mod whole;

use self::{document::Document, refusal::Refusal};
pub use self::{
    error::{FileError, Purpose},
    place::Place,
};
use super::Layer;

/// Bytes that a file may have: what is longer was not meant.
const BYTES_MAX: usize = 1 << 20;

/// What a configuration file says.
pub(super) fn read(path: &Path) -> Result<Layer, FileError> {
    let layer = read_as(Purpose::Configuration, path, parse)?;
    // What the file names is found beside it.
    let beside = |named: PathBuf| match path.parent() {
        Some(folder) if !named.as_os_str().is_empty() => folder.join(named),
        Some(_) | None => named,
    };
    let (web_config, policy) = (layer.web_config.map(beside), layer.policy.map(beside));
    Ok(Layer { web_config, policy, ..layer })
}

/// What a file says to whoever understands it.
pub(crate) fn read_as<T>(
    purpose: Purpose,
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, Refusal>,
) -> Result<T, FileError> {
    let bytes = contents(path).map_err(|cause| FileError::Read { purpose, path: path.to_owned(), cause })?;
    if bytes.len() > BYTES_MAX {
        return Err(FileError::TooLong { purpose, path: path.to_owned() });
    }
    let (text, rest) = split_at_garbage(&bytes);
    let said = if rest { Err(Refusal::not_utf8(text.len())) } else { parse(text) };
    said.map_err(|refusal| FileError::Refused {
        path: path.to_owned(),
        place: Place::of(text, refusal.at),
        complaint: refusal.complaint(text),
    })
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text up to the first byte that is not UTF-8, and whether there is one.
fn split_at_garbage(bytes: &[u8]) -> (&str, bool) {
    match bytes.utf8_chunks().next() {
        Some(chunk) => (chunk.valid(), !chunk.invalid().is_empty()),
        None => ("", false),
    }
}

fn parse(text: &str) -> Result<Layer, Refusal> {
    document::<Document>(text)?.layer()
}

/// A text by the keys of a document.
pub(crate) fn document<'t, D: Deserialize<'t>>(text: &'t str) -> Result<D, Refusal> {
    let table = DeTable::parse(text).map_err(|error| Refusal::syntax(&error))?;
    D::deserialize(Deserializer::from(table)).map_err(|error| Refusal::of(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_cut_or_damaged_is_refused_and_nothing_panics() {
        let whole = "listen = [\":80\"]\n[[port]]\nprotocol = \"a\"\ntransport = \"udp\"\nports = [1]\n\
                     [ftp]\nendpoint_ttl = \"1m\"\nmax_sessions = 1\n";
        assert!(parse(whole).is_ok());
        for length in 0..whole.len() {
            for replacement in ["", "\"", "[", "=", "\n", "0", "ü"] {
                let damaged = format!("{}{replacement}{}", &whole[..length], &whole[length + 1..]);
                for text in [&whole[..length], &damaged] {
                    if let Err(refusal) = parse(text) {
                        let complaint = refusal.complaint(text);
                        assert!(!complaint.contains('\n') && refusal.at <= text.len(), "{complaint}");
                    }
                }
            }
        }
    }
}
