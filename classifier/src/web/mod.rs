//! The web configuration: who may speak to the HTTP server, and how.
//!
//! The file is that of Prometheus' exporter-toolkit. It is looked at for every connection and request, and read
//! again when it, or a file that it names, has changed: nothing ticks. What does not check changes nothing.
//!
//! | file | what |
//! | --- | --- |
//! | `current.rs`, `inputs.rs` | what applies now; which files that came from, and whether they have changed |
//! | `yaml.rs` | the file as a tree that knows its lines and columns |
//! | `document/`, `document.rs` | the keys of the file; everything that can be wrong with one key alone |
//! | `protection.rs` | from the document to what applies |
//! | `tls/` | certificates, versions, suites, and what is asked of clients' certificates, in rustls' terms |
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
mod refusal;
mod tls;
mod users;
mod verdicts;
mod yaml;

pub use self::{
    bucket::Bucket,
    credentials::Credentials,
    current::{Reading, Web},
    error::WebError,
    protection::Protection,
    users::Users,
};
