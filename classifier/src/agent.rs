//! The one file that knows every room: starts them, joins them, ends them.

use std::{
    io,
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
};

use thiserror::Error;
use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tracing::{Level, debug, enabled, error, info, warn};

use crate::{
    config::{Pattern, Settings},
    counters::{InterfaceState, ReadError, Readiness, Snapshot, Source},
    datapath::{Attached, Datapath, DatapathError, OBJECT, messages, preflight},
    ftp::{self, Lifetimes, Room},
    http::{self, BindError, Endpoints, Limits, Site},
    interfaces::{self, Interface, InterfaceError},
    memory,
    metrics::{Exporter, LearnTimes, MetricsError},
    web::{Web, WebError},
};

/// The agent cannot start, or cannot go on.
#[derive(Debug, Error)]
pub enum AgentError {
    /// The operating system refuses something basic.
    #[error("cannot start {what}: {cause}; see `ulimit -a` and the service's sandbox")]
    Start {
        /// What.
        what: &'static str,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// See [`BindError`].
    #[error(transparent)]
    Bind(#[from] BindError),
    /// See [`InterfaceError`].
    #[error(transparent)]
    Interface(#[from] InterfaceError),
    /// See [`DatapathError`].
    #[error(transparent)]
    Datapath(#[from] DatapathError),
    /// See [`MetricsError`].
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// See [`WebError`].
    #[error(transparent)]
    Web(#[from] WebError),
}

/// Runs until SIGINT or SIGTERM; what was attached is then detached.
///
/// # Errors
///
/// When something that was asked for cannot be had; nothing is left attached then.
pub fn run(settings: &Settings) -> Result<(), AgentError> {
    memory::share();
    let start = |what| move |cause| AgentError::Start { what, cause };
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().map_err(start("the runtime"))?;
    runtime.block_on(async {
        let end = Shutdown::listen().map_err(start("signal handlers"))?;
        let web = settings.web_config.as_deref().map(Web::load).transpose()?;
        let listeners = http::bind(&settings.listen)?;
        preflight()?;
        let wanted = interfaces::select(&interfaces::list().await?, &settings.interfaces)?;
        let debug = enabled!(target: messages::TARGET, Level::DEBUG);
        let (mut datapath, tracking) = Datapath::load(debug, &settings.ftp)?;
        datapath.set_ports(&settings.ports);
        if debug {
            let messages = datapath.messages()?;
            tokio::spawn(async {
                let error = messages.relay().await;
                error!(%error, "the kernel's debug messages are no longer read");
            });
        }
        let times = LearnTimes::new().map_err(MetricsError::from)?;
        let room = Room::new(tracking, Lifetimes::new(settings.ftp.endpoint_ttl), times.clone());
        let room = Arc::new(Mutex::new(room));
        let source = Arc::new(Live::attach(datapath, Arc::clone(&room), wanted, settings)?);
        tokio::spawn(async {
            let error = ftp::watch(room).await;
            error!(%error, "FTP data ports are no longer looked after: the system does not wait for events");
        });
        let exporter = Exporter::new(source, &settings.names, &times)?;
        memory::give_back();
        memory::leave(OBJECT);
        announce(&listeners);
        let endpoints = Endpoints::new(exporter, settings.telemetry_path.clone());
        let site = Arc::new(Site::new(endpoints, web));
        let served = http::serve(listeners, site, Limits::default(), end.wait());
        served.await.map_err(start("the HTTP server"))?;
        info!("ended, everything is detached");
        Ok(())
    })
}

fn announce(listeners: &[TcpListener]) {
    for address in listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
        info!(%address, "serving metrics");
    }
}

/// The signals that end the agent.
struct Shutdown {
    interrupt: Signal,
    terminate: Signal,
}

impl Shutdown {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => debug!("SIGINT"),
            _ = self.terminate.recv() => debug!("SIGTERM"),
        }
    }
}

/// The attached interfaces, as scrapes see them.
struct Live {
    datapath: Mutex<Datapath>,
    ftp: Arc<Mutex<Room>>,
    attached: Vec<Attached>,
    refused: Vec<(Interface, DatapathError)>,
}

impl Live {
    /// Attaches the wanted interfaces. One that was named must work, and so must one at least.
    fn attach(
        mut datapath: Datapath,
        ftp: Arc<Mutex<Room>>,
        wanted: Vec<Interface>,
        settings: &Settings,
    ) -> Result<Self, DatapathError> {
        let (mut attached, mut refused) = (Vec::new(), Vec::new());
        datapath.prepare(&wanted, settings.xdp_mode, settings.egress);
        for interface in wanted {
            let named = is_named(&interface, &settings.interfaces);
            match datapath.attach(interface.clone(), settings.xdp_mode, settings.egress) {
                Ok(one) => {
                    let hooks = &one.hooks;
                    info!(interface = interface.name, hooks.ingress, hooks.egress, hooks.why, "attached");
                    attached.push(one);
                }
                Err(error) if named => return Err(error),
                Err(error) => {
                    warn!(interface = interface.name, %error, "not attached");
                    refused.push((interface, error));
                }
            }
        }
        if attached.is_empty()
            && let Some((_, error)) = refused.pop()
        {
            return Err(error);
        }
        Ok(Self { datapath: Mutex::new(datapath), ftp, attached, refused })
    }
}

fn is_named(interface: &Interface, patterns: &[Pattern]) -> bool {
    patterns.iter().any(|pattern| matches!(pattern, Pattern::Plain(name) if *name == interface.name))
}

impl Source for Live {
    fn snapshot(&self) -> Result<Snapshot, ReadError> {
        // A panic while reading leaves nothing half-written.
        let ftp = self.ftp.lock().unwrap_or_else(PoisonError::into_inner).snapshot()?;
        self.datapath.lock().unwrap_or_else(PoisonError::into_inner).snapshot(&self.attached, [], ftp)
    }

    fn readiness(&self) -> Readiness {
        let state = |one: &Attached| InterfaceState {
            name: one.interface.name.clone(),
            ingress: one.hooks.ingress,
            egress: one.hooks.egress,
            why: one.hooks.why.clone(),
        };
        Readiness {
            ready: self.refused.is_empty(),
            interfaces: self.attached.iter().map(state).collect(),
            reasons: self.refused.iter().map(|(_, error)| error.to_string()).collect(),
        }
    }
}
