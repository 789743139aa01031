// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Clients of an FTP server: curl and lftp, over TLS.

use std::net::{IpAddr, SocketAddr};

use testbed::{
    Host, Running,
    servers::{Folder, Ftp},
};

/// Bytes of the transferred file.
pub const LONG: usize = 300_000;

/// First arguments of every call of curl.
const CURL: [&str; 7] = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30"];

/// Options for TLS on control and data.
pub const SECURE: [&str; 2] = ["--ssl-reqd", "--insecure"];
/// Options for TLS on the control connection alone. curl 7.87 to 7.88 never begins the handshake of an active
/// data connection (<https://github.com/curl/curl/issues/10666>).
pub const SECURE_CONTROL: [&str; 2] = ["--ftp-ssl-control", "--insecure"];

/// Version of TLS for uploads. With 1.3 the server sends tickets on the data connection, which an uploading
/// client does not read: its close becomes a reset, and the server may lose the end of the file.
const BEFORE_TICKETS: &str = "1.2";

/// A client of a server, with files to upload.
pub struct Client<'n> {
    host: &'n Host,
    server: &'n Ftp,
    scheme: &'static str,
    files: Folder,
}

impl<'n> Client<'n> {
    /// Creates a client with URLs of this scheme.
    pub fn new(host: &'n Host, server: &'n Ftp, scheme: &'static str) -> Self {
        server.publish("long", "0123456789abcdef\n".repeat(LONG / 17).as_bytes());
        let files = Folder::new("ftps-client");
        files.write("long", vec![b'x'; LONG]);
        Self { host, server, scheme, files }
    }

    /// Makes a listing, a download and an upload by curl; `name` is new to the server.
    pub fn curl(&self, there: IpAddr, options: &[&str], name: &str) {
        let options = [&CURL[..], &["--user", self.server.login()], options].concat();
        let curl = |arguments: &[&str]| self.host.run("curl", &[&options[..], arguments].concat());
        let url = self.url(there);
        let listing = curl(&[&format!("{url}/pub/")]);
        assert!(listing.contains("long"), "{listing}");
        assert_eq!(curl(&[&format!("{url}/pub/long")]).len(), LONG / 17 * 17);
        let long = self.files.join("long");
        curl(&["--tls-max", BEFORE_TICKETS, "--upload-file", &long, &format!("{url}/in/{name}")]);
        self.assert_stored(name);
    }

    /// Makes the transfers by lftp, after these settings, with the TLS version of uploads.
    pub fn lftp(&self, there: IpAddr, settings: &str, name: &str) {
        let (user, url) = (self.server.login().replace(':', ","), self.url(there));
        let long = self.files.join("long");
        let script = format!(
            "set net:max-retries 1; set net:timeout 10; set ftp:ssl-force true; \
             set ssl:verify-certificate no; set ssl:priority NORMAL:-VERS-TLS1.3; {settings}; \
             open -u {user} {url}; cls pub; cat pub/long; put {long} -o in/{name}; bye"
        );
        let mut lftp = self.host.command("lftp");
        let said = testbed::run(lftp.env("HOME", self.files.path()).args(["--norc", "-c", &script]));
        assert!(said.len() > LONG / 17 * 17, "{} bytes", said.len());
        self.assert_stored(name);
    }

    /// Begins a download by curl that takes ten seconds: enough to stop it in between.
    pub fn slow_read(&self, there: IpAddr, options: &[&str]) -> Running {
        let url = format!("{}/pub/long", self.url(there));
        let slow = ["--limit-rate", "30k", "--user", self.server.login(), &url];
        self.host.spawn("curl", &[&CURL[..], options, &slow].concat())
    }

    fn url(&self, there: IpAddr) -> String {
        let host = SocketAddr::new(there, 0).to_string();
        format!("{}://{}", self.scheme, host.trim_end_matches(":0"))
    }

    fn assert_stored(&self, name: &str) {
        assert_eq!(self.server.stored(name).map(|stored| stored.len()), Some(LONG), "{name}");
    }
}

/// Waits for the successful end of a slow download that was stopped.
pub fn finish(mut read: Running) {
    read.go_on();
    let status = read.wait();
    assert!(status.success(), "{status}: {}", read.said());
}
