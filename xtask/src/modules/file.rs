// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Names and paths of one module.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::take,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, ImplItemFn, Item, ItemMod, ItemUse, Lit, Macro, Meta, UseTree, Visibility,
    visit::{self, Visit},
};

/// The parsed module: its child modules, imports and paths.
#[derive(Default)]
pub struct Text {
    /// Child modules in files of their own, each with the path of a `#[path]` attribute.
    pub children: BTreeMap<String, Option<String>>,
    /// Inline child modules.
    pub inline: BTreeMap<String, Self>,
    /// Names that imports introduce, with the path of each.
    pub names: BTreeMap<String, Vec<String>>,
    /// Paths of glob imports.
    pub globs: Vec<Vec<String>>,
    /// Paths in the code, without re-exports.
    pub paths: BTreeSet<Vec<String>>,
    /// Names that the module defines.
    pub items: BTreeSet<String>,
}

impl Text {
    pub fn read(text: &str) -> syn::Result<Self> {
        Ok(Self::of(&syn::parse_file(text)?.items))
    }

    fn of(items: &[Item]) -> Self {
        let mut text = Self { items: items.iter().filter_map(defined).collect(), ..Self::default() };
        for item in items {
            text.visit_item(item);
        }
        text
    }

    /// Records the names of an import, and its paths unless it is a re-export.
    fn import(&mut self, tree: &UseTree, prefix: &[String], is_reexport: bool) {
        let mut path = prefix.to_vec();
        let (name, end) = match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                return self.import(&inner.tree, &path, is_reexport);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, prefix, is_reexport));
            }
            UseTree::Glob(_) => {
                self.globs.push(path.clone());
                if !is_reexport {
                    self.paths.insert(path);
                }
                return;
            }
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(name) => (name.rename.to_string(), name.ident.to_string()),
        };
        let name = if end == "self" { prefix.last().cloned().unwrap_or_default() } else { name };
        if end != "self" {
            path.push(end);
        }
        if !is_reexport {
            self.paths.insert(path.clone());
        }
        self.names.insert(name, path);
    }
}

impl<'ast> Visit<'ast> for Text {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.to_string();
        if let Some((_, items)) = &module.content {
            self.inline.insert(name, Self::of(items));
        } else {
            self.children.insert(name, module.attrs.iter().find_map(path_attribute));
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        paths_of(called.tokens.clone(), &mut self.paths);
        visit::visit_macro(self, called);
    }
}

/// Collects the paths among tokens: names with `::` between them.
fn paths_of(tokens: TokenStream, paths: &mut BTreeSet<Vec<String>>) {
    let mut path = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    paths.insert(take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                paths_of(group.stream(), paths);
                colons = 0;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => colons = 0,
        }
    }
    paths.insert(path);
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}

/// Returns the file of an attribute `#[path = "…"]`.
fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) = &pair.value else { return None };
    pair.path.is_ident("path").then(|| path.value())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of items are not exhaustive")]
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of items are not exhaustive")]
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
