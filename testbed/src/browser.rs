// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A real headless browser on a host, driven by the W3C's `WebDriver` protocol. Chromium's own protocol
//! covers the rest.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{Host, Running, servers::Folder};

/// Listen address of the driver. Every host has its own loopback.
const DRIVER: &str = "127.0.0.1:9515";

/// Arguments for a headless browser that makes no requests of its own and ends with its driver.
const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// A browser with one tab; it ends with this guard.
pub struct Browser {
    host: Host,
    session: String,
    driver: Running,
    profile: Folder,
}

impl Browser {
    /// Starts Debian's Chromium on a host.
    #[must_use]
    pub fn start(host: &Host) -> Self {
        let driver = host.spawn("chromedriver", &["--port=9515"]);
        let profile = Folder::new("browser");
        let mut browser = Self { host: host.clone(), session: String::new(), driver, profile };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !browser.try_ask("GET", "/status", &Value::Null).is_some_and(|status| status["ready"] == true) {
            assert!(browser.driver.ended().is_none(), "no driver: {}", browser.driver.said());
            assert!(Instant::now() < deadline, "the driver is not ready: {}", browser.driver.said());
            thread::sleep(Duration::from_millis(20));
        }
        let data = format!("--user-data-dir={}", browser.profile.path().display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([data.as_str()]).collect();
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = browser.ask("POST", "/session", &capabilities);
        browser.session = format!("/session/{}", made["sessionId"].as_str().expect("a session has an id"));
        // The browser's start page must not show up in `requests`.
        browser.go("about:blank");
        drop((browser.requests(), browser.complaints()));
        browser
    }

    /// Opens a page, and waits until it is loaded.
    pub fn go(&self, url: &str) {
        self.command("/url", &json!({"url": url}));
    }

    /// Evaluates a JavaScript expression on the page.
    #[must_use]
    pub fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.command("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Sets the width of the window in CSS pixels, and the preferred colour scheme.
    pub fn look(&self, width: u32, dark: bool) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500});
        self.chromium("Emulation.setDeviceMetricsOverride", &size);
        self.medium("", dark);
    }

    /// Lays the page out for paper, in the preferred colour scheme, until the next [`Self::look`].
    pub fn look_at_paper(&self, width: u32, dark: bool) {
        self.look(width, dark);
        self.medium("print", dark);
    }

    /// Sets the medium, empty for the screen, and the preferred colour scheme.
    fn medium(&self, medium: &str, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chromium("Emulation.setEmulatedMedia", &json!({"media": medium, "features": features}));
    }

    /// Prints the page on sheets of A4, as a PDF.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        let printed = self.chromium("Page.printToPDF", &json!({"paperWidth": 8.27, "paperHeight": 11.69}));
        STANDARD.decode(printed["data"].as_str().expect("a document")).expect("in base 64")
    }

    /// Allows or forbids scripts.
    pub fn allow_scripts(&self, allowed: bool) {
        self.chromium("Emulation.setScriptExecutionDisabled", &json!({"value": !allowed}));
    }

    /// Takes a screenshot as PNG, from the first selected element to the last one, limited in height.
    #[must_use]
    pub fn picture(&self, first: &str, last: &str, highest: u32) -> Vec<u8> {
        let edge = |selector: &str, edge: &str| {
            let place =
                format!("document.querySelector({selector:?}).getBoundingClientRect().{edge} + scrollY");
            self.value(&place).as_f64().expect("a place")
        };
        let top = edge(first, "top");
        let height = (edge(last, "bottom") - top).min(f64::from(highest));
        let width = self.value("innerWidth");
        let clip = json!({"x": 0, "y": top, "width": width, "height": height, "scale": 1});
        let taken =
            self.chromium("Page.captureScreenshot", &json!({"captureBeyondViewport": true, "clip": clip}));
        STANDARD.decode(taken["data"].as_str().expect("a picture")).expect("in base 64")
    }

    /// Presses a key, such as `"\u{e004}"` for Tab.
    pub fn press(&self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.command("/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}));
    }

    /// Returns the browser's log messages about pages since the last call.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.log("browser").iter().map(Value::to_string).collect()
    }

    /// Returns the URLs requested since the last call.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let log = self.log("performance");
        let messages =
            log.iter().filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        let sent = messages.filter(|message| message["message"]["method"] == "Network.requestWillBeSent");
        let url = |message: Value| message["message"]["params"]["request"]["url"].as_str().map(str::to_owned);
        sent.filter_map(url).collect()
    }

    /// Returns the accessibility tree: role and name of each node, in order.
    #[must_use]
    pub fn accessible(&self) -> Vec<(String, String)> {
        let tree = self.chromium("Accessibility.getFullAXTree", &json!({}));
        let nodes = tree["nodes"].as_array().expect("a list");
        let seen = nodes.iter().filter(|node| node["ignored"] == false);
        let word = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        seen.map(|node| (word(&node["role"]), word(&node["name"]))).collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.command("/se/log", &json!({"type": kind}));
        entries.as_array().expect("a list").clone()
    }

    /// Sends a command of Chromium's own protocol.
    fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.command("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_ask(method, path, body);
        let answer = answer.unwrap_or_else(|| panic!("{path}: no answer: {}", self.driver.said()));
        assert!(answer["error"].is_null(), "{path}: {answer}");
        answer
    }

    /// Sends a request to the driver and returns its value.
    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = self.host.enter(|| {
            let mut stream = TcpStream::connect(DRIVER).ok()?;
            stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
            let length = body.len();
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nHost: {DRIVER}\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .ok()?;
            let mut stream = BufReader::new(stream);
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).ok()?;
                match line.trim_end().split_once(':') {
                    Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                        length = value.trim().parse().ok()?;
                    }
                    None if line.trim_end().is_empty() => break,
                    _ => {}
                }
            }
            let mut answer = vec![0; length];
            stream.read_exact(&mut answer).ok()?;
            Some(answer)
        })?;
        let mut answer: Value = serde_json::from_slice(&answer).ok()?;
        Some(answer["value"].take())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that no longer answers ends with its driver.
        let _ = self.try_ask("DELETE", &self.session, &Value::Null);
    }
}
