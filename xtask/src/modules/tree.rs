// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The module tree of a crate, and the file of each path.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};

use super::file::Text;

/// The path of a module from the root; the root is empty.
type Module = Vec<String>;

/// Limit of re-exports that are followed, so that a name that refers to itself terminates.
const HOPS: usize = 16;

/// Every module of a crate, with the module whose file contains it.
pub struct Tree(BTreeMap<Module, (Module, Text)>);

impl Tree {
    /// Reads the file of the root, and of every module below it.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self(BTreeMap::new());
        let folder = root.parent().context("a root has a folder")?;
        tree.add_file(&[], root, folder)?;
        Ok(tree)
    }

    fn add_file(&mut self, module: &[String], path: &Path, folder: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = Text::read(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        self.add(module, module, text, path, folder)
    }

    fn add(
        &mut self,
        module: &[String],
        file: &[String],
        mut text: Text,
        path: &Path,
        folder: &Path,
    ) -> Result<()> {
        let child_of = |name: &str| [module, &[name.to_owned()]].concat();
        for (name, said) in &text.children {
            let inside = folder.join(name);
            let candidates = said.as_ref().map_or_else(
                || vec![folder.join(format!("{name}.rs")), inside.join("mod.rs")],
                |said| vec![path.with_file_name(said)],
            );
            let Some(path) = candidates.iter().find(|path| path.exists()) else {
                bail!("{}: no file for the module {name}", path.display());
            };
            self.add_file(&child_of(name), path, &inside)?;
        }
        for (name, inner) in std::mem::take(&mut text.inline) {
            text.children.insert(name.clone(), None);
            self.add(&child_of(&name), file, inner, path, &folder.join(&name))?;
        }
        self.0.insert(module.to_vec(), (file.to_vec(), text));
        Ok(())
    }

    /// Returns the pairs of files in which the first uses an item of the second.
    pub fn imports(&self) -> BTreeSet<(Module, Module)> {
        let mut imports = BTreeSet::new();
        for (module, (file, text)) in &self.0 {
            let ends = text.paths.iter().filter_map(|path| self.file_of(module, path, HOPS));
            let ends = ends.filter_map(|end| Some(self.0.get(&end)?.0.clone()));
            imports.extend(ends.filter(|end| end != file).map(|end| (file.clone(), end)));
        }
        imports
    }

    /// Resolves a path of `module` to a module. `None`: the path leads out of the crate.
    fn file_of(&self, module: &[String], path: &[String], hops: usize) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let mut at = module.to_vec();
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                at.pop();
            }
            _ => return self.inside(&at, path, hops),
        }
        self.inside(&at, rest, hops).or(Some(at))
    }

    /// Resolves a path from the module `at` to a module.
    fn inside(&self, at: &[String], path: &[String], hops: usize) -> Option<Module> {
        let (_, text) = self.0.get(at)?;
        let hops = hops.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        if first == "super" {
            return self.file_of(at, path, hops);
        }
        if text.items.contains(first) {
            return Some(at.to_vec());
        }
        if text.children.contains_key(first) {
            let child = [at, std::slice::from_ref(first)].concat();
            return self.inside(&child, rest, hops).or(Some(child));
        }
        if let Some(target) = text.names.get(first) {
            let whole = [target.as_slice(), rest].concat();
            // An import of the module's own name would recurse forever.
            return (target.first() != Some(first) || text.children.contains_key(first))
                .then(|| self.file_of(at, &whole, hops))?;
        }
        text.globs.iter().find_map(|glob| {
            let target = self.file_of(at, glob, hops)?;
            self.0.get(&target)?;
            self.inside(&target, path, hops)
        })
    }
}
