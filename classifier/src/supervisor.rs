// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Supervises background tasks that run as long as the process: none ends unnoticed.
//!
//! A task that ends, by an error or a panic, is logged, makes the agent not ready, and is started again after
//! a pause that doubles with each failure.

use std::{
    fmt::Display,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tracing::{error, info};

/// A background task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Reads the programs' debug messages.
    DebugMessages,
    /// Takes the events of the FTP tracking.
    Ftp,
    /// Keeps the page's history.
    History,
    /// Attaches and detaches as interfaces come and go.
    Interfaces,
    /// Reloads the configuration at SIGHUP.
    Reload,
    /// Tells the service manager that the agent is alive.
    Watchdog,
}

impl Task {
    /// All tasks, in the order of the variants.
    pub const ALL: [Self; 6] =
        [Self::DebugMessages, Self::Ftp, Self::History, Self::Interfaces, Self::Reload, Self::Watchdog];

    /// Returns the name of the task in labels and logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::DebugMessages => "debug_messages",
            Self::Ftp => "ftp",
            Self::History => "history",
            Self::Interfaces => "interfaces",
            Self::Reload => "reload",
            Self::Watchdog => "watchdog",
        }
    }

    /// Words the consequence while the task does not run.
    const fn lack(self) -> &'static str {
        match self {
            Self::DebugMessages => "the programs' debug messages are not read",
            Self::Ftp => {
                "FTP data ports that the kernel cannot learn alone are not learned, and none expires"
            }
            Self::History => "the page's charts do not continue",
            Self::Interfaces => "interfaces are not followed",
            Self::Reload => "SIGHUP does not reload the configuration",
            Self::Watchdog => "the watchdog of the service manager is not fed",
        }
    }
}

/// Pauses before a task is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Pause after the first failure, doubled after each further one.
    pub first: Duration,
    /// Longest pause. A task that ran for as long counts as working.
    pub longest: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_mins(1) }
    }
}

/// Starts and restarts background tasks.
#[derive(Debug, Default)]
pub struct Supervisor {
    pauses: Pauses,
    states: [State; Task::ALL.len()],
}

/// The state of a task.
#[derive(Debug, Default)]
struct State {
    restarts: AtomicU64,
    /// Reason why it does not run; `None` while it does.
    ended: Mutex<Option<String>>,
}

impl State {
    /// Sets the reason. A panic while it was locked leaves a reason or none.
    fn set(&self, ended: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner), ended)
    }
}

/// Handle by which a restarted task reports that it works.
#[derive(Clone, Debug)]
pub struct Running {
    supervisor: Arc<Supervisor>,
    task: Task,
}

impl Running {
    /// Reports that the task works from here on.
    pub fn works(&self) {
        if self.supervisor.states[self.task as usize].set(None).is_some() {
            info!(task = self.task.label(), "the background task works again");
        }
    }
}

impl Supervisor {
    /// Creates a supervisor with these pauses.
    #[must_use]
    pub fn new(pauses: Pauses) -> Arc<Self> {
        Arc::new(Self { pauses, ..Self::default() })
    }

    /// Runs a task for as long as the process. `start` is called again whenever its future has ended with a
    /// reason.
    pub fn spawn<F>(self: &Arc<Self>, task: Task, mut start: impl FnMut(Running) -> F + Send + 'static)
    where
        F: Future<Output: Display + Send> + Send + 'static,
    {
        let supervisor = Arc::clone(self);
        tokio::spawn(async move {
            let mut failures = 0;
            loop {
                let began = Instant::now();
                let running = Running { supervisor: Arc::clone(&supervisor), task };
                // The task is separate: a panic ends it alone.
                let reason = match tokio::spawn(start(running)).await {
                    Ok(reason) => reason.to_string(),
                    Err(panic) => panic.to_string(),
                };
                failures = if began.elapsed() >= supervisor.pauses.longest { 1 } else { failures + 1 };
                let pause = supervisor.pause(failures);
                let lack = task.lack();
                error!(task = task.label(), reason, ?pause, "{lack}; restarting the background task");
                supervisor.states[task as usize].set(Some(format!("{lack}: {reason}")));
                sleep(pause).await;
                supervisor.states[task as usize].restarts.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    fn pause(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.pauses.first.saturating_mul(doubled).min(self.pauses.longest)
    }

    /// Lists the reasons why tasks do not run, one sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let reason = |state: &State| state.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.states.iter().filter_map(reason).collect()
    }

    /// Counts the restarts of each task.
    pub fn restarts(&self) -> impl Iterator<Item = (Task, u64)> {
        let restarts = self.states.iter().map(|state| state.restarts.load(Ordering::Relaxed));
        Task::ALL.into_iter().zip(restarts)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::runtime;

    use super::*;

    const PAUSES: Pauses = Pauses { first: Duration::from_millis(1), longest: Duration::from_millis(8) };

    async fn until(is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !is_so() {
            assert!(Instant::now() < deadline);
            sleep(Duration::from_millis(1)).await;
        }
    }

    fn restarts(supervisor: &Supervisor, task: Task) -> u64 {
        supervisor.restarts().find(|(one, _)| *one == task).unwrap().1
    }

    #[test]
    fn a_task_that_ends_is_started_again_until_it_works() {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let supervisor = Supervisor::new(PAUSES);
            let attempts = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&attempts);
            let may_work = Arc::new(tokio::sync::Notify::new());
            let permission = Arc::clone(&may_work);
            supervisor.spawn(Task::History, move |running| {
                let (attempt, permission) =
                    (counted.fetch_add(1, Ordering::Relaxed), Arc::clone(&permission));
                async move {
                    assert_ne!(attempt, 1, "a panic");
                    if attempt >= 2 {
                        permission.notified().await;
                        running.works();
                        std::future::pending::<()>().await;
                    }
                    format!("attempt {attempt}")
                }
            });
            until(|| attempts.load(Ordering::Relaxed) == 3).await;
            assert_eq!(restarts(&supervisor, Task::History), 2);
            let reasons = supervisor.reasons();
            assert!(
                matches!(&reasons[..], [one] if one.contains("charts") && one.contains("panic")),
                "{reasons:?}"
            );
            may_work.notify_one();
            until(|| supervisor.reasons().is_empty()).await;
            assert_eq!(restarts(&supervisor, Task::Ftp), 0);
        });
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let supervisor = Supervisor::new(PAUSES);
        assert_eq!(
            [1, 2, 3, 4, 5, 99].map(|failures| supervisor.pause(failures).as_millis()),
            [1, 2, 4, 8, 8, 8]
        );
    }

    #[test]
    fn the_tasks_are_in_the_order_of_the_variants() {
        for (index, task) in Task::ALL.into_iter().enumerate() {
            assert_eq!(task as usize, index);
        }
    }
}
