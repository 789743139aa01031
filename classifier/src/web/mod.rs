// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The web configuration: TLS, authentication and limits of the HTTP server.
//!
//! The file is that of Prometheus' exporter-toolkit. Its metadata is checked for every connection and
//! request, without a timer. The file is read again when it, or a file that it names, has changed. An invalid
//! change has no effect.
//!
//! | file | what |
//! | --- | --- |
//! | `current.rs`, `inputs.rs` | the current configuration; its files, and their changes |
//! | `document/`, `document.rs` | the keys of the file; all errors of a single key |
//! | `protection.rs` | conversion of the document to the settings in force |
//! | `tls/` | certificates, versions, suites, and requirements for client certificates, in rustls' terms |
//! | `users.rs`, `gatekeeper.rs`, `verdicts.rs`, `credentials.rs` | basic authentication, and its cost |
//! | `bucket.rs` | the rate limit |

mod bucket;
mod credentials;
mod current;
mod document;
mod error;
mod gatekeeper;
mod inputs;
mod protection;
mod tls;
mod users;
mod verdicts;

pub use self::{
    bucket::Bucket,
    credentials::Credentials,
    current::{Reading, Web},
    error::WebError,
    protection::Protection,
    users::Users,
};
