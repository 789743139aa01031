// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The container image of all architectures, as an OCI layout in a tar archive.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::{Target, archive};
use crate::{
    process::{find, read},
    workspace,
};

/// Builds the image by the container recipe, and returns the name of the archive. Nothing runs in the image, so that any
/// machine builds it for any architecture.
pub fn write(binaries: &[(&Target, &Path)], builds: &Path, output: &Path, time: &str) -> Result<String> {
    let Some(buildah) = find("buildah") else { bail!("no buildah: `apt-get install buildah`") };
    let folder = builds.join("image");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let (context, layout) = (folder.join("context"), folder.join("layout"));
    fs::create_dir_all(&context).with_context(|| format!("cannot make {}", context.display()))?;
    let buildah = || {
        let mut command = Command::new(&buildah);
        command.args(["--storage-driver", "vfs", "--root"]).arg(folder.join("store"));
        command.arg("--runroot").arg(folder.join("run"));
        command
    };
    let version = env!("CARGO_PKG_VERSION");
    let revision = read(Command::new("git").current_dir(workspace::root()).args(["rev-parse", "HEAD"]))?;
    let list = format!("classifier:{version}");
    for (target, binary) in binaries {
        let copy = context.join("classifier");
        fs::copy(binary, &copy).with_context(|| format!("cannot copy {}", binary.display()))?;
        let mut build = buildah();
        build.args(["build", "--quiet", "--isolation", "chroot", "--manifest", &list, "--timestamp", time]);
        build.args(["--platform", &format!("linux/{}", target.debian)]);
        build.args(["--build-arg", &format!("VERSION={version}")]);
        build.args(["--build-arg", &format!("REVISION={}", revision.trim())]);
        build.arg("--file").arg(workspace::root().join("deploy/oci/Containerfile"));
        read(build.arg(&context))?;
    }
    let to = format!("oci:{}:{version}", layout.display());
    read(buildah().args(["manifest", "push", "--all", &list, &to]))?;
    let name = format!("classifier-{version}-oci.tar");
    archive::tar(&layout, Path::new("."), &output.join(&name), time)?;
    Ok(name)
}
