// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The image of the container recipe.

use std::{
    env::temp_dir,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use testbed::{run, servers::Folder};

const RECIPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/oci/Containerfile");
const NAME: &str = "localhost/classifier:test";

/// An image in a store of its own.
pub struct Image {
    store: Folder,
}

impl Image {
    /// Builds the image with the agent under test.
    pub fn build() -> Self {
        let (image, context) = (Self { store: Folder::new("store") }, Folder::new("context"));
        fs::copy(env!("CARGO_BIN_EXE_classifier"), context.path().join("classifier")).expect("a copy");
        let build = ["build", "--isolation", "chroot", "--file", RECIPE, "--tag", NAME];
        run(image.buildah().args(build).args(["--build-arg", "VERSION=1.2.3"]).arg(context.path()));
        image
    }

    /// Returns the image's configuration of its run.
    pub fn configuration(&self) -> Value {
        let said = run(self.buildah().args(["inspect", "--type", "image", NAME]));
        let said: Value = serde_json::from_str(&said).expect("JSON");
        said["OCIv1"]["config"].clone()
    }

    /// Unpacks its files into a directory that is removed with the image.
    pub fn files(&self) -> PathBuf {
        let container = run(self.buildah().args(["from", NAME]));
        run(self.buildah().args(["mount", container.trim()])).trim().into()
    }

    fn buildah(&self) -> Command {
        let mut command = Command::new("buildah");
        // Without a driver that mounts anything, and without the machine's own store.
        command.args(["--storage-driver", "vfs", "--root", &self.store.join("root")]);
        command.args(["--runroot", &self.store.join("run")]).env("TMPDIR", temp_dir());
        command
    }
}

/// Lists a directory with its subdirectories.
pub fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    entries.map(|name| name.to_string_lossy().into_owned()).collect()
}
