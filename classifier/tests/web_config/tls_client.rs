// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A TLS client that returns the result of its connection.

use std::{io, net::TcpStream, sync::Arc, time::Duration};

use rustls::{
    CipherSuite, ClientConfig, ClientConnection, NamedGroup, ProtocolVersion, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};

use crate::{
    authority::Pair,
    scene::Scene,
    served::{Answer, Client, Served},
};

/// Parameters that a client offers; an empty list offers all.
#[derive(Clone, Copy, Default)]
pub struct Offer<'a> {
    pub versions: &'a [ProtocolVersion],
    pub suites: &'a [CipherSuite],
    pub groups: &'a [NamedGroup],
    pub protocols: &'a [&'a [u8]],
    pub certificate: Option<&'a Pair>,
}

/// Negotiated parameters.
#[derive(Debug, PartialEq, Eq)]
pub struct Agreed {
    pub version: ProtocolVersion,
    pub suite: CipherSuite,
    pub group: NamedGroup,
    pub protocol: Option<Vec<u8>>,
}

pub type Encrypted = Client<StreamOwned<ClientConnection, TcpStream>>;

impl Scene {
    /// Opens a connection that trusts this scene's authority, with its handshake.
    pub fn connect(&self, server: &Served, offer: Offer) -> io::Result<(Encrypted, Agreed)> {
        let socket = TcpStream::connect(server.addresses[0])?;
        socket.set_read_timeout(Some(Duration::from_secs(10)))?;
        let name = ServerName::try_from("localhost").expect("a name");
        let connection =
            ClientConnection::new(Arc::new(self.client(offer)), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        let conn = &stream.conn;
        let agreed = Agreed {
            version: conn.protocol_version().expect("after the handshake"),
            suite: conn.negotiated_cipher_suite().expect("after the handshake").suite(),
            group: conn.negotiated_key_exchange_group().expect("after the handshake").name(),
            protocol: conn.alpn_protocol().map(<[u8]>::to_vec),
        };
        Ok((Client::over(stream), agreed))
    }

    /// Returns the answer to one request. In TLS 1.3 a client learns of its rejected certificate after its
    /// handshake, so that only the answer shows it.
    pub fn ask(&self, server: &Served, offer: Offer) -> io::Result<Answer> {
        self.ask_with(server, offer, "/metrics", "")
    }

    pub fn ask_with(&self, server: &Served, offer: Offer, path: &str, headers: &str) -> io::Result<Answer> {
        let (mut client, _) = self.connect(server, offer)?;
        client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes());
        client.try_answer(false)
    }

    /// Returns the server's alert; empty if the client is admitted.
    pub fn told(&self, server: &Served, offer: Offer) -> String {
        match self.ask(server, offer) {
            Ok(answer) => {
                assert_eq!(answer.status(), 200);
                String::new()
            }
            Err(error) => error.to_string(),
        }
    }

    fn client(&self, offer: Offer) -> ClientConfig {
        let mut provider = ring::default_provider();
        if !offer.suites.is_empty() {
            provider.cipher_suites.retain(|suite| offer.suites.contains(&suite.suite()));
            provider
                .cipher_suites
                .sort_by_key(|suite| offer.suites.iter().position(|one| *one == suite.suite()));
        }
        if !offer.groups.is_empty() {
            provider.kx_groups.retain(|group| offer.groups.contains(&group.name()));
        }
        let offered = |version| offer.versions.is_empty() || offer.versions.contains(&version);
        let versions: Vec<_> = [&TLS12, &TLS13].into_iter().filter(|known| offered(known.version)).collect();
        let mut roots = RootCertStore::empty();
        roots.add(certificate(&self.authority.certificate)).expect("a certificate");
        let builder = ClientConfig::builder_with_provider(Arc::new(provider));
        let builder =
            builder.with_protocol_versions(&versions).expect("is consistent").with_root_certificates(roots);
        let mut config = match offer.certificate {
            None => builder.with_no_client_auth(),
            Some(pair) => {
                let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).expect("a key");
                let key = ring::sign::any_supported_type(&key).expect("a key");
                // The server must check whether certificate and key match.
                let shown = CertifiedKey::new(vec![certificate(&pair.certificate)], key);
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
            }
        };
        config.alpn_protocols = offer.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        config
    }
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}
