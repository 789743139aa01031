// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Public captures, none of which is in this repository.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use serde_json::Value;

use crate::{
    command::{classified, classifier},
    packet::Packet,
    truth::Truth,
    tshark::{Dissected, dissect},
};

/// Directory of the public captures, beside the repository.
const FOLDER: &str = "../../shared/captures";

/// Variable with a directory whose files replace the public captures.
const OTHERS: &str = "CLASSIFIER_CAPTURES";

/// Returns the directory of the variable.
pub fn others() -> Option<OsString> {
    env::var_os(OTHERS)
}

/// Lists the captures; none if they are missing, which is an error on the machine that decides.
pub fn captures() -> Vec<PathBuf> {
    if let Some(folder) = others() {
        let files = files(Path::new(&folder));
        assert!(!files.is_empty(), "{OTHERS}: there is no file in {}", folder.display());
        return files;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let Ok(manifest) = fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        assert!(env::var_os("CI").is_none(), "NOT TESTED: there are no captures in {}", folder.display());
        // Written past the harness, which hides the output of a passing test.
        let said = writeln!(io::stderr(), "NOT TESTED: there are no captures in {}", folder.display());
        said.expect("somebody hears it");
        return Vec::new();
    };
    let names = manifest.lines().skip(1).filter_map(|line| line.split('\t').next());
    names.map(|name| folder.join(name)).collect()
}

/// Lists all files of a directory and its subdirectories.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{OTHERS}: {}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder is readable").path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.into_iter().flat_map(below).collect()
}

/// Runs a closure over all files, on as many threads as there are processors.
pub fn over_all(files: &[PathBuf], work: impl Fn(&Path) + Sync) {
    let left = Mutex::new(files.iter());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = next() {
                    work(file);
                }
            });
        }
    });
}

#[test]
fn every_packet_of_the_public_captures_is_what_tshark_says() {
    let files = captures();
    let wrong = Mutex::new(Vec::new());
    let counts = Mutex::new([0; 2]);
    over_all(&files, |file| {
        let Dissected { lines, is_broken } = dissect(file);
        let truth = Truth::of(&lines);
        let classified = classified(file, lines.len());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut differences = Vec::new();
        if classified.packets.len() > lines.len() {
            differences.push(format!(
                "{name}: {} packets, by tshark {}",
                classified.packets.len(),
                lines.len()
            ));
        }
        for (number, ((expected, found), line)) in
            (1..).zip(truth.classes.iter().zip(&classified.packets).zip(&lines))
        {
            let Some((protocol, role)) = found else { continue };
            if (protocol.as_str(), role.as_str()) != *expected {
                let layers = Packet::of(line).layers().join(":");
                differences
                    .push(format!("{name} {number}: {protocol} {role}, by tshark {expected:?}: {layers}"));
            }
        }
        let failure = classified.failure.as_deref().unwrap_or_default();
        // tshark has no line for some link types.
        let unclassified = classified.packets.iter().any(Option::is_none)
            || lines.is_empty() && !failure.is_empty() && !is_broken;
        let breaks = ["at byte", "give a pcap or pcapng file"].iter().any(|word| failure.contains(word));
        if unclassified != failure.contains("of unsupported link types") || is_broken != breaks {
            differences.push(format!("{name}: {failure:?}"));
        }
        if !unclassified && !is_broken {
            differences.extend(sums_differ(file, &truth).map(|difference| format!("{name}: {difference}")));
        }
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts[0] += 1;
        counts[1] += classified.packets.iter().flatten().count();
        wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(differences);
    });
    let (wrong, counts) = (wrong.into_inner().expect("no panic"), counts.into_inner().expect("no panic"));
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
    println!("{} captures, {} packets", counts[0], counts[1]);
}

/// Compares bytes, and ICMP messages by type, code and quoted protocol. Types and codes without a name are
/// counted together.
fn sums_differ(file: &Path, truth: &Truth) -> Option<String> {
    let (written, _) = classifier(&["--format", "json"], file);
    let total = &serde_json::from_str::<Value>(&written).expect("JSON")["total"];
    if truth.bytes.is_some() && total["bytes"].as_u64() != truth.bytes {
        return Some(format!("{} bytes, by tshark {:?}", total["bytes"], truth.bytes));
    }
    let mut expected = [BTreeMap::new(), BTreeMap::new()];
    let rows = total["icmp"].as_array().expect("a list");
    for (message, count) in &truth.messages {
        let row = |kind: Option<u64>, code: Option<u64>| {
            let of = |row: &&Value| {
                row["family"] == message.family
                    && row["type"].as_u64() == kind
                    && row["code"].as_u64() == code
            };
            rows.iter().find(of).map(|_| (message.family.to_owned(), kind, code, String::new()))
        };
        let (kind, code) = (Some(message.kind), Some(message.code));
        let key = row(kind, code).or_else(|| row(kind, None)).or_else(|| row(None, None));
        let key = key.unwrap_or_else(|| (message.family.to_owned(), kind, code, "not counted".to_owned()));
        *expected[0].entry(key).or_insert(0) += count;
        if let Some(quoted) = message.quoted {
            *expected[1].entry((message.family.to_owned(), kind, None, quoted.to_owned())).or_insert(0) +=
                count;
        }
    }
    let found = ["icmp", "icmp_quoted"].map(|list| {
        let rows = total[list].as_array().expect("a list").iter();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let key = |row: &Value| {
            (text(row, "family"), row["type"].as_u64(), row["code"].as_u64(), text(row, "protocol"))
        };
        rows.map(|row| (key(row), row["messages"].as_u64().unwrap_or_default())).collect::<BTreeMap<_, u64>>()
    });
    (found != expected).then(|| format!("{found:?}, by tshark {expected:?}"))
}
