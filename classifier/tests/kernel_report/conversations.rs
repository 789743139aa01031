// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Real clients of real servers, over IPv4 and IPv6.

use std::net::{IpAddr, SocketAddr};

use testbed::{
    Host,
    servers::{Dovecot, Folder, Ftp, Postfix},
};

use crate::scene::Scene;

/// Passive ports of the FTP server.
pub const PASSIVE: [u16; 2] = [40_000, 40_099];

/// Bytes of some segments.
const LONG: usize = 20_000;

/// The servers, and the files of clients.
pub struct Servers {
    mail: Postfix,
    boxes: Dovecot,
    ftp: Ftp,
    mails: usize,
}

impl Servers {
    pub fn start(host: &Host) -> Self {
        let mail = Postfix::start(host);
        let ftp = Ftp::vsftpd_within(host, PASSIVE);
        ftp.publish("long", &vec![b'x'; LONG]);
        Self { boxes: Dovecot::start(host, &mail.mailboxes()), mail, ftp, mails: 0 }
    }

    /// Makes all conversations of a run, with each server over either family.
    pub fn talk(&mut self, scene: &Scene) {
        let files = Folder::new("client");
        for there in scene.there() {
            self.transfers(&scene.client, there);
            self.mail(&scene.client, there, &files);
            let to = there.to_string();
            scene.client.run("ping", &["-n", "-q", "-c", "3", "-i", "0.05", "-W", "5", &to]);
        }
    }

    /// Makes passive and active transfers: EPSV, PASV, EPRT, PORT.
    fn transfers(&self, client: &Host, there: IpAddr) {
        let url = format!("ftp://{}/pub/long", in_url(there));
        let ways: &[&[&str]] = if there.is_ipv4() {
            &[&[], &["--disable-epsv"], &["--ftp-port", "-"], &["--ftp-port", "-", "--disable-eprt"]]
        } else {
            &[&[], &["--ftp-port", "-"]]
        };
        for way in ways {
            let read = curl(client, &[&["--user", self.ftp.login()], *way, &[&url]].concat());
            assert_eq!(read.len(), LONG, "{way:?}");
        }
    }

    fn mail(&mut self, client: &Host, there: IpAddr, files: &Folder) {
        let server = in_url(there);
        self.mails += 1;
        let subject = format!("Subject: mail {}", self.mails);
        let text = files.write("mail", format!("{subject}\r\n\r\nA line.\r\n"));
        let envelope = ["--mail-from", "someone@example.org", "--mail-rcpt", Postfix::ADDRESS];
        let to = format!("smtp://{server}/client.example.org");
        curl(client, &[&envelope[..], &["--upload-file", &text, &to]].concat());
        self.mail.wait_for_mails(self.mails);
        let (login, number) = (self.boxes.login(), self.mails);
        for url in [format!("pop3://{server}/{number}"), format!("imap://{server}/INBOX;MAILINDEX={number}")]
        {
            let mail = curl(client, &["--user", &login, &url]);
            assert!(mail.contains(&subject), "{url}: {mail}");
        }
    }
}

fn curl(host: &Host, arguments: &[&str]) -> String {
    let always = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"];
    host.run("curl", &[&always, arguments].concat())
}

/// Writes an address for a URL.
fn in_url(address: IpAddr) -> String {
    SocketAddr::new(address, 0).to_string().trim_end_matches(":0").to_owned()
}
