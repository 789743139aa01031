// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A directory with a web configuration and certificates, and a server with them.

use std::{
    cell::Cell,
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

use classifier::{
    config::TelemetryPath,
    http::Limits,
    web::{Web, WebError},
};
use testbed::servers::Folder;

use crate::{
    authority::{Authority, Valid},
    made_up::MadeUp,
    served::Served,
};

/// TLS configuration with the certificate of every scene.
pub const TLS: &str = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

pub struct Scene {
    pub folder: Folder,
    /// Servers follow their files, so each has one of its own.
    files: Cell<u32>,
    /// Authority that signed the server's certificate, stored as `ca.crt`.
    pub authority: Authority,
}

impl Scene {
    pub fn new() -> Self {
        let scene = Self {
            folder: Folder::new("web-config"),
            files: Cell::new(0),
            authority: Authority::new("authority"),
        };
        scene.folder.write("ca.crt", &scene.authority.certificate);
        scene.renew(Valid::Now);
        scene
    }

    /// Replaces the certificate of the server.
    pub fn renew(&self, valid: Valid) {
        let pair = self.authority.server(valid);
        self.folder.write("server.key", pair.key);
        self.folder.write("server.crt", pair.certificate);
    }

    /// Returns the path of the configuration that was loaded last.
    pub fn file(&self) -> String {
        self.folder.join(&format!("web{}.yml", self.files.get()))
    }

    /// Writes a configuration, and returns its path.
    pub fn write(&self, configuration: impl AsRef<[u8]>) -> String {
        fs::write(self.file(), configuration).expect("the folder is ours");
        self.file()
    }

    /// Loads another configuration.
    pub fn load(&self, configuration: &str) -> Result<Web, WebError> {
        self.files.set(self.files.get() + 1);
        Web::load(self.write(configuration).as_ref())
    }

    /// Starts a server with this configuration.
    pub fn serve(&self, configuration: &str) -> Served {
        self.serve_within(configuration, Limits::default())
    }

    pub fn serve_within(&self, configuration: &str, limits: Limits) -> Served {
        let web = self.load(configuration).expect("a good configuration");
        Served::behind(Some(web), TelemetryPath::default(), MadeUp::default(), limits)
    }
}

/// Waits until a condition is true.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(10));
    }
}
