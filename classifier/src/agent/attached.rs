// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Loads and attaches the programs: the step that needs privileges.

use std::sync::{Arc, Mutex};

use tracing::{Level, enabled};

use super::AgentError;
use crate::{
    clock,
    config::Assignment,
    configuration::Configuration,
    datapath::{
        Datapath,
        messages::{self, Messages},
    },
    ftp::{FtpRuntime, Lifetimes},
    hotplug::{Live, Times},
    interfaces::{self, Selection, Watch},
    metrics::{LearnTimes, MetricsError},
    policy::{Compiled, RuleRows},
};

/// The attached programs with their counters. Dropping this detaches them, unless they are pinned.
pub struct Attached {
    pub(super) source: Arc<Live>,
    pub(super) ftp: Arc<Mutex<FtpRuntime>>,
    pub(super) learn_times: LearnTimes,
    pub(super) assignment: Assignment,
    pub(super) rows: RuleRows,
    /// True if pinned programs of a previous agent continue. Their ports and settings stay unchanged until
    /// nothing can fail any more: see [`Live::continue_with`].
    pub(super) continues: bool,
    /// Debug messages of the programs, if they are logged.
    pub(super) messages: Option<Messages>,
    /// Opened before the interfaces were listed, so that no change in between is missed.
    pub(super) watch: Watch,
}

impl Attached {
    /// Lists the interfaces, and attaches programs to the selected ones.
    ///
    /// # Errors
    ///
    /// When a named interface does not exist, the kernel refuses a map, a program or an interface, or pins
    /// cannot be taken over.
    pub async fn new(configuration: &Configuration) -> Result<Self, AgentError> {
        let settings = &configuration.settings;
        let watch = Watch::open(interfaces::ROOM)?;
        let links = interfaces::list().await?;
        interfaces::select(&links, &Selection::from(settings))?;
        let debug = enabled!(target: messages::TARGET, Level::DEBUG);
        let (mut datapath, tracking) =
            Datapath::load_into(settings.pin_dir.as_deref(), debug, &settings.ftp, &settings.evidence)?;
        let continues = datapath.continues();
        let (assignment, rows) = set_rows(&mut datapath, configuration)?;
        datapath.avoid_native(settings.xdp_avoid.clone());
        let messages = debug.then(|| datapath.messages()).transpose()?;
        let learn_times = LearnTimes::new(tracking.shared_agent_counters()).map_err(MetricsError::from)?;
        let ftp = FtpRuntime::new(tracking, Lifetimes::new(settings.ftp.endpoint_ttl), learn_times.clone());
        let ftp = Arc::new(Mutex::new(ftp));
        let source = Live::start(datapath, Arc::clone(&ftp), links, settings, Times::default())?;
        if continues {
            // Names are only added, and must exist before their ports. The sandbox may not permit to pin them
            // later.
            source.keep_rows(&assignment)?;
        }
        Ok(Self { source: Arc::new(source), ftp, learn_times, assignment, rows, continues, messages, watch })
    }
}

/// Assigns rows to the configured protocols and the policy's rules, and applies them to the programs. Ports
/// that pinned programs use stay unchanged: see [`Live::continue_with`].
fn set_rows(
    datapath: &mut Datapath,
    Configuration { settings, policy }: &Configuration,
) -> Result<(Assignment, RuleRows), AgentError> {
    let assignment = Assignment::of_rows(&datapath.rows()?)?.adopt(&settings.names)?;
    if !datapath.continues() {
        datapath.keep_rows(&assignment.to_rows())?;
        datapath.set_ports(&assignment.place(&settings.names, &settings.ports));
    }
    let rows = RuleRows::of_names(&datapath.rules()?)?.adopt(policy.as_ref())?;
    if let Some(policy) = policy {
        datapath.keep_rules(&rows.to_names())?;
        datapath.evaluate_policy(&Compiled::new(policy, &rows, assignment.names(), clock::now()))?;
    }
    Ok((assignment, rows))
}
