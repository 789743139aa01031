// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host with an FTP server, an agent and a browser, and a client.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use testbed::{Agent, Browser, End, Host, Lab, Running, servers::Ftp};

pub const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Address of the agent, which the browser may request.
pub const PAGE: &str = "http://127.0.0.1:9877/";

/// Bytes of a file: more than the buffers hold, and more than curl reads at once.
const LENGTH: usize = 20 << 20;

pub struct Scene {
    pub client: Host,
    pub server: Host,
    pub at_server: End,
    /// Another counted interface of the server.
    pub other: End,
    pub agent: Agent,
    pub browser: Browser,
    ftp: Ftp,
}

impl Scene {
    pub fn new() -> Self {
        let lab = Lab::new();
        let [client, server] = ["client", "server"].map(|name| lab.host(name));
        let (_, at_server) = lab.link(&client, &server);
        let (_, other) = lab.link(&client, &server);
        // A download then arrives in small pieces, and curl's limit is applied between them.
        client.sysctl("net/ipv4/tcp_rmem", "4096 16384 16384");
        let ftp = Ftp::vsftpd(&server);
        ftp.publish("long", &vec![b'x'; LENGTH]);
        ftp.publish("short", b"a line\n");
        let agent = server.agent(BINARY, &["-i", &at_server.name, "-i", &other.name]);
        let browser = Browser::start(&server);
        Self { client, server, at_server, other, agent, browser, ftp }
    }

    /// Begins a download that takes some seconds.
    pub fn slow_download(&self) -> Running {
        let url = self.url("long");
        self.client.spawn("curl", &self.curl(&["--limit-rate", "1M", &url]))
    }

    /// Downloads in this mode.
    pub fn download(&self, how: &[&str]) {
        let url = self.url("short");
        self.client.run("curl", &self.curl(&[how, &[&url]].concat()));
    }

    fn url(&self, file: &str) -> String {
        format!("ftp://{}/pub/{file}", self.at_server.v4)
    }

    fn curl<'a>(&self, how: &[&'a str]) -> Vec<&'a str> {
        let always = [
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--output",
            "/dev/null",
            "--user",
            self.ftp.login(),
        ];
        [&always, how].concat()
    }

    /// Loads the page repeatedly until a condition is true.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let text = self.show();
            if is_so(&text) {
                return text;
            }
            assert!(Instant::now() < deadline, "never {what}:\n{text}");
            thread::sleep(Duration::from_millis(300));
        }
    }

    /// Loads the page, and returns its text.
    pub fn show(&self) -> String {
        self.browser.go(PAGE);
        self.browser.value("document.body.innerText").as_str().expect("text").to_owned()
    }

    /// Returns the texts of all matching elements.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let expression =
            format!("Array.from(document.querySelectorAll({selector:?}), one => one.textContent)");
        let texts = self.browser.value(&expression);
        texts.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
