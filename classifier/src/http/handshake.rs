// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Performs the TLS handshake.

use std::{io, sync::Arc};

use rustls::{Error, ServerConfig};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tracing::debug;

use crate::metrics::agent::DropReason;

/// First byte of every TLS connection: a record of the handshake (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 22;

/// Answer to plain HTTP; Go's servers send the same.
const PLAIN_HTTP: &[u8] = b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Connection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/// Performs the handshake; `None` if the client left before it sent anything.
///
/// # Errors
///
/// The reason why there is no encrypted connection.
pub async fn shake(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
) -> Result<Option<TlsStream<TcpStream>>, DropReason> {
    let mut first = [0];
    match socket.peek(&mut first).await {
        Ok(1) if first == [HANDSHAKE_RECORD] => {}
        Ok(1) => {
            debug!("a client does not speak TLS");
            // The client may have left, and then needs no answer.
            let _ = refuse_plain(&mut socket).await;
            return Err(DropReason::NotTls);
        }
        Ok(_) | Err(_) => return Ok(None),
    }
    match TlsAcceptor::from(config).accept(socket).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) => {
            debug!(%error, "a TLS handshake failed");
            Err(reason(&error))
        }
    }
}

/// Answers a request in plain HTTP. Its bytes are read first: closing a socket with unread bytes discards the
/// answer.
async fn refuse_plain(socket: &mut TcpStream) -> io::Result<()> {
    socket.try_read(&mut [0; 4096])?;
    socket.write_all(PLAIN_HTTP).await?;
    socket.shutdown().await
}

fn reason(error: &io::Error) -> DropReason {
    match error.get_ref().and_then(|error| error.downcast_ref::<Error>()) {
        Some(Error::NoCertificatesPresented | Error::InvalidCertificate(_)) => DropReason::ClientCertificate,
        _ => DropReason::Handshake,
    }
}
