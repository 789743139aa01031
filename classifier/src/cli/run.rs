// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! `classifier run`.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args,
    builder::{BoolishValueParser, OsStringValueParser},
    value_parser,
};

use super::sections::{self, Example, Sections};
use crate::config::{EvidenceSettings, KeptCapabilities, Layer, Preset, SandboxMode, XdpMode};
use crate::configuration::ConfigurationSources;

/// Arguments of `classifier run`.
#[derive(Args, Debug)]
#[command(after_long_help = SECTIONS.help())]
pub struct Run {
    /// Interface to count, by name, alternative name or shell glob; repeatable [default: every interface that carries its
    /// own traffic]
    #[arg(
        short,
        long = "interface",
        value_name = "NAME",
        env = "CLASSIFIER_INTERFACE",
        value_delimiter = ',',
        help_heading = INTERFACES
    )]
    pub interfaces: Vec<String>,

    /// Interface to exclude, by name or shell glob; overrides --interface and the default; repeatable
    #[arg(
        long,
        value_name = "GLOB",
        env = "CLASSIFIER_INTERFACE_EXCLUDE",
        value_delimiter = ',',
        help_heading = INTERFACES
    )]
    pub interface_exclude: Vec<String>,

    /// Listen address of the metrics endpoint; `:PORT` is all addresses; repeatable [default: 127.0.0.1:9877]
    #[arg(
        short,
        long,
        value_name = "ADDR:PORT",
        visible_alias = "web.listen-address",
        env = "CLASSIFIER_LISTEN",
        value_delimiter = ',',
        help_heading = ENDPOINT
    )]
    pub listen: Vec<String>,

    /// URL path of the metrics [default: /metrics]
    #[arg(
        long,
        value_name = "PATH",
        visible_alias = "web.telemetry-path",
        env = "CLASSIFIER_TELEMETRY_PATH",
        help_heading = ENDPOINT
    )]
    pub telemetry_path: Option<String>,

    /// Prometheus exporter-toolkit web configuration: TLS, users, rate limit, headers
    #[arg(
        long,
        value_name = "FILE",
        visible_alias = "web.config.file",
        env = "CLASSIFIER_WEB_CONFIG",
        value_parser = OsStringValueParser::new(),
        help_heading = ENDPOINT
    )]
    pub web_config: Option<OsString>,

    /// Firewall policy (TOML) to evaluate in a dry run: its verdict on each packet is counted and not enforced
    #[arg(
        long,
        value_name = "FILE",
        visible_alias = "dry-run-policy",
        env = "CLASSIFIER_POLICY",
        value_parser = OsStringValueParser::new(),
        help_heading = "Firewall dry run"
    )]
    pub policy: Option<OsString>,

    /// Configuration file (TOML); flags and environment variables override it
    #[arg(short, long, value_name = "FILE", env = "CLASSIFIER_CONFIG", help_heading = CONFIGURATION)]
    pub config: Option<PathBuf>,

    /// Preset of ports, below the `[[port]]` tables of the configuration file; repeatable
    #[arg(
        long = "preset",
        value_name = "NAME",
        env = "CLASSIFIER_PRESET",
        value_delimiter = ',',
        help_heading = CONFIGURATION
    )]
    pub presets: Vec<Preset>,

    /// Ingress hook [default: auto]
    #[arg(long, value_name = "MODE", env = "CLASSIFIER_XDP_MODE", help_heading = INTERFACES)]
    pub xdp_mode: Option<XdpMode>,

    /// Directory of a bpf filesystem where programs and counters outlive the agent; `none` or empty: nothing is pinned
    /// [default: /sys/fs/bpf/classifier]
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        value_parser = OsStringValueParser::new(),
        help_heading = sections::PINNED_OBJECTS
    )]
    pub pin_dir: Option<OsString>,

    /// Driver to use TCX with instead of native XDP in mode `auto`; repeatable
    #[arg(
        long,
        value_name = "DRIVER",
        env = "CLASSIFIER_XDP_AVOID",
        value_delimiter = ',',
        help_heading = INTERFACES
    )]
    pub xdp_avoid: Vec<String>,

    /// Export the top K peers per protocol and outcome; 0 exports none [default: 0]
    #[arg(
        long,
        value_name = "K",
        env = "CLASSIFIER_TOP_SOURCES",
        value_parser = value_parser!(u32).range(..=i64::from(EvidenceSettings::TOP_MAX)),
        help_heading = ENDPOINT
    )]
    pub top_sources: Option<u32>,

    /// Export the top K ports of other services per direction and outcome; 0 exports none [default: 0]
    #[arg(
        long,
        value_name = "K",
        env = "CLASSIFIER_TOP_PORTS",
        value_parser = value_parser!(u32).range(..=i64::from(EvidenceSettings::TOP_MAX)),
        help_heading = ENDPOINT
    )]
    pub top_ports: Option<u32>,

    /// Attach the ingress side only
    #[arg(
        long,
        env = "CLASSIFIER_NO_EGRESS",
        num_args = 0,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        help_heading = INTERFACES
    )]
    pub no_egress: Option<bool>,

    /// Accept POST /-/reload, which reloads the settings as SIGHUP does
    #[arg(
        long,
        visible_alias = "web.enable-lifecycle",
        env = "CLASSIFIER_ENABLE_RELOAD",
        num_args = 0,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        help_heading = ENDPOINT
    )]
    pub enable_reload: Option<bool>,

    /// Check all settings and exit: status 0 if they are valid, else 2; attach nothing
    #[arg(long, help_heading = CONFIGURATION)]
    pub check: bool,

    /// User to switch to after attaching, if started as root [default: the user that started the agent]
    #[arg(long, value_name = "NAME", env = "CLASSIFIER_USER", help_heading = PRIVILEGES)]
    pub user: Option<String>,

    /// Capabilities to keep after attaching [default: needed]
    #[arg(long, value_name = "SET", env = "CLASSIFIER_CAPABILITIES", help_heading = PRIVILEGES)]
    pub capabilities: Option<KeptCapabilities>,

    /// Sandbox (`no_new_privs`, Landlock, seccomp) to enter after attaching [default: on]
    #[arg(long, value_name = "MODE", env = "CLASSIFIER_SANDBOX", help_heading = PRIVILEGES)]
    pub sandbox: Option<SandboxMode>,
}

