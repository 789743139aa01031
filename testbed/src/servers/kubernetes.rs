//! Programs that write Kubernetes manifests. They ask no cluster.

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

fn find(name: &str) -> PathBuf {
    let installed = PathBuf::from("/usr/local/bin").join(name);
    if installed.is_file() { installed } else { program("kubernetes", &format!("usr/bin/{name}")) }
}
