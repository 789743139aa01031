// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Middleware in front of the endpoints: rate limit, authentication, and common response headers.

use std::{sync::Arc, time::Instant};

use hyper::{Request, StatusCode, header::WWW_AUTHENTICATE};
use rustls::ServerConfig;

use super::{
    Endpoints,
    endpoints::{Answer, PLAIN, set, text},
};
use crate::{
    metrics::agent::{DropReason, RefusalReason},
    web::{Credentials, Protection, Reading, Web},
};

/// The endpoints, protected by a web configuration if there is one.
pub struct Site {
    endpoints: Endpoints,
    web: Option<Web>,
}

impl Site {
    /// Creates a site from endpoints, with a web configuration or open to everybody.
    #[must_use]
    pub fn new(endpoints: Endpoints, web: Option<Web>) -> Self {
        if web.is_some() {
            endpoints.agent().web_config_read(true);
        }
        Self { endpoints, web }
    }

    /// Returns the encryption of new connections; `None` for plain HTTP.
    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.protection(self.web.as_ref()?).tls.clone()
    }

    /// Answers a request if it is admitted.
    pub(super) async fn answer<B>(&self, request: Request<B>) -> Answer {
        let Some(web) = &self.web else { return self.endpoints.answer(&request) };
        let protection = self.protection(web);
        let mut answer = if protection.limit.as_ref().is_some_and(|limit| !limit.admits(Instant::now())) {
            self.refuse(RefusalReason::RateLimited)
        } else if admits(web, &protection, Credentials::of(request.headers())).await {
            self.endpoints.answer(&request)
        } else {
            self.refuse(RefusalReason::Unauthorized)
        };
        for (name, value) in &protection.headers {
            answer.headers_mut().insert(name, value.clone());
        }
        answer
    }

    pub(super) fn dropped(&self, reason: DropReason) {
        self.endpoints.agent().connection_dropped(reason);
    }

    /// Returns the current protection.
    fn protection(&self, web: &Web) -> Arc<Protection> {
        let (protection, reading) = web.now();
        match reading {
            Reading::Unchanged => {}
            Reading::Taken => self.endpoints.agent().web_config_read(true),
            Reading::Refused => self.endpoints.agent().web_config_read(false),
        }
        protection
    }

    fn refuse(&self, reason: RefusalReason) -> Answer {
        self.endpoints.agent().request_refused(reason);
        match reason {
            RefusalReason::RateLimited => {
                text(StatusCode::TOO_MANY_REQUESTS, PLAIN, "Too Many Requests\n".into())
            }
            RefusalReason::Unauthorized => {
                let mut answer = text(StatusCode::UNAUTHORIZED, PLAIN, "Unauthorized\n".into());
                set(&mut answer, WWW_AUTHENTICATE, "Basic");
                answer
            }
        }
    }
}

async fn admits(web: &Web, protection: &Protection, credentials: Option<Credentials>) -> bool {
    match (&protection.users, credentials) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(users), Some(credentials)) => web.gatekeeper().admits(users, credentials).await,
    }
}
