//! `classifier run`.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args,
    builder::{BoolishValueParser, OsStringValueParser},
    value_parser,
};

use crate::config::{EvidenceSettings, KeptCapabilities, Layer, SandboxMode, Sources, XdpMode};

/// Arguments of `classifier run`.
#[derive(Args, Debug)]
pub struct Run {
    /// Interface to count, or a shell glob over names; repeatable [default: every one that carries its own
    /// traffic]
    #[arg(
        short,
        long = "interface",
        value_name = "NAME",
        env = "CLASSIFIER_INTERFACE",
        value_delimiter = ','
    )]
    pub interfaces: Vec<String>,

    /// Where to serve metrics; repeatable [default: 127.0.0.1:9877]
    #[arg(
        short,
        long,
        value_name = "ADDR:PORT",
        visible_alias = "web.listen-address",
        env = "CLASSIFIER_LISTEN",
        value_delimiter = ','
    )]
    pub listen: Vec<String>,

    /// Under which path metrics are served [default: /metrics]
    #[arg(
        long,
        value_name = "PATH",
        visible_alias = "web.telemetry-path",
        env = "CLASSIFIER_TELEMETRY_PATH"
    )]
    pub telemetry_path: Option<String>,

    /// Prometheus exporter-toolkit web configuration: TLS, users, rate limit, headers
    #[arg(
        long,
        value_name = "FILE",
        visible_alias = "web.config.file",
        env = "CLASSIFIER_WEB_CONFIG",
        value_parser = OsStringValueParser::new()
    )]
    pub web_config: Option<OsString>,

    /// TOML file with a firewall policy to try: what it would do with each packet is counted, and not done
    #[arg(long, value_name = "FILE", env = "CLASSIFIER_POLICY", value_parser = OsStringValueParser::new())]
    pub policy: Option<OsString>,

    /// TOML file with settings; a flag beats it
    #[arg(short, long, value_name = "FILE", env = "CLASSIFIER_CONFIG")]
    pub config: Option<PathBuf>,

    /// How ingress is seen [default: auto]
    #[arg(long, value_name = "MODE", env = "CLASSIFIER_XDP_MODE")]
    pub xdp_mode: Option<XdpMode>,

    /// Folder of a bpf filesystem where programs and counters outlive the agent, until `classifier detach`; empty:
    /// all ends with the agent [default: /sys/fs/bpf/classifier]
    #[arg(long, value_name = "DIR", env = "CLASSIFIER_PIN_DIR", value_parser = OsStringValueParser::new())]
    pub pin_dir: Option<OsString>,

    /// Driver whose network cards `auto` leaves native XDP alone on, such as one that resets the link for it; repeatable
    #[arg(long, value_name = "DRIVER", env = "CLASSIFIER_XDP_AVOID", value_delimiter = ',')]
    pub xdp_avoid: Vec<String>,

    /// Serve the largest sources of connections of each protocol and outcome, so many; 0: none [default: 0]
    #[arg(
        long,
        value_name = "K",
        env = "CLASSIFIER_TOP_SOURCES",
        value_parser = value_parser!(u32).range(..=i64::from(EvidenceSettings::TOP_MAX))
    )]
    pub top_sources: Option<u32>,

    /// Attach the ingress side only
    #[arg(
        long,
        env = "CLASSIFIER_NO_EGRESS",
        num_args = 0,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    pub no_egress: Option<bool>,

    /// Answer POST /-/reload, which reads the settings again as SIGHUP does
    #[arg(
        long,
        visible_alias = "web.enable-lifecycle",
        env = "CLASSIFIER_ENABLE_RELOAD",
        num_args = 0,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    pub enable_reload: Option<bool>,

    /// Check all settings, and attach nothing: exit 0 if they are good, else 2
    #[arg(long)]
    pub check: bool,

    /// User to go on as once everything is attached, if started as root
    #[arg(long, value_name = "NAME", env = "CLASSIFIER_USER")]
    pub user: Option<String>,

    /// Which capabilities to keep then [default: needed]
    #[arg(long, value_name = "WHICH", env = "CLASSIFIER_CAPABILITIES")]
    pub capabilities: Option<KeptCapabilities>,

    /// Whether to shut itself in then, by seccomp, Landlock and the like [default: on]
    #[arg(long, value_name = "MODE", env = "CLASSIFIER_SANDBOX")]
    pub sandbox: Option<SandboxMode>,
}

impl From<Run> for Sources {
    fn from(run: Run) -> Self {
        let given = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        let flags = Layer {
            interfaces: given(run.interfaces),
            listen: given(run.listen),
            telemetry_path: run.telemetry_path,
            web_config: run.web_config.map(PathBuf::from),
            policy: run.policy.map(PathBuf::from),
            xdp_mode: run.xdp_mode,
            pin_dir: run.pin_dir.map(PathBuf::from),
            xdp_avoid: given(run.xdp_avoid),
            egress: run.no_egress.map(|no_egress| !no_egress),
            enable_reload: run.enable_reload,
            user: run.user,
            capabilities: run.capabilities,
            sandbox: run.sandbox,
            top_sources: run.top_sources,
            ..Layer::default()
        };
        Self { flags, file: run.config }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parsed};

    fn sources(line: &str) -> Sources {
        let Command::Run(run) = parsed(line).unwrap().command else { panic!("{line} does not run") };
        run.into()
    }

    #[test]
    fn what_is_not_typed_is_not_said() {
        assert_eq!(sources("classifier run"), Sources::default());
    }

    #[test]
    fn every_flag_arrives() {
        let listen = ["127.0.0.1:1", ":2", "[::1]:3"];
        let flags = Layer {
            interfaces: Some(["eth0", "veth*"].map(str::to_owned).into()),
            listen: Some(listen.map(str::to_owned).into()),
            telemetry_path: Some("/m".into()),
            web_config: Some("web.yml".into()),
            policy: Some("p.toml".into()),
            xdp_mode: Some(XdpMode::Native),
            xdp_avoid: Some(["ixgbe", "igc"].map(str::to_owned).into()),
            egress: Some(false),
            pin_dir: Some("/sys/fs/bpf/b".into()),
            enable_reload: Some(true),
            user: Some("nobody".into()),
            capabilities: Some(KeptCapabilities::None),
            sandbox: Some(SandboxMode::Required),
            top_sources: Some(20),
            ..Layer::default()
        };
        assert_eq!(
            sources(
                "classifier run -i eth0 --interface veth* -l 127.0.0.1:1 --web.listen-address=:2 \
                 --listen [::1]:3 --xdp-mode native --no-egress --xdp-avoid ixgbe,igc -c a.toml \
                 --web.telemetry-path /m --web.config.file=web.yml --policy p.toml --pin-dir /sys/fs/bpf/b \
                 --web.enable-lifecycle --user nobody \
                 --capabilities none --sandbox required --top-sources 20"
            ),
            Sources { flags, file: Some("a.toml".into()) }
        );
    }
}
