// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Keys of the configuration file, each with the text of its reference.

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Name of the key.
    pub name: &'static str,
    /// Meaning of the key, a sentence without its full stop.
    pub meaning: &'static str,
    /// Default of the key: TOML, or words, or nothing where the key is needed.
    pub default: &'static str,
    /// Least and greatest value of the key, if it is bounded.
    pub bounds: Option<[&'static str; 2]>,
}

const fn key(name: &'static str, meaning: &'static str, default: &'static str) -> Key {
    Key { name, meaning, default, bounds: None }
}

const fn bounded(
    name: &'static str,
    meaning: &'static str,
    default: &'static str,
    bounds: [&'static str; 2],
) -> Key {
    Key { name, meaning, default, bounds: Some(bounds) }
}

/// The names of these keys.
pub(super) const fn names<const N: usize>(keys: &[Key; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut nth = 0;
    while nth < N {
        names[nth] = keys[nth].name;
        nth += 1;
    }
    names
}

/// The keys that stand in no table.
pub const FILE: [Key; 17] = [
    key(
        "listen",
        "Listen addresses of the metrics endpoint: `IP:PORT`, `[IP]:PORT`, `HOST:PORT` (resolved at the start), or `:PORT` \
         for all addresses",
        r#"["127.0.0.1:9877"]"#,
    ),
    key(
        "interfaces",
        "Interfaces to count, by name, alternative name or shell glob",
        "every interface that carries its own traffic",
    ),
    key(
        "interfaces_exclude",
        "Interfaces to exclude, written the same way; overrides `interfaces` and the default",
        "[]",
    ),
    key("telemetry_path", "URL path of the metrics", r#""/metrics""#),
    key(
        "web_config",
        "Prometheus web configuration: TLS, users, rate limit; relative to the directory of this file",
        "none",
    ),
    key("policy", "Firewall policy for a dry run; relative to the directory of this file", "none"),
    key("xdp_mode", "Ingress hook: `auto`, `native`, `generic` or `off`", r#""auto""#),
    key("xdp_avoid", "Drivers to use TCX with instead of native XDP in mode `auto`", "[]"),
    key("egress", "Whether egress is counted; `false` is `--no-egress`", "true"),
    key(
        "pin_dir",
        "Directory of a bpf filesystem where programs and counters outlive the agent; `\"none\"` or `\"\"`: nothing is pinned",
        r#""/sys/fs/bpf/classifier""#,
    ),
    key("user", "User to switch to after attaching", "the user that started the agent"),
    key("capabilities", "Capabilities to keep after attaching: `needed` or `none`", r#""needed""#),
    key("sandbox", "Sandbox of the agent after attaching: `on`, `off` or `required`", r#""on""#),
    key(
        "presets",
        "Presets of ports: `mail`, `ftp`, `web`, `dns`, `ssh`; a `[[port]]` of this file overrides them",
        "[]",
    ),
    key("port", "Tables `[[port]]`, each of which gives ports to a protocol", "none"),
    key("ftp", "Table `[ftp]`: tracking of FTP sessions", "the defaults of its keys"),
    key("evidence", "Table `[evidence]`: records of peers", "the defaults of its keys"),
];

/// The keys of `[[port]]`.
pub const PORT: [Key; 4] = [
    key("protocol", "Value of the label `protocol` for these ports", ""),
    key("transport", "`tcp` or `udp`; protocols of FTP have `tcp` only", ""),
    bounded("ports", "One or more port numbers", "", ["[1]", "[65535]"]),
    key(
        "speaks",
        "`smtp`, `pop3`, `imap` or `ftp`: encryption and logins of sessions are followed as that protocol's; TCP only",
        "that of a fixed protocol, none for a new name",
    ),
];

/// The keys of `[ftp]`.
pub const FTP: [Key; 7] = [
    bounded(
        "control_ports",
        "TCP ports of FTP servers, counted as `ftp_control`; the list replaces port 21",
        "[21]",
        ["[1]", "[65535]"],
    ),
    bounded(
        "endpoint_ttl",
        "Time until an unused announcement of a data port expires",
        r#""300s""#,
        [r#""1ms""#, r#""24h""#],
    ),
    key("allow_foreign_address", "Whether PORT and EPRT may name another address than the client's", "false"),
    key("infer_encrypted", "Whether data connections of encrypted sessions are inferred", "true"),
    bounded("max_sessions", "Control connections that are tracked at a time", "65536", ["1", "1048576"]),
    bounded(
        "max_endpoints",
        "Data ports that are known at a time; rounded up to four times a power of two",
        "65536",
        ["1", "1048576"],
    ),
    bounded(
        "control_rate",
        "Control segments per second and source that reach the agent",
        "2000",
        ["1", "1000000"],
    ),
];

/// The keys of `[evidence]`.
pub const EVIDENCE: [Key; 4] = [
    bounded(
        "max_sources",
        "Entries for hosts and networks on each CPU, 57 bytes each; rounded up to 16 times a power of two",
        "8192",
        ["1", "65536"],
    ),
    bounded(
        "top_sources",
        "Hosts, and networks, that are exported for each protocol and outcome; 0 exports none",
        "0",
        ["0", "1000"],
    ),
    bounded(
        "top_ports",
        "Ports of other services that are exported for each direction and outcome; 0 exports none",
        "0",
        ["0", "1000"],
    ),
    key("udp", "Whether UDP flows are followed, so that other services have UDP ports too", "false"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{Settings, file::layer},
        located::toml,
    };

    fn settings(text: &str) -> Settings {
        let layer = layer(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
        Settings::check(layer).expect("it is valid")
    }

    /// The lines that give a key of `[[port]]`, `[ftp]`, `[evidence]` or of no table this value.
    fn with(table: &str, key: &str, value: &str) -> String {
        let port = [("protocol", r#""a""#), ("transport", r#""tcp""#), ("ports", "[1]")];
        let others = port.iter().filter(|(other, _)| table == "[[port]]" && *other != key);
        let others = others.map(|(other, value)| format!("{other} = {value}\n"));
        format!("{table}\n{key} = {value}\n{}", others.collect::<String>())
    }

    #[test]
    fn defaults_are_those_that_apply() {
        let plain = settings("");
        for (table, keys) in [("", &FILE[..]), ("[ftp]", &FTP), ("[evidence]", &EVIDENCE)] {
            for key in keys {
                let is_toml = toml::parse(&with("", key.name, key.default)).is_ok();
                if is_toml {
                    let given = settings(&with(table, key.name, key.default));
                    assert_eq!(given, plain, "{table} {}", key.name);
                } else {
                    assert!(key.default.starts_with(|c: char| c.is_ascii_lowercase()), "{}", key.name);
                }
            }
        }
    }

    #[test]
    fn bounds_are_those_that_are_checked() {
        let beyond = |value: &str| {
            let number = value.trim_matches(['[', ']']).parse::<i64>().ok()?;
            let other = |number: i64| value.replace(value.trim_matches(['[', ']']), &number.to_string());
            Some([other(number - 1), other(number + 1)])
        };
        for (table, keys) in [("[[port]]", &PORT[..]), ("[ftp]", &FTP), ("[evidence]", &EVIDENCE)] {
            for Key { name, bounds, .. } in keys {
                let Some([least, most]) = bounds else { continue };
                for bound in [least, most] {
                    assert!(layer(&with(table, name, bound)).is_ok(), "{name} = {bound}");
                }
                if let (Some([below, _]), Some([_, above])) = (beyond(least), beyond(most)) {
                    for value in [below, above] {
                        assert!(layer(&with(table, name, &value)).is_err(), "{name} = {value}");
                    }
                }
            }
        }
    }
}
