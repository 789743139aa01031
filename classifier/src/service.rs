//! What a service manager is told: that the agent serves, how it is, and that it is alive (`sd_notify(3)`).
//!
//! Where none asks, nothing happens: without `NOTIFY_SOCKET` nothing is sent, without `WATCHDOG_USEC` nothing ticks.

use std::iter;

use sd_notify::{NotifyState, notify, watchdog_enabled};
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::counters::Readiness;

/// Tells that everything that could be attached is, and that scrapes are answered from now on.
pub fn serves(readiness: &Readiness) {
    tell(&[NotifyState::Ready, NotifyState::Status(&status(readiness))]);
}

/// Tells that settings are read again, until [`serves`] tells that this is over.
pub fn reloads() {
    // A clock that cannot be read leaves out when; managers before systemd 253 do not ask.
    let now = NotifyState::monotonic_usec_now().ok();
    let state: Vec<_> = iter::once(NotifyState::Reloading).chain(now).collect();
    tell(&state);
}

/// Tells that the agent is about to end.
pub fn stops() {
    tell(&[NotifyState::Stopping]);
}

/// Gives a sign of life twice in the time after which the service manager would start the agent anew. Runs where
/// requests are answered: a loop that is stuck gives no sign.
pub async fn live() {
    let Some(patience) = watchdog_enabled() else { return };
    let mut signs = interval(patience / 2);
    // Signs that were missed help nobody.
    signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        signs.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(state: &[NotifyState]) {
    if let Err(error) = notify(state) {
        warn!(%error, "the service manager cannot be told how the agent is; see NOTIFY_SOCKET");
    }
}

/// One line of `systemctl status`.
fn status(readiness: &Readiness) -> String {
    let attached = readiness.interfaces.len();
    let interfaces = if attached == 1 { "1 interface".to_owned() } else { format!("{attached} interfaces") };
    match &readiness.reasons[..] {
        [] => format!("counting at {interfaces}"),
        [only] => format!("counting at {interfaces}; {only}"),
        [first, others @ ..] => format!("counting at {interfaces}; {first}; and {} more", others.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counters::InterfaceState;

    #[test]
    fn the_status_is_one_line_that_names_what_is_wrong() {
        let interface =
            InterfaceState { name: "eth0".into(), ingress: "tcx", egress: "tcx", why: String::new() };
        for (interfaces, reasons, line) in [
            (1, &[][..], "counting at 1 interface"),
            (2, &["a"][..], "counting at 2 interfaces; a"),
            (2, &["a", "b", "c"][..], "counting at 2 interfaces; a; and 2 more"),
        ] {
            let readiness = Readiness {
                ready: reasons.is_empty(),
                interfaces: vec![interface.clone(); interfaces],
                reasons: reasons.iter().map(ToString::to_string).collect(),
            };
            assert_eq!(status(&readiness), line);
        }
    }
}
