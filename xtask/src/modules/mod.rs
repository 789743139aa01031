// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The module graph of a crate, which has no import circle.
//!
//! The child modules of one parent, with their descendants, import one another in one direction. A parent and
//! its children count as one module: a child may use the items of its parent.
//!
//! `cargo-modules` has the same check, but builds rust-analyzer, which takes ten minutes on two cores. This
//! check parses the files with `syn` and uses `petgraph`.

mod file;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

use self::tree::Tree;
use crate::workspace;

/// The crates, each with the root of its module tree.
const ROOTS: [(&str, &str); 6] = [
    ("classifier", "src/lib.rs"),
    ("classifier-common", "src/lib.rs"),
    ("classifier-ebpf", "src/main.rs"),
    ("testbed", "src/lib.rs"),
    ("bench", "src/main.rs"),
    ("xtask", "src/main.rs"),
];

/// Refuses import circles in every crate.
pub fn check() -> Result<()> {
    let mut circles = Vec::new();
    for (package, root) in ROOTS {
        let folder = workspace::root().join(package);
        let tree = Tree::read(&folder.join(root))?;
        circles.extend(of_tree(&tree).into_iter().map(|circle| format!("{package}: {circle}")));
    }
    if !circles.is_empty() {
        bail!("{} import circles:\n{}", circles.len(), circles.join("\n"));
    }
    Ok(())
}

/// Finds the circles among the child modules of each module.
fn of_tree(tree: &Tree) -> Vec<String> {
    let imports = tree.imports();
    let mut levels: BTreeMap<&[String], BTreeSet<(&str, &str)>> = BTreeMap::new();
    for (from, to) in &imports {
        let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
        if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
            levels.entry(&from[..shared]).or_default().insert((one, other));
        }
    }
    let circles_in = |(parent, edges): (&[String], BTreeSet<_>)| {
        let parent = if parent.is_empty() { "the root".to_owned() } else { parent.join("::") };
        circles(&edges).into_iter().map(move |circle| format!("in {parent}: {circle}"))
    };
    levels.into_iter().flat_map(circles_in).collect()
}

/// Finds the circles of one graph, each as its members.
fn circles(edges: &BTreeSet<(&str, &str)>) -> Vec<String> {
    let graph = DiGraphMap::<_, ()>::from_edges(edges);
    let components = tarjan_scc(&graph).into_iter().filter(|component| component.len() > 1);
    components
        .map(|mut members| {
            members.sort_unstable();
            let inner = edges.iter().filter(|(from, to)| members.contains(from) && members.contains(to));
            let inner: Vec<_> = inner.map(|(from, to)| format!("{from} -> {to}")).collect();
            format!("{}\n    {}", members.join(", "), inner.join("\n    "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Tree, of_tree};

    fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!(
            "classifier-modules-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::write(path, text).expect("it is written");
        }
        let tree = Tree::read(&folder.join("lib.rs")).expect("it is read");
        fs::remove_dir_all(&folder).expect("it is removed");
        of_tree(&tree)
    }

    #[test]
    fn two_files_that_import_each_other_are_a_circle() {
        let found = circles_of(&[
            ("lib.rs", "mod one; mod two;"),
            ("one.rs", "use crate::two::Two; pub struct One;"),
            ("two.rs", "pub struct Two; pub fn one() -> crate::one::One { todo!() }"),
        ]);
        assert_eq!(found.len(), 1, "{found:#?}");
    }

    #[test]
    fn a_path_inside_a_macro_is_an_import() {
        let found = circles_of(&[
            ("lib.rs", "mod one; mod two;"),
            ("one.rs", "use crate::two::Two; pub struct One;"),
            ("two.rs", "pub struct Two; pub fn one() { println!(\"{:?}\", crate::one::One); }"),
        ]);
        assert_eq!(found.len(), 1, "{found:#?}");
    }

    #[test]
    fn modules_are_a_circle_though_their_files_are_none() {
        let found = circles_of(&[
            ("lib.rs", "mod one; mod two;"),
            ("one/mod.rs", "mod a; mod b; pub use self::{a::A, b::B};"),
            ("one/a.rs", "pub struct A;"),
            ("one/b.rs", "pub struct B(crate::two::Two);"),
            ("two.rs", "use crate::one::A; pub struct Two(A);"),
        ]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("in the root: one, two"), "{found:#?}");
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines_the_name() {
        let found = circles_of(&[
            ("lib.rs", "mod one;"),
            ("one/mod.rs", "mod a; mod b; pub use self::{a::A, b::*};"),
            ("one/a.rs", "use super::B; pub struct A(B);"),
            ("one/b.rs", "use super::A; pub struct B(A);"),
        ]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("in one: a, b"), "{found:#?}");
    }

    #[test]
    fn what_only_tests_import_is_no_circle() {
        let found = circles_of(&[
            ("lib.rs", "mod one; mod two;"),
            ("one.rs", "use crate::two::Two; pub struct One;"),
            ("two.rs", "pub struct Two; #[cfg(test)] mod tests { use crate::one::One; }"),
        ]);
        assert!(found.is_empty(), "{found:#?}");
    }
}
