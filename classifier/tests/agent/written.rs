// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A configuration file that is removed with its guard.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use classifier::{
    config::{Layer, Settings},
    configuration::{ConfigurationError, ConfigurationSources},
};

pub struct Written(pub PathBuf);

impl Written {
    pub fn new(text: impl AsRef<[u8]>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("classifier-config-{}-{number}.toml", process::id()));
        fs::write(&path, text).expect("a file can be written");
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("a path of letters")
    }

    pub fn below(&self, flags: Layer) -> Result<Settings, ConfigurationError> {
        let sources = ConfigurationSources { flags, file: Some(self.0.clone()) };
        sources.read().map(|configuration| configuration.settings)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
