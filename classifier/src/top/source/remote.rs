// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads samples from an agent by its URL, over one connection.

use std::{fmt, io, path::PathBuf, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Request, StatusCode, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{Target, Unlike, credentials::Credentials, scraped, trust};
use crate::top::{sample::Sample, word::Words};

/// Time limit of an answer: Prometheus' default.
const PATIENCE: Duration = Duration::from_secs(10);

/// Size limit of an answer: twice that of 4,096 interfaces.
const LARGEST: usize = 256 << 20;

/// Reason why an agent cannot be read.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// A named file cannot be used.
    #[error("cannot use {}: {cause}; give a file with {holds}", .path.display())]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Expected content.
        holds: &'static str,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// There are no certificate authorities to trust.
    #[error("cannot use the system's certificates: {0}; install ca-certificates, or give a file with --ca")]
    Authorities(#[source] io::Error),
    /// The agent cannot be reached.
    #[error("cannot reach {target}: {cause}; check that the agent runs and listens there")]
    Reach {
        /// URL of the agent.
        target: String,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// The connection broke.
    #[error("connection to {target} broke: {cause}; see the log of the agent")]
    Broken {
        /// URL of the agent.
        target: String,
        /// Cause.
        cause: String,
    },
    /// The answer took too long.
    #[error("{0} did not answer within 10 s; check the load of the agent and the network")]
    Slow(String),
    /// The agent refuses the request.
    #[error("{target} answers {status}; {}", remedy(*.status))]
    Status {
        /// URL of the agent.
        target: String,
        /// Status of the answer.
        status: StatusCode,
    },
    /// Another server answers.
    #[error("{target} does not answer like an agent: {cause}")]
    Unlike {
        /// URL of the agent.
        target: String,
        /// Difference from an agent's answer.
        cause: Unlike,
    },
}

fn remedy(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "name a file with user:password with --credentials",
        StatusCode::NOT_FOUND => "use the path of --telemetry-path",
        StatusCode::TOO_MANY_REQUESTS => "its rate limit is lower; raise --interval",
        _ => "see the agent's log",
    }
}

type Connection = http1::SendRequest<Empty<Bytes>>;

/// An agent, with the data to reach it.
pub struct Remote {
    target: Target,
    tls: Option<TlsConnector>,
    authorization: Option<String>,
    connection: Option<Connection>,
    words: Words,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Remote {
    /// Reads the files of the target, without connecting.
    pub(super) fn new(target: Target) -> Result<Self, RemoteError> {
        let credentials = match &target.credentials_file {
            Some(path) => {
                let (path, holds) = (path.clone(), "user:password in its first line");
                let read = Credentials::read(&path);
                Some(read.map_err(|cause| RemoteError::File { path, holds, cause })?)
            }
            None => target.credentials.clone(),
        };
        let authorities = target.authorities.as_deref();
        let tls = target.is_encrypted.then(|| trust::connector(authorities)).transpose();
        let tls = tls.map_err(|cause| match authorities {
            Some(path) => RemoteError::File {
                path: path.to_owned(),
                holds: "certificates of authorities in PEM",
                cause,
            },
            None => RemoteError::Authorities(cause),
        })?;
        let authorization = credentials.map(|credentials| credentials.header());
        Ok(Self { target, tls, authorization, connection: None, words: Words::default() })
    }

    /// Returns the agent's URL.
    pub(super) fn name(&self) -> String {
        self.target.to_string()
    }

    /// Requests one sample.
    pub(super) async fn read(&mut self) -> Result<Sample, RemoteError> {
        let text = match timeout(PATIENCE, self.text()).await {
            Ok(text) => text?,
            Err(_) => return Err(RemoteError::Slow(self.name())),
        };
        let sample = scraped(&text, &mut self.words);
        let mut sample = sample.map_err(|cause| RemoteError::Unlike { target: self.name(), cause })?;
        sample.origin = self.name();
        Ok(sample)
    }

    async fn text(&mut self) -> Result<String, RemoteError> {
        // A connection with an error is not used again.
        let mut connection = match self.connection.take().filter(|connection| !connection.is_closed()) {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let broken = |cause: &dyn std::error::Error| RemoteError::Broken {
            target: self.target.to_string(),
            cause: cause.to_string(),
        };
        connection.ready().await.map_err(|cause| broken(&cause))?;
        let mut request = Request::get(&self.target.path)
            .header(header::HOST, self.target.authority())
            .header(header::USER_AGENT, concat!("classifier/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "text/plain;version=0.0.4");
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Empty::new()).map_err(|cause| broken(&cause))?;
        let answer = connection.send_request(request).await.map_err(|cause| broken(&cause))?;
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(RemoteError::Status { target: self.name(), status });
        }
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(|cause| broken(&*cause))?.to_bytes();
        self.connection = Some(connection);
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    async fn connect(&self) -> Result<Connection, RemoteError> {
        let reach = |cause| RemoteError::Reach { target: self.target.to_string(), cause };
        let address = (self.target.host.as_str(), self.target.port);
        let socket = TcpStream::connect(address).await.map_err(reach)?;
        match &self.tls {
            None => begin(socket).await,
            Some(tls) => {
                let name = ServerName::try_from(self.target.host.clone());
                let name = name.map_err(|cause| reach(io::Error::other(cause)))?;
                begin(tls.connect(name, socket).await.map_err(reach)?).await
            }
        }
        .map_err(|cause| reach(io::Error::other(cause)))
    }
}

async fn begin(socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> hyper::Result<Connection> {
    let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
    // The task ends with the sender, which gets its errors too.
    tokio::spawn(async { drop(connection.await) });
    Ok(sender)
}
