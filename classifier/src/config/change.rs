// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decides which settings can change while the agent runs.

use super::Settings;

impl Settings {
    /// Lists the keys in which the settings differ and that only a start can change: sockets are opened, memory is
    /// allocated and programs are loaded once, before the agent enters its sandbox.
    #[must_use]
    pub fn restart_for(&self, next: &Self) -> Vec<&'static str> {
        let (now, then) = (&self.privileges, &next.privileges);
        [
            ("listen", self.listen != next.listen),
            ("telemetry_path", self.telemetry_path != next.telemetry_path),
            ("web_config", self.web_config != next.web_config),
            ("policy", self.policy != next.policy),
            ("xdp_avoid", self.xdp_avoid != next.xdp_avoid),
            ("pin_dir", self.pin_dir != next.pin_dir),
            ("user", now.user != then.user),
            ("capabilities", now.capabilities != then.capabilities),
            ("sandbox", now.sandbox != then.sandbox),
            ("ftp.max_sessions", self.ftp.max_sessions != next.ftp.max_sessions),
            ("ftp.max_endpoints", self.ftp.max_endpoints != next.ftp.max_endpoints),
            ("evidence.max_sources", self.evidence.max_sources != next.evidence.max_sources),
            ("evidence.udp", self.evidence.udp != next.evidence.udp),
        ]
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect()
    }

    /// Tells whether the next settings select other interfaces, or attach them differently.
    #[must_use]
    pub fn wants_others(&self, next: &Self) -> bool {
        let of = |it: &Self| (it.interfaces.clone(), it.interfaces_exclude.clone(), it.xdp_mode, it.egress);
        of(self) != of(next)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{EvidenceSettings, FtpSettings, Layer, Pattern, SandboxMode, XdpMode};

    fn settings() -> Settings {
        Settings::check(Layer::default()).unwrap()
    }

    /// Names every field of the settings: a new field does not compile until a reload handles it.
    fn is_covered(settings: Settings) -> bool {
        let Settings {
            interfaces: _,
            interfaces_exclude: _,
            listen: _,
            telemetry_path: _,
            web_config: _,
            policy: _,
            xdp_mode: _,
            xdp_avoid: _,
            egress: _,
            pin_dir: _,
            enable_reload: _,
            privileges: _,
            names: _,
            ports: _,
            ftp,
            evidence: EvidenceSettings { max_sources: _, top_sources: _, top_ports: _, udp: _ },
        } = settings;
        let FtpSettings {
            control_ports: _,
            endpoint_ttl: _,
            allow_foreign_address: _,
            infer_encrypted: _,
            max_sessions: _,
            max_endpoints: _,
            control_rate: _,
        } = ftp;
        true
    }

    #[test]
    fn what_takes_a_start_is_named() {
        assert!(is_covered(settings()));
        let mut next = settings();
        assert_eq!(settings().restart_for(&next), [""; 0]);
        next.listen.clear();
        next.web_config = Some("web.yml".into());
        next.privileges.sandbox = SandboxMode::Off;
        next.ftp.max_sessions = 1;
        next.evidence.max_sources = 1;
        next.evidence.udp = true;
        let keys =
            ["listen", "web_config", "sandbox", "ftp.max_sessions", "evidence.max_sources", "evidence.udp"];
        assert_eq!(settings().restart_for(&next), keys);
    }

    #[test]
    fn the_rest_does_not() {
        let mut next = settings();
        next.ftp.endpoint_ttl = Duration::from_secs(1);
        next.ftp.control_rate = 1;
        next.evidence.top_sources = 10;
        next.evidence.top_ports = 10;
        next.ftp.control_ports = vec![2121];
        assert_eq!((settings().restart_for(&next), settings().wants_others(&next)), (vec![], false));
        next.xdp_mode = XdpMode::Off;
        assert!(settings().wants_others(&next));
        let other = Settings { interfaces: vec![Pattern::Plain("eth0".into())], ..settings() };
        assert!(settings().wants_others(&other) && settings().restart_for(&other).is_empty());
        let other = Settings { interfaces_exclude: vec![Pattern::Plain("eth0".into())], ..settings() };
        assert!(settings().wants_others(&other) && settings().restart_for(&other).is_empty());
    }
}
