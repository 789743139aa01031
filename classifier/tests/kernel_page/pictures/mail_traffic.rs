// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Conversations of the mail server with its clients, and with hosts that refuse.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, SocketAddr, UdpSocket},
    thread,
    time::Duration,
};

use testbed::{Host, converse, servers::Postfix};

use super::{
    clients::{Repeated, curl},
    mail_server::{BEYOND, MailServer},
};

/// A download: its file, its rate, and further flags of curl.
type Download = (&'static str, &'static str, &'static [&'static str]);

/// Downloads that repeat, with their pauses.
const DOWNLOADS: [(&[u64], &[Download]); 4] = [
    (&[20, 150, 10, 80, 400], &[("image", "700k", &[]), ("long", "300k", &["--disable-epsv"])]),
    (&[5, 30, 8, 15, 60, 5], &[("short", "2M", &[]), ("long", "900k", &[]), ("short", "90k", &[])]),
    (&[300, 40, 600], &[("long", "400k", &[])]),
    (&[90, 30, 240, 60], &[("long", "350k", &["--ftp-port", "-"]), ("short", "60k", &["--ftp-port", "-"])]),
];

impl MailServer {
    /// Starts the clients.
    pub fn traffic(&self) -> Repeated {
        let mut all = Repeated::default();
        for ((client, _), address) in self.clients.iter().zip(self.addresses) {
            self.downloads(&mut all, client, address);
            self.mail(&mut all, client, address);
        }
        self.refusals(&mut all);
        self.other_services(&mut all);
        self.errors(&mut all);
        all
    }

    fn downloads(&self, all: &mut Repeated, client: &Host, address: IpAddr) {
        for (pauses, downloads) in DOWNLOADS {
            let (client, login) = (client.clone(), self.ftp.clone());
            all.add(pauses, move |nth| {
                let (file, rate, how) = downloads[nth % downloads.len()];
                let url = format!("ftp://{address}/pub/{file}");
                curl(&client, &[&["--user", &login, "--limit-rate", rate, &url], how].concat());
            });
        }
    }

    fn mail(&self, all: &mut Repeated, client: &Host, address: IpAddr) {
        let (host, letter) = (client.clone(), self.letter.clone());
        all.add(&[6, 14, 9, 30, 4, 4, 55], move |nth| {
            let url = format!("smtp://{address}/client.example.net");
            let envelope = ["--mail-from", "a@example.net", "--mail-rcpt", Postfix::ADDRESS];
            let tls = if nth % 5 == 0 { &[][..] } else { &["--ssl-reqd"] };
            curl(&host, &[&envelope[..], &["--upload-file", &letter, &url], tls].concat());
        });
        for (scheme, path, pauses) in
            [("imap", "INBOX;MAILINDEX=1", &[12, 25, 40, 8][..]), ("pop3", "1", &[70, 35, 120])]
        {
            let (host, login) = (client.clone(), self.boxes.clone());
            all.add(pauses, move |nth| {
                let url = format!("{scheme}://{address}/{path}");
                let tls = if nth % 9 == 0 { &[][..] } else { &["--ssl-reqd"] };
                curl(&host, &[&["--user", &login, &url][..], tls].concat());
            });
        }
    }

    /// Mail to hosts that refuse it, prohibit it or do not answer, and announcements of foreign addresses.
    fn refusals(&self, all: &mut Repeated) {
        let (lan, at_lan) = self.clients[0].clone();
        let accepts = lan.listen(SocketAddr::new(at_lan.v4.into(), 25));
        thread::spawn(move || accepts.incoming().for_each(drop));
        let [_, prohibited, silent, _] = BEYOND;
        let (host, here, dmz) = (self.host.clone(), at_lan.v4.to_string(), self.clients[1].1.v4.to_string());
        all.add(&[40, 15, 90, 20], move |nth| {
            let to = [&here, &here, &here, &dmz, &here, prohibited, &here, silent][nth % 8];
            curl(&host, &[&format!("smtp://{to}/")]);
        });
        let (client, to, login) = (lan, SocketAddr::new(self.addresses[0], 21), self.ftp.clone());
        all.add(&[400, 250], move |_| {
            let (user, password) = login.split_once(':').expect("a login has both");
            let stream = client.connect(SocketAddr::new(at_lan.v4.into(), 0), to);
            let mut answers = BufReader::new(&stream).lines();
            for command in [
                &format!("USER {user}"),
                &format!("PASS {password}"),
                "EPSV",
                "PORT 10,77,1,9,200,10",
                "QUIT",
            ] {
                assert!(answers.next().is_some(), "the server answers");
                (&stream).write_all(format!("{command}\r\n").as_bytes()).expect("it is sent");
            }
        });
    }

    fn other_services(&self, all: &mut Repeated) {
        let (client, end) = self.clients[0].clone();
        let services: Vec<_> = self
            .services
            .iter()
            .map(|(to, listener)| (*to, listener.try_clone().expect("a descriptor")))
            .collect();
        all.add(&[11, 5, 30, 60], move |nth| {
            let (to, listener) = &services[[0, 0, 1, 0, 2][nth % 5]];
            converse(&client.connect(SocketAddr::new(end.v4.into(), 0), *to), listener);
        });
        let (client, to) = (self.clients[1].0.clone(), self.addresses[1]);
        all.add(&[80, 200], move |_| curl(&client, &[&format!("http://{to}/")]));
    }

    /// Pings, questions to a name server that is not there, and packets whose time to live ends on the way.
    fn errors(&self, all: &mut Repeated) {
        let (host, [_, _, _, further]) = (self.host.clone(), BEYOND);
        all.add(&[100, 70, 300], move |_| {
            let _ = host.command("ping").args(["-c", "1", "-t", "1", "-W", "1", further]).output();
        });
        for ((client, end), address) in self.clients.clone().into_iter().zip(self.addresses) {
            let pinged = client.clone();
            all.add(&[10, 10, 20, 10, 50], move |_| {
                let _ = pinged.command("ping").args(["-c", "2", "-i", "0.3", &address.to_string()]).output();
            });
            all.add(&[25, 40, 15, 130], move |_| {
                let asked = client.enter(|| {
                    let socket = UdpSocket::bind(SocketAddr::new(end.v4.into(), 0))?;
                    socket.send_to(&[0; 40], SocketAddr::new(address, 53))
                });
                asked.expect("it is sent");
                thread::sleep(Duration::from_millis(20));
            });
        }
    }
}
