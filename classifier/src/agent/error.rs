// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors that end the agent, or prevent its start.

use std::io;

use thiserror::Error;

use crate::{
    config::{BadRows, NoRow},
    datapath::DatapathError,
    http::BindError,
    interfaces::InterfaceError,
    metrics::MetricsError,
    policy::{BadRuleRows, NoRuleRow},
    sandbox::SandboxError,
    web::WebError,
};

/// Reason why the agent cannot start, or cannot continue.
#[derive(Debug, Error)]
pub enum AgentError {
    /// The operating system refuses a basic resource.
    #[error("cannot start {what}: {cause}; see `ulimit -a` and the sandbox of the service")]
    Start {
        /// Name of the resource.
        what: &'static str,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// A listening socket cannot be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The interfaces cannot be listed or selected.
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// The kernel side cannot be set up.
    #[error(transparent)]
    Datapath(#[from] DatapathError),
    /// The metrics cannot be set up.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The web configuration cannot be used.
    #[error(transparent)]
    Web(#[from] WebError),
    /// No counter row is left for a configured protocol.
    #[error(transparent)]
    NoRow(#[from] NoRow),
    /// The pinned rows of protocols are invalid.
    #[error(transparent)]
    BadRows(#[from] BadRows),
    /// No counter row is left for a rule.
    #[error(transparent)]
    NoRuleRow(#[from] NoRuleRow),
    /// The pinned rows of rules are invalid.
    #[error(transparent)]
    BadRuleRows(#[from] BadRuleRows),
    /// The sandbox cannot be entered.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl AgentError {
    /// Maps an I/O error of this resource to an [`AgentError`].
    pub(super) fn start(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Start { what, cause }
    }
}
