//! Certificates and keys in PEM, from a file of their own or within the configuration.

use std::path::{Path, PathBuf};

use rustls::pki_types::pem::Error;

use crate::web::{
    document::{At, Source, TlsServer},
    inputs::Inputs,
    refusal::Refusal,
};

/// Where the files are.
pub(super) struct Files<'a> {
    /// Names are relative to it.
    pub folder: &'a Path,
    pub inputs: &'a mut Inputs,
}

/// One PEM text, and what to say where something is wrong with it.
pub(super) struct Pem<'a> {
    pub bytes: Vec<u8>,
    value: &'a At<String>,
    file: Option<PathBuf>,
}

impl Files<'_> {
    /// The text that must be there.
    pub(super) fn required<'a>(&mut self, table: &TlsServer, source: &'a Source) -> Result<Pem<'a>, Refusal> {
        let [inline, file] = source.keys;
        let missing = || {
            Refusal::new(&table.key, table.place, format!("neither {file} nor {inline} is there; add one"))
        };
        self.optional(source)?.ok_or_else(missing)
    }

    /// The text; `None` where there is none.
    pub(super) fn optional<'a>(&mut self, source: &'a Source) -> Result<Option<Pem<'a>>, Refusal> {
        match (&source.inline, &source.file) {
            (None, None) => Ok(None),
            (Some(_), Some(file)) => {
                Err(file.refusal(format!("{} is there too; leave one out", source.keys[0])))
            }
            (Some(value), None) => {
                Ok(Some(Pem { bytes: value.value.clone().into_bytes(), value, file: None }))
            }
            (None, Some(value)) => {
                let path = self.folder.join(&value.value);
                let bytes = self.inputs.read(&path).map_err(|cause| {
                    let path = path.display();
                    value.refusal(format!("cannot read {path}: {cause}; name a file that the agent can read"))
                })?;
                Ok(Some(Pem { bytes, value, file: Some(path) }))
            }
        }
    }
}

impl Pem<'_> {
    /// That something is wrong with it.
    pub(super) fn refusal(&self, what: &str) -> Refusal {
        let file = self.file.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default();
        self.value.refusal(format!("{file}{what}"))
    }
}

/// What is wrong with a text that should be PEM.
pub(super) const fn words(error: &Error) -> &'static str {
    match error {
        Error::MissingSectionEnd { .. } => "a section has no end",
        Error::Base64Decode(_) => "a section is no base64",
        Error::NoItemsFound => "there is none",
        Error::IllegalSectionStart { .. } | Error::Io(_) | _ => "a section begins as none does",
    }
}
