// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs that write and check Kubernetes manifests. They ask no cluster.

use std::{path::PathBuf, process::Command};

use super::program;
use crate::run;

/// Returns the manifests of a kustomization.
#[must_use]
pub fn kustomize(folder: &str) -> String {
    run(Command::new(find("kubectl")).args(["kustomize", folder]))
}

/// Runs helm, and returns its output.
#[must_use]
pub fn helm(arguments: &[&str]) -> String {
    run(Command::new(find("helm")).args(arguments))
}

/// Compares a file of manifests with the schemas of Kubernetes.
///
/// # Errors
///
/// The report, when a manifest does not fit: also when a field is unknown.
pub fn validate(file: &str) -> Result<String, String> {
    let modules = program("kubernetes-validate", "");
    let mut python = Command::new("python3");
    python.args(["-m", "kubernetes_validate", "--strict", file]).env("PYTHONPATH", modules);
    let output = python.output().unwrap_or_else(|error| panic!("{python:?}: {error}"));
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(report) } else { Err(report) }
}

fn find(name: &str) -> PathBuf {
    let installed = PathBuf::from("/usr/local/bin").join(name);
    if installed.is_file() { installed } else { program("kubernetes", &format!("usr/bin/{name}")) }
}
