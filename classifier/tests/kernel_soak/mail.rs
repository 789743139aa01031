// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Mail in transit: sent, then read over POP3 and IMAP.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::servers::Postfix;

use crate::scene::Scene;

const PAUSE: Duration = Duration::from_secs(3);

/// Sends and reads mails until a moment, and returns how many were sent.
pub fn run(scene: &Scene, until: Instant) -> usize {
    let [v4, v6] = &scene.servers[0].addresses;
    let hosts = [v4.to_string(), format!("[{v6}]")];
    let login = scene.mail.1.login();
    let text = scene.files.write("mail", format!("Subject: soak\r\n\r\n{}", "A line of it.\r\n".repeat(200)));
    let envelope = ["--mail-from", "someone@example.org", "--mail-rcpt", Postfix::ADDRESS];
    let mut sent = 0;
    while Instant::now() < until {
        let host = &hosts[sent % 2];
        let smtp = format!("smtp://{host}/client.example.org");
        curl(scene, &[&envelope[..], &["--upload-file", &text, &smtp]].concat());
        for url in [format!("pop3://{host}/"), format!("imap://{host}/INBOX?NEW")] {
            curl(scene, &["--user", &login, &url]);
        }
        sent += 1;
        thread::sleep(PAUSE);
    }
    sent
}

fn curl(scene: &Scene, arguments: &[&str]) {
    let always = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"];
    scene.network.client.run("curl", &[&always, arguments].concat());
}
