// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Modules of a kernel, in dependency order.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

/// Modules that the tests need and Debian's cloud kernels lack.
pub const NEEDED: [&str; 17] = [
    // Hooks, and links between hosts.
    "sch_ingress",
    "cls_bpf",
    "veth",
    "tun",
    "bonding",
    // Layer-3 devices.
    "ipip",
    "sit",
    "ip_gre",
    "ip_vti",
    "ip6_vti",
    "xfrm_interface",
    "wireguard",
    // ESP, and its ciphers and hashes.
    "crypto_null",
    "xfrm_user",
    "esp4",
    "esp6",
    "authenc",
];

/// Every module below a folder.
pub struct Modules {
    files: BTreeMap<String, PathBuf>,
    /// Names of the built-in modules.
    built_in: Vec<String>,
}

/// A module: its name and content.
pub type Module = (String, Vec<u8>);

impl Modules {
    pub fn below(folder: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder);
            for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some((name, _)) =
                    path.file_name().and_then(|name| name.to_str()?.split_once(".ko"))
                {
                    files.insert(normal(name), path);
                }
            }
        }
        let list = folder.join("modules.builtin");
        let list = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
        let names =
            list.lines().filter_map(|path| Some(normal(path.rsplit('/').next()?.strip_suffix(".ko")?)));
        Ok(Self { files, built_in: names.collect() })
    }

    /// Returns the needed modules in load order.
    pub fn needed(&self, names: &[&str]) -> Result<Vec<Module>> {
        let mut loaded = Vec::new();
        names.iter().try_for_each(|name| self.add(name, &mut loaded))?;
        Ok(loaded)
    }

    fn add(&self, name: &str, loaded: &mut Vec<Module>) -> Result<()> {
        let name = normal(name);
        if self.built_in.contains(&name) || loaded.iter().any(|(one, _)| *one == name) {
            return Ok(());
        }
        let content = self.read(&name).with_context(|| format!("no module {name}"))?;
        dependencies(&content).iter().try_for_each(|one| self.add(one, loaded))?;
        loaded.push((name, content));
        Ok(())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let file = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        if file.extension().is_some_and(|extension| extension == "xz") {
            unpacked(file)
        } else {
            fs::read(file)
        }
    }
}

/// Normalises a module name: file names may have hyphens instead of underscores.
fn normal(name: &str) -> String {
    name.replace('-', "_")
}

/// Reads the dependencies of a module: an entry of its section `.modinfo`, whose entries end with a NUL.
fn dependencies(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = module.windows(KEY.len()).position(|bytes| bytes == KEY) else { return vec![] };
    let value = module[at + KEY.len()..].split(|byte| *byte == 0).next().unwrap_or_default();
    let value = String::from_utf8_lossy(value);
    value.split(',').filter(|name| !name.is_empty()).map(Into::into).collect()
}

fn unpacked(file: &Path) -> io::Result<Vec<u8>> {
    let output = Command::new("xz").args(["--decompress", "--stdout"]).arg(file).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(output.stdout) } else { Err(io::Error::other(complaint.trim())) }
}

#[cfg(test)]
mod tests {
    use super::dependencies;

    #[test]
    fn dependencies_are_those_of_the_entry() {
        let module = b"\x7fELF\0license=GPL\0depends=gre,ip_tunnel\0retpoline=Y\0";
        assert_eq!(dependencies(module), ["gre", "ip_tunnel"]);
        assert_eq!(dependencies(b"\0depends=\0name=x\0"), [""; 0]);
        assert_eq!(dependencies(b"\0softdepends=a\0"), [""; 0]);
    }
}
