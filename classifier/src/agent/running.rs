// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Serves what is attached: the last steps.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use tracing::{info, warn};

use super::{AgentError, Attached, Prepared, tasks};
use crate::{
    config::KeptCapabilities,
    configuration::{Configuration, ConfigurationSources},
    datapath::{self, DatapathError, OBJECT},
    history::History,
    http::{self, Endpoints, Limits, Site},
    memory,
    metrics::Exporter,
    reload::Reloader,
    sandbox::{self, Reach},
    service,
    supervisor::{Pauses, Supervisor},
};

/// A running agent that serves no requests yet.
pub struct Agent {
    addresses: Vec<SocketAddr>,
    listeners: Vec<TcpListener>,
    site: Arc<Site>,
    exporter: Arc<Exporter>,
    pin_dir: Option<PathBuf>,
}

impl Agent {
    /// Starts the background tasks, gives up what is no longer needed, and applies the settings.
    ///
    /// # Errors
    ///
    /// When there is no `/proc`, the pin directory cannot be given to the user, or the sandbox is refused.
    pub fn new(
        sources: ConfigurationSources,
        configuration: Configuration,
        prepared: Prepared,
        attached: Attached,
    ) -> Result<Self, AgentError> {
        let (addresses, web_files) = (prepared.addresses(), prepared.web_files());
        let Prepared { hangups, web, user, listeners } = prepared;
        let Attached { source, ftp, learn_times, assignment, rows, continues, messages, watch } = attached;
        let Configuration { settings, policy } = &configuration;
        let supervisor = Supervisor::new(Pauses::default());
        if let Some(messages) = messages {
            tasks::relay(&supervisor, messages);
        }
        tasks::follow_interfaces(&supervisor, &source, watch);
        let history = Arc::new(History::default());
        tasks::remember(&supervisor, &source, &history);
        tasks::follow_ftp(&supervisor, ftp);
        let exporter = Exporter::new(Arc::clone(&source) as _, assignment.names(), &learn_times)?;
        exporter.agent().supervised(&supervisor);
        exporter.set_policy(policy.as_ref(), &rows);
        memory::give_back();
        memory::leave(OBJECT);
        memory::leave_binary();
        if settings.privileges.capabilities == KeptCapabilities::None && !settings.names_interfaces() {
            warn!(
                "interfaces that appear later will not be attached: --capabilities none gives up the capabilities \
                 for it"
            );
        }
        if let (Some(folder), Some(user)) = (&settings.pin_dir, &user) {
            datapath::give_to(folder, user.ids()).map_err(DatapathError::from)?;
        }
        let readable = web_files.into_iter().chain(sources.file.clone()).chain(settings.policy.clone());
        let reach =
            Reach { readable: readable.collect(), writable: settings.pin_dir.iter().cloned().collect() };
        exporter.agent().sandboxed(&sandbox::enter(&settings.privileges, user.as_ref(), &reach)?);
        source.look_as_allowed();
        // Nothing can fail any more: pinned programs continue with these settings.
        if continues {
            source.continue_with(settings, &assignment);
        }
        let exporter = Arc::new(exporter);
        let mut endpoints = Endpoints::new(Arc::clone(&exporter), settings.telemetry_path.clone())
            .remembering(history)
            .continuing(continues);
        let (enable_reload, pin_dir) = (settings.enable_reload, settings.pin_dir.clone());
        let reloader = Reloader::new(sources, source, Arc::clone(&exporter), configuration, assignment, rows);
        let reloader = Arc::new(reloader);
        tasks::reload_at_hangups(&supervisor, hangups, &reloader);
        if enable_reload {
            endpoints = endpoints.reloading(reloader);
        }
        tasks::live(&supervisor);
        let site = Arc::new(Site::new(endpoints, web));
        Ok(Self { addresses, listeners, site, exporter, pin_dir })
    }

    /// Returns the listening addresses.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves until `end`.
    ///
    /// # Errors
    ///
    /// When the server cannot start.
    pub async fn serve(self, end: impl Future<Output = ()>) -> Result<(), AgentError> {
        for address in &self.addresses {
            info!(%address, "serving metrics");
        }
        service::serves(&self.exporter.readiness());
        let served = http::serve(self.listeners, self.site, Limits::default(), async {
            end.await;
            service::stops();
        });
        served.await.map_err(AgentError::start("the HTTP server"))?;
        if let Some(folder) = self.pin_dir {
            let folder = folder.display();
            info!(%folder, "ended; pinned programs continue to count until `classifier detach`");
        } else {
            info!("ended, everything is detached");
        }
        Ok(())
    }
}
