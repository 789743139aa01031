// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rules, dashboard and documents against the catalogue.

use std::{fs, path::Path};

use classifier::metrics::catalog;

/// Ends of a name that make it a family or one of its series.
const ENDS: [&str; 8] = ["_total", "_info", "_seconds", "_bytes", "_sum", "_count", "_bucket", "_successful"];

/// Finds names in a text that begin and end as families do. A recording rule is another name: it has colons.
fn families(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split(|one: char| !(one.is_ascii_alphanumeric() || matches!(one, '_' | ':')));
    names.filter(|name| name.starts_with("classifier_") && ENDS.iter().any(|end| name.ends_with(end)))
}

fn is_exported(name: &str) -> bool {
    let mut series = ["_bucket", "_sum", "_count"].into_iter().filter_map(|end| name.strip_suffix(end));
    let known = |name: &str| catalog::ALL.iter().any(|family| family.name == name);
    known(name) || series.any(known)
}

#[test]
fn deployed_files_and_documents_name_only_families_of_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = |folder: &str| {
        fs::read_dir(root.join(folder)).expect("is there").map(|one| one.expect("is read").path())
    };
    let documents = ["docs", "deploy/prometheus", "deploy/grafana"].into_iter().flat_map(files);
    let mut known = 0;
    for path in
        documents.filter(|path| path.is_file()).chain([root.join("README.md"), root.join("CHANGELOG.md")])
    {
        let text = fs::read_to_string(&path).expect("is text");
        for name in families(&text) {
            assert!(is_exported(name), "{} names {name}", path.display());
            known += 1;
        }
    }
    assert!(known > 100, "{known}");
}
