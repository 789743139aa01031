// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The man page of the configuration file: `classifier.toml(5)`.

use clap_mangen::roff::{Roff, bold, roman};

use super::text::{entry, heading, line, see_also, verbatim};
use crate::config::keys::{EVIDENCE, FILE, FTP, Key, PORT};

const DESCRIPTION: &str = "`classifier run --config FILE` reads settings from a TOML file. Every key of the file is optional. An \
                           environment variable overrides the file, and a flag overrides both. A file with an unknown key, or \
                           with a value out of bounds, is refused whole. SIGHUP makes a running agent reload the file.";

const EXAMPLE: &str = r#"listen = [":9877"]
interfaces = ["eth0", "veth*"]

[[port]]
protocol = "smtp"
transport = "tcp"
ports = [465, 587]

[ftp]
control_ports = [21, 2121]"#;

/// The page, in roff.
pub(super) fn page() -> String {
    let roff = &mut Roff::new();
    let version = concat!("classifier ", env!("CARGO_PKG_VERSION"));
    roff.control("TH", ["classifier.toml", "5", "", version, "classifier"]);
    heading(roff, "NAME");
    roff.text([roman("classifier.toml - configuration file of classifier-run(1)")]);
    heading(roff, "SYNOPSIS");
    roff.text([roman("/etc/classifier/classifier.toml")]);
    heading(roff, "DESCRIPTION");
    roff.text(line(DESCRIPTION));
    for (name, keys) in [
        ("TOP LEVEL KEYS", &FILE[..]),
        ("KEYS OF [[PORT]]", &PORT),
        ("KEYS OF [FTP]", &FTP),
        ("KEYS OF [EVIDENCE]", &EVIDENCE),
    ] {
        heading(roff, name);
        for key in keys {
            entry(roff, vec![bold(key.name)], &meaning(key));
        }
    }
    heading(roff, "EXAMPLES");
    verbatim(roff, EXAMPLE.lines());
    roff.control("PP", []);
    roff.text(line("Check the file with `classifier run --config FILE --check`."));
    heading(roff, "FILES");
    let file = "Configuration file of the packaged service.";
    entry(roff, vec![bold("/etc/classifier/classifier.toml")], file);
    see_also(roff, &["classifier-run(1)", "classifier(1)"]);
    roff.render()
}

/// The meaning with default and bounds, in sentences.
fn meaning(key: &Key) -> String {
    let bounds = key.bounds.map(|[least, most]| format!(" From {least} to {most}."));
    let default = (!key.default.is_empty()).then(|| format!(" Default: {}.", key.default));
    format!("{}.{}{}", key.meaning, bounds.unwrap_or_default(), default.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_accepted() {
        let path = std::env::temp_dir().join(format!("classifier-example-{}.toml", std::process::id()));
        std::fs::write(&path, EXAMPLE).unwrap();
        let read = crate::config::file::read(&path);
        std::fs::remove_file(&path).unwrap();
        assert!(read.is_ok(), "{read:?}");
    }
}
