// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Answers requests, independent of sockets.

use std::{fmt::Write, sync::Arc, time::Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName,
        HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use rustix::system::uname;

use super::{compression, negotiation};
use crate::{
    config::TelemetryPath,
    history::History,
    metrics::{Exporter, agent::AgentMetrics},
    page::{self, Page, Query, Times},
    reload::Reloader,
    snapshot::{Readiness, Readings},
};

pub(super) type Answer = Response<Full<Bytes>>;

pub(super) const PLAIN: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const PAGE_HEADERS: [(HeaderName, &str); 2] = [(X_FRAME_OPTIONS, "DENY"), (REFERRER_POLICY, "no-referrer")];

/// A path's methods and handler.
struct Route {
    /// Methods of the path, as the header `Allow` lists them.
    methods: &'static str,
    answer: fn(&Endpoints, &Asked<'_>) -> Answer,
}

/// Parts of a request that an answer may depend on.
struct Asked<'r> {
    headers: &'r HeaderMap,
    query: Option<&'r str>,
}

impl Route {
    /// Creates a route that answers GET and HEAD.
    const fn get(answer: fn(&Endpoints, &Asked<'_>) -> Answer) -> Self {
        Self { methods: "GET, HEAD", answer }
    }

    fn takes(&self, method: &Method) -> bool {
        self.methods.split(", ").any(|one| one == method.as_str())
    }
}

/// The endpoints of the server.
pub struct Endpoints {
    exporter: Arc<Exporter>,
    telemetry: TelemetryPath,
    host: String,
    history: Arc<History>,
    reloader: Option<Arc<Reloader>>,
    started: Instant,
    /// True if the counters are older than the agent.
    continues: bool,
}

impl Endpoints {
    /// Creates the endpoints of an exporter, with scrapes under this path.
    #[must_use]
    pub fn new(exporter: impl Into<Arc<Exporter>>, telemetry: TelemetryPath) -> Self {
        let host = uname().nodename().to_string_lossy().into_owned();
        Self {
            exporter: exporter.into(),
            telemetry,
            host,
            history: Arc::default(),
            reloader: None,
            started: Instant::now(),
            continues: false,
        }
    }

    /// Adds a page that shows this history.
    #[must_use]
    pub fn remembering(self, history: Arc<History>) -> Self {
        Self { history, ..self }
    }

    /// Tells the page whether the counters are older than the agent.
    #[must_use]
    pub fn continuing(self, continues: bool) -> Self {
        Self { continues, ..self }
    }

    /// Adds reloads by request.
    #[must_use]
    pub fn reloading(self, reloader: Arc<Reloader>) -> Self {
        Self { reloader: Some(reloader), ..self }
    }

    /// Answers a request, without its body. HEAD is answered like GET: hyper removes the body.
    pub fn answer<B>(&self, request: &Request<B>) -> Answer {
        let Some(route) = self.route(request.uri().path()) else {
            return text(StatusCode::NOT_FOUND, PLAIN, "not found; / lists the paths\n".into());
        };
        if !route.takes(request.method()) {
            let only = format!("only {}\n", route.methods.replace(", ", " and "));
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, PLAIN, only);
            set(&mut answer, ALLOW, route.methods);
            return answer;
        }
        (route.answer)(self, &Asked { headers: request.headers(), query: request.uri().query() })
    }

    fn route(&self, path: &str) -> Option<Route> {
        match path {
            path if path == self.telemetry.as_str() => Some(Route::get(Self::metrics)),
            "/" => Some(Route::get(Self::page)),
            "/-/healthy" => Some(Route::get(Self::healthy)),
            "/-/ready" => Some(Route::get(Self::ready)),
            "/-/reload" => Some(Route { methods: "POST, PUT", answer: Self::reload }),
            _ => None,
        }
    }

    /// Returns the agent's own counters.
    pub(super) fn agent(&self) -> &AgentMetrics {
        self.exporter.agent()
    }

    fn metrics(&self, asked: &Asked<'_>) -> Answer {
        let format = negotiation::format(asked.headers);
        let body = self.exporter.scrape(format).into_bytes();
        packed(StatusCode::OK, format.content_type(), body, asked.headers, "accept, accept-encoding")
    }

    fn page(&self, asked: &Asked<'_>) -> Answer {
        let source = self.exporter.source();
        let snapshot = source.snapshot();
        let readings = snapshot.as_ref().map(Readings::of).unwrap_or_default();
        let page = Page {
            host: &self.host,
            readiness: self.exporter.readiness(),
            view: self.history.view(&readings, Instant::now()),
            snapshot: snapshot.map_err(|error| error.to_string()),
            other_services: source.services_now().map_err(|error| error.to_string()),
            ftp: source.ftp_now(page::FTP_SHOWN),
            names: self.exporter.names(),
            rules: self.exporter.rules(),
            gauges: self.agent().gauges(),
            telemetry: &self.telemetry,
            times: Times::now(self.started.elapsed(), self.continues),
            query: Query::parse(asked.query.unwrap_or_default()),
        };
        let body = page.render().into_bytes();
        let mut answer = packed(StatusCode::OK, HTML, body, asked.headers, "accept-encoding");
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, page::policy());
        for (name, value) in PAGE_HEADERS {
            set(&mut answer, name, value);
        }
        answer
    }

    #[expect(clippy::unused_self, reason = "one signature for every endpoint")]
    fn healthy(&self, _: &Asked<'_>) -> Answer {
        text(StatusCode::OK, PLAIN, "healthy\n".into())
    }

    fn ready(&self, _: &Asked<'_>) -> Answer {
        let readiness = self.exporter.readiness();
        let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        text(status, PLAIN, readiness_text(&readiness))
    }

    fn reload(&self, _: &Asked<'_>) -> Answer {
        let Some(reloader) = &self.reloader else {
            let disabled = "reload is not enabled; start the agent with --enable-reload, or send it SIGHUP\n";
            return text(StatusCode::FORBIDDEN, PLAIN, disabled.into());
        };
        match reloader.reload() {
            Ok(()) => text(StatusCode::OK, PLAIN, "reloaded\n".into()),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, format!("{error}\n")),
        }
    }
}

fn readiness_text(readiness: &Readiness) -> String {
    let mut text = String::from(if readiness.ready { "ready\n" } else { "not ready\n" });
    for reason in &readiness.reasons {
        text.push_str(reason);
        text.push('\n');
    }
    for interface in &readiness.interfaces {
        let (name, ingress, egress) = (&interface.name, interface.ingress, interface.egress);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: ingress {ingress}, egress {egress}: {}", interface.why);
    }
    text
}

pub(super) fn text(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    respond(status, content_type, body.into_bytes())
}

/// Compresses a long body if the client accepts gzip.
fn packed(
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    headers: &HeaderMap,
    varies: &'static str,
) -> Answer {
    let packed = (compression::pays(body.len()) && negotiation::takes_gzip(headers))
        .then(|| compression::gzip(&body).ok())
        .flatten();
    let is_packed = packed.is_some();
    let mut answer = respond(status, content_type, packed.unwrap_or(body));
    set(&mut answer, VARY, varies);
    if is_packed {
        set(&mut answer, CONTENT_ENCODING, "gzip");
    }
    answer
}

fn respond(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, content_type);
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut answer, CACHE_CONTROL, "no-store");
    answer
}

pub(super) fn set(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}
