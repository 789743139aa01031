//! A configuration file that goes with its guard.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use classifier::config::{ConfigError, Layer, Settings, Sources};

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

    pub fn below(&self, flags: Layer) -> Result<Settings, ConfigError> {
        Sources { flags, file: Some(self.0.clone()) }.settings()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
