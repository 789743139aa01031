//! The one file that knows every room: starts them, joins them, ends them.

use std::{
    io,
    net::TcpListener,
    sync::{Arc, Mutex},
};

use thiserror::Error;
use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tracing::{Level, debug, enabled, error, info, warn};

use crate::{
    config::{Assignment, BadRows, KeptCapabilities, NoRow, Settings, Sources},
    counters::Source as _,
    datapath::{self, Datapath, DatapathError, OBJECT, messages, preflight},
    ftp::{self, Lifetimes, Room},
    history::{self, History},
    hotplug::{self, Live, Times},
    http::{self, BindError, Endpoints, Limits, Site},
    interfaces::{self, InterfaceError, Watch},
    memory,
    metrics::{Exporter, LearnTimes, MetricsError},
    reload::{Hangups, Reloader},
    sandbox::{self, Reach, SandboxError, User},
    service,
    shadow::{BadRuleRows, Compiled, NoRuleRow, RuleRows},
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
    /// See [`NoRow`].
    #[error(transparent)]
    NoRow(#[from] NoRow),
    /// See [`BadRows`].
    #[error(transparent)]
    BadRows(#[from] BadRows),
    /// See [`NoRuleRow`].
    #[error(transparent)]
    NoRuleRow(#[from] NoRuleRow),
    /// See [`BadRuleRows`].
    #[error(transparent)]
    BadRuleRows(#[from] BadRuleRows),
    /// See [`SandboxError`].
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Runs until SIGINT or SIGTERM; what was attached is then detached, or where it is pinned counts on.
///
/// # Errors
///
/// When something that was asked for cannot be had; nothing is left attached then.
pub fn run(sources: Sources, settings: Settings) -> Result<(), AgentError> {
    memory::share();
    let start = |what| move |cause| AgentError::Start { what, cause };
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().map_err(start("the runtime"))?;
    runtime.block_on(async {
        let end = Shutdown::listen().map_err(start("signal handlers"))?;
        let hangups = Hangups::listen().map_err(start("signal handlers"))?;
        let web = settings.web_config.as_deref().map(Web::load).transpose()?;
        let user = settings.privileges.user.as_deref().map(User::named).transpose()?;
        let listeners = http::bind(&settings.listen)?;
        preflight()?;
        let watch = Watch::open(interfaces::ROOM)?;
        let links = interfaces::list().await?;
        interfaces::select(&links, &settings.interfaces)?;
        let debug = enabled!(target: messages::TARGET, Level::DEBUG);
        let (mut datapath, tracking) =
            Datapath::load_into(settings.pin_dir.as_deref(), debug, &settings.ftp, &settings.evidence)?;
        let assignment = Assignment::of_rows(&datapath.rows()?)?.adopt(&settings.names)?;
        datapath.keep_rows(&assignment.to_rows())?;
        datapath.set_ports(&assignment.place(&settings.names, &settings.ports));
        let rows = RuleRows::of_names(&datapath.rules()?)?.adopt(settings.rules.as_ref())?;
        if let Some(policy) = &settings.rules {
            datapath.keep_rules(&rows.to_names())?;
            datapath.try_policy(&Compiled::new(policy, &rows, assignment.names(), datapath::now()))?;
        }
        datapath.avoid_native(settings.xdp_avoid.clone());
        if debug {
            let messages = datapath.messages()?;
            tokio::spawn(async {
                let error = messages.relay().await;
                error!(%error, "the kernel's debug messages are no longer read");
            });
        }
        let times = LearnTimes::new(tracking.shared_own()).map_err(MetricsError::from)?;
        let room = Room::new(tracking, Lifetimes::new(settings.ftp.endpoint_ttl), times.clone());
        let room = Arc::new(Mutex::new(room));
        let source = Live::start(datapath, Arc::clone(&room), links, &settings, Times::default())?;
        let source = Arc::new(source);
        let live = Arc::clone(&source);
        tokio::spawn(async {
            let error = hotplug::follow(live, watch).await;
            error!(%error, "interfaces are no longer followed");
        });
        let history = Arc::new(History::default());
        let (counters, past) = (Arc::clone(&source) as _, Arc::clone(&history));
        tokio::spawn(async {
            let error = history::follow(counters, past, History::PERIOD).await;
            error!(%error, "the page's charts end here: the system does not wait");
        });
        tokio::spawn(async {
            let error = ftp::watch(room).await;
            error!(%error, "FTP data ports are no longer looked after: the system does not wait for events");
        });
        let readiness = source.readiness();
        let exporter = Exporter::new(Arc::clone(&source) as _, assignment.names(), &times)?;
        exporter.set_policy(settings.rules.as_ref(), &rows);
        memory::give_back();
        memory::leave(OBJECT);
        memory::leave_binary();
        if settings.privileges.capabilities == KeptCapabilities::None && !settings.names_interfaces() {
            warn!("interfaces that appear later will not be attached: --capabilities none keeps nothing to attach with");
        }
        if let (Some(folder), Some(user)) = (&settings.pin_dir, &user) {
            datapath::give_to(folder, user.ids()).map_err(DatapathError::from)?;
        }
        let files = web.as_ref().map(Web::files).into_iter().flatten().chain(sources.file.clone());
        let files = files.chain(settings.policy.clone());
        let reach = Reach { readable: files.collect(), writable: settings.pin_dir.iter().cloned().collect() };
        exporter.agent().sandboxed(&sandbox::enter(&settings.privileges, user.as_ref(), &reach)?);
        announce(&listeners);
        let exporter = Arc::new(exporter);
        let mut endpoints = Endpoints::new(Arc::clone(&exporter), settings.telemetry_path.clone()).remembering(history);
        let (enable_reload, pin_dir) = (settings.enable_reload, settings.pin_dir.clone());
        let reloader = Arc::new(Reloader::new(sources, source, exporter, settings, assignment, rows));
        tokio::spawn(hangups.follow(Arc::clone(&reloader)));
        if enable_reload {
            endpoints = endpoints.reloading(reloader);
        }
        let site = Arc::new(Site::new(endpoints, web));
        service::serves(&readiness);
        tokio::spawn(service::live());
        let served = http::serve(listeners, site, Limits::default(), async {
            end.wait().await;
            service::stops();
        });
        served.await.map_err(start("the HTTP server"))?;
        if let Some(folder) = pin_dir {
            let folder = folder.display();
            info!(%folder, "ended, the kernel goes on counting; `classifier detach` ends that");
        } else {
            info!("ended, everything is detached");
        }
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
