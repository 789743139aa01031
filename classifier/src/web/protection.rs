// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts a web configuration to the settings in force.

use std::{path::Path, sync::Arc};

use hyper::HeaderMap;
use rustls::ServerConfig;

use super::{
    Bucket, Users, WebError,
    document::{self, Document},
    inputs::Inputs,
    tls,
};
use crate::located::{self, FileError, Purpose, Refusal};

/// Settings in force for connections and requests.
#[derive(Debug, Default)]
pub struct Protection {
    /// TLS of connections; `None` for plain HTTP.
    pub tls: Option<Arc<ServerConfig>>,
    /// Users who are admitted; `None` for everybody.
    pub users: Option<Arc<Users>>,
    /// Rate limit of requests; `None` for none.
    pub limit: Option<Arc<Bucket>>,
    /// Headers of every answer.
    pub headers: HeaderMap,
}

impl Protection {
    /// Reads a file and the files that it names.
    pub(super) fn read(path: &Path, inputs: &mut Inputs) -> Result<Self, WebError> {
        let bytes = inputs.read(path).map_err(|cause| {
            let path = path.to_owned();
            FileError::Read { purpose: Purpose::Web, path, cause }
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Ok(located::understand(path, &bytes, |text| Self::of(document::parse(text)?, folder, inputs))?)
    }

    fn of(document: Document, folder: &Path, inputs: &mut Inputs) -> Result<Self, Refusal> {
        Ok(Self {
            tls: document.tls.map(|table| tls::server(&table, folder, inputs)).transpose()?,
            users: Users::new(document.users).map(Arc::new),
            limit: document.limit.map(Arc::new),
            headers: document.headers,
        })
    }

    /// Replaces the present settings. The new ones may not remove protection, as half of a file that is being
    /// written would. An unchanged rate limit keeps its level.
    pub(super) fn replacing(mut self, before: &Self, path: &Path) -> Result<Self, WebError> {
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
