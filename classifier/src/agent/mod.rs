// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The agent: the one module that knows all others. It starts in steps, each with an error of its own kind,
//! and a later failure releases the resources of all earlier steps.
//!
//! | step | what | needs |
//! | --- | --- | --- |
//! | [`Prepared::new`] | opens files and sockets | no privilege |
//! | [`preflight`](crate::datapath::preflight) | asks whether the kernel and the privileges suffice | |
//! | [`Attached::new`] | lists the interfaces, loads the programs and attaches them | privileges |
//! | [`Agent::new`] | starts the background tasks, gives up what is no longer needed, continues by the settings | |
//! | [`Agent::serve`] | serves until the end | |

mod attached;
mod error;
mod prepared;
mod running;
mod signals;
mod tasks;

use tokio::runtime;

use self::signals::Shutdown;
pub use self::{attached::Attached, error::AgentError, prepared::Prepared, running::Agent};
use crate::{
    configuration::{Configuration, ConfigurationSources},
    datapath::preflight,
    descriptors, memory, service, telemetry,
};

/// Runs until SIGINT or SIGTERM; then detaches everything, or leaves pinned programs counting.
///
/// # Errors
///
/// When a requested resource is unavailable. Nothing is left attached then.
pub fn run(sources: ConfigurationSources, configuration: Configuration) -> Result<(), AgentError> {
    memory::share();
    telemetry::never_wait();
    descriptors::raise_limit();
    service::connect();
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(AgentError::start("the runtime"))?.block_on(async {
        let end = Shutdown::listen().map_err(AgentError::start("signal handlers"))?;
        start(sources, configuration).await?.serve(end.wait()).await
    })
}

/// Takes all steps except the last.
///
/// # Errors
///
/// The errors of the steps.
pub async fn start(sources: ConfigurationSources, configuration: Configuration) -> Result<Agent, AgentError> {
    let prepared = Prepared::new(&configuration.settings)?;
    preflight()?;
    let attached = Attached::new(&configuration).await?;
    Agent::new(sources, configuration, prepared, attached)
}
