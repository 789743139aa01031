// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A release: archives, Debian and RPM packages with static binaries, a container image, an SBOM, the licences of all
//! parts, and checksums. Times in the files are the commit's, and no file contains a path of the machine.

mod archive;
pub mod deb;
mod image;
mod notices;
mod parts;
mod rpm;
mod target;
mod twice;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use self::deb::Deb;
pub use self::target::{Target, select};
use crate::{packages, process::read, toolchain, workspace};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Programs that write packages and images, and the Debian packages that have them.
const PACKERS: [(&str, &str); 2] = [("rpmbuild", "rpm"), ("buildah", "buildah")];

#[derive(clap::Args)]
pub struct Options {
    /// Build for this architecture alone, such as `aarch64`; repeatable
    #[arg(long = "arch", value_name = "ARCH")]
    architectures: Vec<String>,
    /// Folder of the files
    #[arg(long, default_value = "dist/release")]
    output: PathBuf,
    /// Build again in a clone in another folder, and compare all files byte for byte
    #[arg(long)]
    twice: bool,
}

pub fn make(options: &Options) -> Result<()> {
    toolchain::setup()?;
    let targets = select(&options.architectures)?;
    packages::provide_programs(&PACKERS)?;
    let output = std::path::absolute(&options.output)?;
    let builds = workspace::metadata()?.target_directory.join("release-builds");
    let names = write(&targets, builds.as_std_path(), &output)?;
    for name in &names {
        println!("{}", output.join(name).display());
    }
    if options.twice { twice::compare(&options.architectures, &output) } else { Ok(()) }
}

/// Builds the targets in a build folder, and writes the files of the release. Returns their names.
fn write(targets: &[&Target], builds: &Path, output: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(output).with_context(|| format!("cannot make {}", output.display()))?;
    let time = commit_time()?;
    let binaries: Vec<_> = targets.iter().map(|target| target.build(builds, &time)).collect::<Result<_>>()?;
    // A binary writes its own man pages: one that runs on this machine, also when its archive is not wanted.
    let writer = target::of_this_machine()?.build(builds, &time)?;
    let common = parts::common(&writer)?;
    let mut names = Vec::new();
    let built: Vec<_> = targets.iter().copied().zip(binaries.iter().map(PathBuf::as_path)).collect();
    for (target, binary) in &built {
        let name = format!("classifier-{VERSION}-linux-{}", target.architecture);
        let mut files = common.clone();
        let content = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
        files.insert("classifier".into(), content);
        files.insert("sbom.cdx.json".into(), parts::sbom(target, &time)?);
        names.push(archive::write(output, &name, &files, &time)?);
        let package = format!("classifier_{VERSION}-1_{}.deb", target.debian);
        let notices = &common[Path::new(parts::NOTICES)];
        let deb = Deb { binary, writer: &writer, notices, target: Some(target.triple), time: &time };
        deb.pack(&output.join(&package))?;
        names.push(rpm::pack(target, &output.join(&package), builds, output, &time)?);
        names.push(package);
    }
    names.push(image::write(&built, builds, output, &time)?);
    let sums = read(Command::new("sha256sum").current_dir(output).args(&names))?;
    fs::write(output.join("SHA256SUMS"), sums).context("cannot write SHA256SUMS")?;
    names.push("SHA256SUMS".into());
    Ok(names)
}

/// Time of the commit, in seconds since 1970: every time in the files.
fn commit_time() -> Result<String> {
    let time = read(Command::new("git").current_dir(workspace::root()).args(["log", "-1", "--format=%ct"]))?;
    Ok(time.trim().to_owned())
}

/// Files of an archive, by path.
type Files = BTreeMap<PathBuf, Vec<u8>>;
