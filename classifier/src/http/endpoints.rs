//! From a request's head to an answer, without any socket.

use std::{fmt::Write, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName,
        HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use super::{compression, negotiation, page};
use crate::{
    config::TelemetryPath,
    counters::Readiness,
    metrics::{Exporter, agent::AgentMetrics},
    reload::Reloader,
};

pub(super) type Answer = Response<Full<Bytes>>;

pub(super) const PLAIN: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const PAGE_HEADERS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
];

/// What a path takes, and who answers there.
struct Route {
    /// Its methods, as the header `Allow` lists them.
    methods: &'static str,
    answer: fn(&Endpoints, &HeaderMap) -> Answer,
}

impl Route {
    /// Something to look at.
    const fn get(answer: fn(&Endpoints, &HeaderMap) -> Answer) -> Self {
        Self { methods: "GET, HEAD", answer }
    }

    fn takes(&self, method: &Method) -> bool {
        self.methods.split(", ").any(|one| one == method.as_str())
    }
}

/// Everything that can be asked for.
pub struct Endpoints {
    exporter: Arc<Exporter>,
    telemetry: TelemetryPath,
    reloader: Option<Arc<Reloader>>,
}

impl Endpoints {
    /// The endpoints over an exporter, its scrapes under this path.
    #[must_use]
    pub fn new(exporter: impl Into<Arc<Exporter>>, telemetry: TelemetryPath) -> Self {
        Self { exporter: exporter.into(), telemetry, reloader: None }
    }

    /// The same, with a reload for whoever asks for it.
    #[must_use]
    pub fn reloading(self, reloader: Arc<Reloader>) -> Self {
        Self { reloader: Some(reloader), ..self }
    }

    /// Answers a request; its body is not looked at. HEAD is answered as GET, hyper leaves the body out.
    pub fn answer<B>(&self, request: &Request<B>) -> Answer {
        let Some(route) = self.route(request.uri().path()) else {
            return text(StatusCode::NOT_FOUND, PLAIN, "not found; / lists what is here\n".into());
        };
        if !route.takes(request.method()) {
            let only = format!("only {}\n", route.methods.replace(", ", " and "));
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, PLAIN, only);
            set(&mut answer, ALLOW, route.methods);
            return answer;
        }
        (route.answer)(self, request.headers())
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

    /// What the agent counts of itself.
    pub(super) fn agent(&self) -> &AgentMetrics {
        self.exporter.agent()
    }

    fn metrics(&self, headers: &HeaderMap) -> Answer {
        let format = negotiation::format(headers);
        let body = self.exporter.scrape(format).into_bytes();
        let packed = (compression::pays(body.len()) && negotiation::takes_gzip(headers))
            .then(|| compression::gzip(&body).ok())
            .flatten();
        let is_packed = packed.is_some();
        let mut answer = respond(StatusCode::OK, format.content_type(), packed.unwrap_or(body));
        set(&mut answer, VARY, "accept, accept-encoding");
        if is_packed {
            set(&mut answer, CONTENT_ENCODING, "gzip");
        }
        answer
    }

    fn page(&self, _: &HeaderMap) -> Answer {
        let mut answer =
            text(StatusCode::OK, HTML, page::render(&self.exporter.readiness(), &self.telemetry));
        for (name, value) in PAGE_HEADERS {
            set(&mut answer, name, value);
        }
        answer
    }

    #[expect(clippy::unused_self, reason = "one signature for every endpoint")]
    fn healthy(&self, _: &HeaderMap) -> Answer {
        text(StatusCode::OK, PLAIN, "healthy\n".into())
    }

    fn ready(&self, _: &HeaderMap) -> Answer {
        let readiness = self.exporter.readiness();
        let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        text(status, PLAIN, readiness_text(&readiness))
    }

    fn reload(&self, _: &HeaderMap) -> Answer {
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
