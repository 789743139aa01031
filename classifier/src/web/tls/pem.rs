// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads certificates and keys in PEM, from a file of their own or within the configuration.

use std::path::{Path, PathBuf};

use rustls::pki_types::pem::Error;

use crate::{
    located::{Located, Refusal},
    web::{
        document::{Source, TlsServer},
        inputs::Inputs,
    },
};

/// Reader of the files.
pub(super) struct Files<'a> {
    /// Directory of relative paths.
    pub folder: &'a Path,
    pub inputs: &'a mut Inputs,
}

/// A PEM text, with its name for errors.
pub(super) struct Pem<'a> {
    pub bytes: Vec<u8>,
    value: &'a Located<String>,
    file: Option<PathBuf>,
}

impl Files<'_> {
    /// Reads a required text.
    pub(super) fn required<'a>(&mut self, table: &TlsServer, source: &'a Source) -> Result<Pem<'a>, Refusal> {
        let [inline, file] = source.keys;
        let missing = || table.place.refusal(format!("neither {file} nor {inline} is given; add one"));
        self.optional(source)?.ok_or_else(missing)
    }

    /// Reads an optional text.
    pub(super) fn optional<'a>(&mut self, source: &'a Source) -> Result<Option<Pem<'a>>, Refusal> {
        match (&source.inline, &source.file) {
            (None, None) => Ok(None),
            (Some(_), Some(file)) => {
                Err(file.refusal(format!("{} is given too; leave one out", source.keys[0])))
            }
            (Some(value), None) => {
                Ok(Some(Pem { bytes: value.value.clone().into_bytes(), value, file: None }))
            }
            (None, Some(value)) => {
                let path = self.folder.join(&value.value);
                let bytes = self.inputs.read(&path).map_err(|cause| {
                    let path = path.display();
                    value.refusal(format!("cannot read {path}: {cause}; give a file that the agent can read"))
                })?;
                Ok(Some(Pem { bytes, value, file: Some(path) }))
            }
        }
    }
}

impl Pem<'_> {
    /// Creates an error about the text.
    pub(super) fn refusal(&self, what: &str) -> Refusal {
        let file = self.file.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default();
        self.value.refusal(format!("{file}{what}"))
    }
}

/// Describes an error of a text that should be PEM.
pub(super) const fn words(error: &Error) -> &'static str {
    match error {
        Error::MissingSectionEnd { .. } => "a section has no end",
        Error::Base64Decode(_) => "a section is not base64",
        Error::NoItemsFound => "there is none",
        Error::IllegalSectionStart { .. } | Error::Io(_) | _ => "a section has an unknown header",
    }
}
