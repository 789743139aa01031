//! What a web configuration comes to.

use std::{path::Path, sync::Arc};

use hyper::HeaderMap;
use rustls::ServerConfig;

use super::{
    Bucket, Users, WebError,
    document::{self, Document},
    inputs::Inputs,
    refusal::Refusal,
    tls,
};

/// What applies to connections and requests.
#[derive(Debug, Default)]
pub struct Protection {
    /// How connections are encrypted; `None`: they are not.
    pub tls: Option<Arc<ServerConfig>>,
    /// Who may ask; `None`: everybody.
    pub users: Option<Arc<Users>>,
    /// How often may be asked; `None`: as often as can be answered.
    pub limit: Option<Arc<Bucket>>,
    /// What every answer has, whatever the endpoint says.
    pub headers: HeaderMap,
}

impl Protection {
    /// Reads a file and what it names.
    pub(super) fn read(path: &Path, inputs: &mut Inputs) -> Result<Self, WebError> {
        let bytes = inputs.read(path).map_err(|cause| WebError::Read { path: path.to_owned(), cause })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let found = text(&bytes).and_then(|text| Self::of(document::parse(text)?, folder, inputs));
        found.map_err(|refusal| refusal.in_file(path))
    }

    fn of(document: Document, folder: &Path, inputs: &mut Inputs) -> Result<Self, Refusal> {
        Ok(Self {
            tls: document.tls.map(|table| tls::server(&table, folder, inputs)).transpose()?,
            users: Users::new(document.users).map(Arc::new),
            limit: document.limit.map(Arc::new),
            headers: document.headers,
        })
    }

    /// The same in the place of what applies until now: it may not take away what keeps strangers out, as half
    /// of a file that is being written would; a rate limit that stays the same keeps its count.
    pub(super) fn in_place_of(mut self, before: &Self, path: &Path) -> Result<Self, WebError> {
        let lost = [
            ("tls_server_config", before.tls.is_some() && self.tls.is_none()),
            ("basic_auth_users", before.users.is_some() && self.users.is_none()),
        ];
        if let Some((key, _)) = lost.iter().find(|(_, lost)| *lost) {
            return Err(WebError::Unprotected { path: path.to_owned(), key });
        }
        if self.limit == before.limit {
            self.limit.clone_from(&before.limit);
        }
        Ok(self)
    }
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes)
        .map_err(|error| Refusal::not_utf8(&String::from_utf8_lossy(&bytes[..error.valid_up_to()])))
}
