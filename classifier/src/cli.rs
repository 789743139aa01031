//! What was typed.

use std::{ffi::OsString, path::PathBuf, sync::LazyLock};

use clap::{
    Args, CommandFactory, Parser, Subcommand,
    builder::{BoolishValueParser, OsStringValueParser},
    error::ErrorKind,
};
use clap_complete::Shell;
use thiserror::Error;

use crate::{
    config::{KeptCapabilities, Layer, PIN_DIR, SandboxMode, Sources, XdpMode},
    status::Format,
    telemetry::LogFormat,
};

/// Counts every packet by protocol and role in the kernel, and serves the counts to Prometheus
#[derive(Debug, Parser)]
#[command(
    name = "classifier",
    version = VERSION.as_str(),
    disable_help_subcommand = true,
    after_long_help = "Exit status: 0 after SIGINT or SIGTERM, 1 on a runtime error, 2 on bad usage or a bad \
                       configuration file. RUST_LOG filters the log."
)]
pub struct Cli {
    /// With errors, their chain of causes
    #[arg(short, long, global = true, env = "CLASSIFIER_VERBOSE", value_parser = BoolishValueParser::new())]
    pub verbose: bool,

    /// How log lines are written; in the journal with their priority
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", env = "CLASSIFIER_LOG_FORMAT")]
    pub log_format: LogFormat,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load, attach and serve metrics
    Run(Run),
    /// Show what running agents have in the kernel: interfaces, programs, maps, FTP sessions and data ports
    Status(Status),
    /// Remove everything that is pinned: programs, links, maps
    Detach(Detach),
    /// Write the man pages of this command and its subcommands into a folder
    Man(Man),
    /// Print what a shell reads to complete this command line
    Completions(Completions),
}

/// Arguments of `classifier man`.
#[derive(Args, Debug)]
pub struct Man {
    /// Folder that is there
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// Arguments of `classifier completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// Which one
    pub shell: Shell,
}

/// Arguments of `classifier status`.
#[derive(Args, Debug)]
pub struct Status {
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "CLASSIFIER_FORMAT")]
    pub format: Format,

    /// The folder that agents were given, to see what is pinned and who holds it; empty: none is looked into
    #[arg(
        long,
        value_name = "DIR",
        env = "CLASSIFIER_PIN_DIR",
        default_value = PIN_DIR,
        value_parser = OsStringValueParser::new()
    )]
    pub pin_dir: OsString,
}

/// Arguments of `classifier detach`.
#[derive(Args, Debug)]
pub struct Detach {
    /// The folder that the agent was given
    #[arg(long, value_name = "DIR", env = "CLASSIFIER_PIN_DIR", default_value = PIN_DIR)]
    pub pin_dir: PathBuf,
}

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
            xdp_mode: run.xdp_mode,
            pin_dir: run.pin_dir.map(PathBuf::from),
            xdp_avoid: given(run.xdp_avoid),
            egress: run.no_egress.map(|no_egress| !no_egress),
            enable_reload: run.enable_reload,
            user: run.user,
            capabilities: run.capabilities,
            sandbox: run.sandbox,
            ..Layer::default()
        };
        Self { flags, file: run.config }
    }
}

/// Nothing is to be run.
#[derive(Debug, Error)]
pub enum Stop {
    /// Help or the version was asked for: the text.
    #[error("{0}")]
    Answer(String),
    /// The command line cannot be understood: one line.
    #[error("{0}")]
    Usage(String),
}

/// Understands a command line, the program's name first, and the environment.
///
/// # Errors
///
/// When there is nothing to run: see [`Stop`].
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    Cli::try_parse_from(arguments).map_err(|error| {
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            Stop::Answer(error.to_string())
        } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            Stop::Usage(one_line("no command is given"))
        } else {
            Stop::Usage(one_line(&error.to_string()))
        }
    })
}

/// Clap's message without its usage block: the first paragraph and the tips.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let said: Vec<_> =
        lines.map(|line| line.trim_start_matches("error: ").trim_start_matches("tip: ")).collect();
    let name = Cli::command().get_name().to_owned();
    format!("{}; see `{name} --help`", said.join("; "))
}

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), crate::REVISION));

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Cli, Stop> {
        parse(line.split(' ').map(OsString::from))
    }

    fn sources(line: &str) -> Sources {
        let Command::Run(run) = parsed(line).unwrap().command else { panic!("{line} does not run") };
        run.into()
    }

    fn shown(line: &str) -> (Format, OsString) {
        let Command::Status(status) = parsed(line).unwrap().command else { panic!("{line} shows nothing") };
        (status.format, status.pin_dir)
    }

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
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
            xdp_mode: Some(XdpMode::Native),
            xdp_avoid: Some(["ixgbe", "igc"].map(str::to_owned).into()),
            egress: Some(false),
            pin_dir: Some("/sys/fs/bpf/b".into()),
            enable_reload: Some(true),
            user: Some("nobody".into()),
            capabilities: Some(KeptCapabilities::None),
            sandbox: Some(SandboxMode::Required),
            ..Layer::default()
        };
        assert_eq!(
            sources(
                "classifier run -i eth0 --interface veth* -l 127.0.0.1:1 --web.listen-address=:2 \
                 --listen [::1]:3 --xdp-mode native --no-egress --xdp-avoid ixgbe,igc -c a.toml \
                 --web.telemetry-path /m --web.config.file=web.yml --pin-dir /sys/fs/bpf/b \
                 --web.enable-lifecycle --user nobody \
                 --capabilities none --sandbox required"
            ),
            Sources { flags, file: Some("a.toml".into()) }
        );
    }

    #[test]
    fn a_status_is_for_people_unless_it_is_said_otherwise() {
        assert_eq!(shown("classifier status"), (Format::Text, PIN_DIR.into()));
        assert_eq!(shown("classifier status --format json --pin-dir /a"), (Format::Json, "/a".into()));
        assert_eq!(shown("classifier status --pin-dir="), (Format::Text, "".into()));
    }

    #[test]
    fn help_and_version_are_answers() {
        for line in ["classifier --help", "classifier run --help", "classifier --version"] {
            assert!(matches!(parsed(line), Err(Stop::Answer(_))), "{line}");
        }
    }

    #[test]
    fn usage_errors_are_one_line_with_cause_and_remedy() {
        for (line, part) in [
            ("classifier", "no command is given"),
            ("classifier fly", "unrecognized subcommand 'fly'"),
            ("classifier run --lisen :1", "a similar argument exists: '--listen'"),
            ("classifier run --xdp-mode fast", "[possible values: auto, native, generic, off]"),
            ("classifier run -i", "a value is required"),
            ("classifier status --format xml", "[possible values: text, json]"),
        ] {
            let Err(Stop::Usage(text)) = parsed(line) else { panic!("{line} is accepted") };
            assert!(text.contains(part) && text.ends_with("see `classifier --help`"), "{text}");
            assert!(!text.contains('\n'), "{text}");
        }
    }
}