const INTERFACES: &str = "Interfaces";
const ENDPOINT: &str = "Metrics endpoint";
const CONFIGURATION: &str = "Configuration";
const PRIVILEGES: &str = "Privileges";

pub(super) const SECTIONS: Sections = Sections {
    examples: &[
        Example { purpose: "Count on every interface, metrics at 127.0.0.1:9877", line: "classifier run" },
        Example {
            purpose: "Count on two kinds of interfaces, metrics on all addresses",
            line: "classifier run --interface eth0 --interface 'veth*' --listen :9877",
        },
        Example {
            purpose: "Count a mail server with TLS, logins over SSH, and name resolution",
            line: "classifier run --preset mail,ssh,dns",
        },
        Example {
            purpose: "Check a configuration file without attaching anything",
            line: "classifier run --config /etc/classifier/classifier.toml --check",
        },
        Example {
            purpose: "Count the verdicts of a firewall policy without enforcing it",
            line: "classifier run --dry-run-policy policy.toml",
        },
    ],
    files: &[sections::CONFIGURATION, sections::PINS],
    exit_status: &[
        ("0", "Ended by SIGINT or SIGTERM; with `--check`: the settings are valid."),
        ("1", "Runtime error."),
        ("2", "Bad usage or bad configuration, an unknown user included."),
    ],
    see_also: &["classifier.toml(5)", "classifier-status(1)", "classifier-report(1)", "classifier-detach(1)"],
};

impl From<Run> for ConfigurationSources {
    fn from(run: Run) -> Self {
        let given = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        let flags = Layer {
            interfaces: given(run.interfaces),
            interfaces_exclude: given(run.interface_exclude),
            listen: given(run.listen),
            telemetry_path: run.telemetry_path,
            web_config: run.web_config.map(PathBuf::from),
            policy: run.policy.map(PathBuf::from),
            xdp_mode: run.xdp_mode,
            pin_dir: run.pin_dir.map(PathBuf::from),
            xdp_avoid: given(run.xdp_avoid),
            egress: run.no_egress.map(|no_egress| !no_egress),
            enable_reload: run.enable_reload,
            presets: (!run.presets.is_empty()).then_some(run.presets),
            user: run.user,
            capabilities: run.capabilities,
            sandbox: run.sandbox,
            top_sources: run.top_sources,
            top_ports: run.top_ports,
            ..Layer::default()
        };
        Self { flags, file: run.config }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parsed};

    fn sources(line: &str) -> ConfigurationSources {
        let Command::Run(run) = parsed(line).unwrap().command else { panic!("{line} does not run") };
        run.into()
    }

    #[test]
    fn what_is_not_typed_is_not_said() {
        assert_eq!(sources("classifier run"), ConfigurationSources::default());
    }

    #[test]
    fn every_flag_arrives() {
        let listen = ["127.0.0.1:1", ":2", "[::1]:3"];
        let flags = Layer {
            interfaces: Some(["eth0", "veth*"].map(str::to_owned).into()),
            interfaces_exclude: Some(["veth1", "v[2-9]"].map(str::to_owned).into()),
            listen: Some(listen.map(str::to_owned).into()),
            telemetry_path: Some("/m".into()),
            web_config: Some("web.yml".into()),
            policy: Some("p.toml".into()),
            xdp_mode: Some(XdpMode::Native),
            xdp_avoid: Some(["ixgbe", "igc"].map(str::to_owned).into()),
            egress: Some(false),
            pin_dir: Some("/sys/fs/bpf/b".into()),
            enable_reload: Some(true),
            presets: Some(vec![Preset::Mail, Preset::Ssh, Preset::Dns]),
            user: Some("nobody".into()),
            capabilities: Some(KeptCapabilities::None),
            sandbox: Some(SandboxMode::Required),
            top_sources: Some(20),
            top_ports: Some(30),
            ..Layer::default()
        };
        assert_eq!(
            sources(
                "classifier run -i eth0 --interface veth* --interface-exclude veth1,v[2-9] -l 127.0.0.1:1 \
                 --web.listen-address=:2 \
                 --listen [::1]:3 --xdp-mode native --no-egress --xdp-avoid ixgbe,igc -c a.toml \
                 --web.telemetry-path /m --web.config.file=web.yml --dry-run-policy p.toml --pin-dir /sys/fs/bpf/b \
                 --web.enable-lifecycle --preset mail,ssh --preset dns --user nobody \
                 --capabilities none --sandbox required --top-sources 20 --top-ports 30"
            ),
            ConfigurationSources { flags, file: Some("a.toml".into()) }
        );
    }
}
