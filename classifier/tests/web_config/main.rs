// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The web configuration without root: the cases of Prometheus' exporter-toolkit, and this server's own.

mod authority;
mod bounds;
mod client_certificates;
mod encryption;
mod headers;
#[path = "../agent/made_up.rs"]
mod made_up;
mod rate_limit;
mod refusals;
mod reload;
mod scene;
#[expect(dead_code, reason = "other tests ask the server for more")]
#[path = "../agent/served.rs"]
mod served;
mod tls_client;
#[cfg(feature = "top")]
mod top;
mod users;
