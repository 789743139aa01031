//! The beginning of an encrypted connection.

use std::{io, sync::Arc};

use rustls::{Error, ServerConfig};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tracing::debug;

use crate::metrics::agent::DropReason;

/// First byte of every TLS connection: a record of the handshake (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 22;

/// For whom asks in plain HTTP; Go's servers say the same.
const PLAIN_HTTP: &[u8] = b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Connection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/// Shakes hands; `None` where the client left before it said anything.
///
/// # Errors
///
/// Why there is no encrypted connection.
pub async fn shake(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
) -> Result<Option<TlsStream<TcpStream>>, DropReason> {
    let mut first = [0];
    match socket.peek(&mut first).await {
        Ok(1) if first == [HANDSHAKE_RECORD] => {}
        Ok(1) => {
            debug!("a client does not speak TLS");
            // It may have left: then there is nobody to tell.
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

/// What has come is read, for a socket that is closed with unread bytes takes its last words back.
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
