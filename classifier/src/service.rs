// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Notifies a service manager of readiness, status, and signs of life (`sd_notify(3)`).
//!
//! Without `NOTIFY_SOCKET` nothing is sent, and without `WATCHDOG_USEC` no timer runs.

use std::{
    convert::Infallible,
    env,
    ffi::OsStr,
    fmt::Write as _,
    io, iter,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    process,
    sync::OnceLock,
    time::Duration,
};

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::{snapshot::Readiness, supervisor::Running};

/// Variable with the socket of the service manager (`sd_notify(3)`).
const SOCKET: &str = "NOTIFY_SOCKET";

/// Shortest time between two signs of life, for any setting of the service manager.
const SHORTEST: Duration = Duration::from_millis(10);

/// Socket of the service manager, connected once, before the agent gives up the right to connect.
static MANAGER: OnceLock<UnixDatagram> = OnceLock::new();

/// Connects to the service manager, if there is one. Call this before the sandbox is entered.
pub fn connect() {
    let Some(at) = env::var_os(SOCKET).filter(|at| !at.is_empty()) else { return };
    match connected(&at) {
        Ok(socket) => drop(MANAGER.set(socket)),
        Err(error) => warn!(%error, "cannot notify the service manager; check {SOCKET}"),
    }
}

/// Connects a non-blocking socket: a manager that does not read must not delay the agent.
fn connected(at: &OsStr) -> io::Result<UnixDatagram> {
    let address = match at.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        [b'/', ..] => SocketAddr::from_pathname(at)?,
        _ => return Err(io::Error::other("neither a path nor an abstract name with @ in front")),
    };
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Notifies that everything is attached that could be, and that scrapes are answered from now on.
pub fn serves(readiness: &Readiness) {
    tell(&[NotifyState::Ready, NotifyState::Status(&status(readiness))]);
}

/// Notifies that settings are being reloaded, until [`serves`] ends it.
pub fn reloads() {
    // Without a readable clock, the time is missing; managers before systemd 253 do not need it.
    let now = NotifyState::monotonic_usec_now().ok();
    let state: Vec<_> = iter::once(NotifyState::Reloading).chain(now).collect();
    tell(&state);
}

/// Notifies that the agent is about to end.
pub fn stops() {
    tell(&[NotifyState::Stopping]);
}

/// Returns the time after which the service manager restarts a silent agent; `None` without a watchdog, or
/// with one for another process (`sd_watchdog_enabled(3)`).
#[must_use]
pub fn patience() -> Option<Duration> {
    let read = |variable| env::var_os(variable).map(|value| value.to_string_lossy().into_owned());
    let (time, process) = (read("WATCHDOG_USEC"), read("WATCHDOG_PID"));
    watchdog(time.as_deref(), process.as_deref()).unwrap_or_else(|error| {
        warn!(error, "the watchdog of the service manager is not fed");
        None
    })
}

/// Parses the two variables.
fn watchdog(time: Option<&str>, process: Option<&str>) -> Result<Option<Duration>, String> {
    let Some(time) = time.filter(|time| !time.is_empty()) else { return Ok(None) };
    if let Some(process) = process.filter(|process| !process.is_empty()) {
        let asked: u32 = process.parse().map_err(|error| format!("WATCHDOG_PID=`{process}`: {error}"))?;
        if asked != process::id() {
            return Ok(None);
        }
    }
    match time.parse::<u64>() {
        Err(error) => Err(format!("WATCHDOG_USEC=`{time}`: {error}")),
        Ok(0 | u64::MAX) => Err(format!("WATCHDOG_USEC=`{time}`: no time that could pass")),
        Ok(time) => Ok(Some(Duration::from_micros(time))),
    }
}

/// Sends a sign of life twice in the watchdog's time. It runs on the loop that answers requests: a stuck loop
/// sends none.
pub async fn live(patience: Duration, running: Running) -> Infallible {
    running.works();
    let mut signs = interval((patience / 2).max(SHORTEST));
    // Missed signs need not be repeated.
    signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        signs.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(state: &[NotifyState]) {
    let Some(manager) = MANAGER.get() else { return };
    let mut message = String::new();
    for state in state {
        // Writing to a string cannot fail.
        let _ = writeln!(message, "{state}");
    }
    if let Err(error) = manager.send(message.as_bytes()) {
        warn!(%error, "cannot notify the service manager; check {SOCKET}");
    }
}

/// Formats one line for `systemctl status`.
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
    use crate::snapshot::InterfaceState;

    #[test]
    fn a_watchdog_is_fed_where_one_asks_for_it_in_words_that_mean_something() {
        let own = process::id().to_string();
        let microseconds = |time| Ok(Some(Duration::from_micros(time)));
        for (time, process, expected) in [
            (None, None, Ok(None)),
            (Some(""), None, Ok(None)),
            (Some("600000"), None, microseconds(600_000)),
            (Some("1"), Some(own.as_str()), microseconds(1)),
            (Some("600000"), Some("1"), Ok(None)),
            (Some("600000"), Some(""), microseconds(600_000)),
            (Some("0"), None, Err("`0`")),
            (Some("18446744073709551615"), None, Err("no time")),
            (Some("18446744073709551616"), None, Err("too large")),
            (Some("-1"), None, Err("`-1`")),
            (Some("soon"), None, Err("`soon`")),
            (Some("600000"), Some("me"), Err("WATCHDOG_PID=`me`")),
        ] {
            match (watchdog(time, process), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{time:?} {process:?}"),
                (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
                (found, expected) => panic!("{time:?} {process:?}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn a_manager_is_found_by_path_and_by_abstract_name_and_never_waited_for() {
        let name = format!("classifier-test-{}", process::id());
        let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        let socket = connected(OsStr::new(&format!("@{name}"))).unwrap();
        socket.send(b"READY=1\n").unwrap();
        let mut message = [0; 16];
        assert_eq!(manager.recv(&mut message).unwrap(), 8);
        let full = iter::repeat_with(|| socket.send(b"WATCHDOG=1\n")).take(100_000).find_map(Result::err);
        assert_eq!(full.unwrap().kind(), io::ErrorKind::WouldBlock);
        for nowhere in ["vsock:2:1234", "notify", "@classifier-nobody", "/nonexistent/notify"] {
            assert!(connected(OsStr::new(nowhere)).is_err(), "{nowhere}");
        }
    }

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
