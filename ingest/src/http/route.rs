//! The route.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use holdfast_domain::intake::Received;
use holdfast_domain::{Clock, Sensitive};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::{error, info, warn};

use super::answer::Answer;
use super::auth::{Integrator, IntegratorAuth};
use super::problem::Refusal;
use crate::config::IngestConfig;
use crate::decode::Decoder;
use crate::decode::http::{Mode, mode};
use crate::decode::mapping_of;
use crate::error::{IngestError, chain};
use crate::handler::{Batch, BatchHandler, HandleError};
use crate::metrics::IngestMetrics;

/// What the HTTP intake works with. Cheap to clone.
#[derive(Clone)]
pub struct HttpIntake {
    handler: Arc<dyn BatchHandler>,
    auth: Arc<dyn IntegratorAuth>,
    clock: Arc<dyn Clock>,
    metrics: IngestMetrics,
    config: Arc<IngestConfig>,
    slots: Arc<Semaphore>,
}

impl HttpIntake {
    /// An intake with the settings of `config`.
    pub fn new(
        config: Arc<IngestConfig>,
        handler: Arc<dyn BatchHandler>,
        auth: Arc<dyn IntegratorAuth>,
        clock: Arc<dyn Clock>,
        metrics: IngestMetrics,
    ) -> Self {
        let slots = Arc::new(Semaphore::new(config.http.max_waiting));
        Self {
            handler,
            auth,
            clock,
            metrics,
            config,
            slots,
        }
    }

    async fn receive(&self, request: Request<Body>) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        let integrator = self.sender(&head.headers).await?;
        let mode = mode(&head.headers).ok_or(Refusal::MediaType)?;
        // Taken before the body is read, so that waiting requests hold no memory beyond the bound.
        let slot = Arc::clone(&self.slots)
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        let waiting = Waiting::begin(slot, &self.metrics.http_waiting);
        self.take_in(&integrator, mode, &head.headers, body, waiting)
            .await
    }

    async fn sender(&self, headers: &HeaderMap) -> Result<Integrator, Refusal> {
        let header = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header.and_then(bearer).ok_or(Refusal::Unauthorized)?;
        match self
            .auth
            .integrator(&Sensitive::new(token.to_owned()))
            .await
        {
            Ok(Some(integrator)) => Ok(integrator),
            Ok(None) => Err(Refusal::Unauthorized),
            Err(error) => {
                warn!(%error, "an integrator's token could not be looked up");
                Err(Refusal::Unavailable)
            }
        }
    }

    async fn take_in(
        &self,
        integrator: &Integrator,
        mode: Mode,
        headers: &HeaderMap,
        body: Body,
        waiting: Waiting,
    ) -> Result<Answer, Refusal> {
        let limit = self.config.http.max_request_bytes;
        let body = timeout(
            self.config.http.timeout(),
            axum::body::to_bytes(body, limit),
        )
        .await
        .map_err(|_| Refusal::Slow)?
        .map_err(|_| Refusal::TooLarge(limit))?;
        let decoder = self.decoder(integrator).map_err(|error| {
            error!(integrator = integrator.name, %error, "the integrator's field mapping does not work");
            Refusal::Unavailable
        })?;
        let records = self.decode(&decoder, integrator, mode, headers, &body)?;
        if records.is_empty() {
            return Ok(Answer::to(&[]));
        }
        let batch = Batch {
            tenant: integrator.tenant.clone(),
            source: format!("http/{}", integrator.name),
            records,
            advance: None,
        };
        let batch = Arc::new(batch);
        self.record(&batch, waiting).await?;
        info!(
            integrator = integrator.name,
            events = batch.records.len(),
            "recorded events of {}",
            integrator.name
        );
        Ok(Answer::to(&batch.records))
    }

    fn decoder(&self, integrator: &Integrator) -> Result<Decoder, IngestError> {
        let decoder = Decoder::new(
            &self.config,
            integrator.tenant.clone(),
            integrator.platform.clone(),
        )
        .with_platforms(&integrator.platforms);
        match &integrator.mapping {
            Some(name) => Ok(decoder.with_mapping(mapping_of(&self.config, name)?)),
            None => Ok(decoder),
        }
    }

    fn decode(
        &self,
        decoder: &Decoder,
        integrator: &Integrator,
        mode: Mode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Vec<Received>, Refusal> {
        let now = self.clock.now();
        if mode != Mode::Batch {
            return Ok(vec![decoder.http(
                &integrator.name,
                mode,
                headers,
                body,
                now,
            )]);
        }
        let records = decoder
            .http_batch(&integrator.name, body, now)
            .map_err(|_| Refusal::NotABatch)?;
        let most = self.config.http.max_batch_events;
        if records.len() > most {
            Err(Refusal::TooMany(most))
        } else {
            Ok(records)
        }
    }

    async fn record(&self, batch: &Arc<Batch>, waiting: Waiting) -> Result<(), Refusal> {
        let (this, batch) = (self.clone(), Arc::clone(batch));
        // On a task of its own: a sender that hangs up must not cut a batch off half-way.
        let recording = tokio::spawn(async move {
            let recorded = this.hand_on(&batch).await;
            drop(waiting);
            recorded
        });
        match timeout(self.config.http.timeout(), recording).await {
            Ok(Ok(recorded)) => recorded,
            Ok(Err(error)) => {
                error!(%error, "recording a request ended badly");
                Err(Refusal::Unavailable)
            }
            Err(_) => {
                warn!("a request was not recorded in time");
                Err(Refusal::Unavailable)
            }
        }
    }

    async fn hand_on(&self, batch: &Batch) -> Result<(), Refusal> {
        let started = tokio::time::Instant::now();
        let handled = self.handler.handle(batch).await;
        self.metrics
            .batch_seconds
            .observe(started.elapsed().as_secs_f64());
        let outcome = match &handled {
            Ok(()) => "recorded",
            Err(HandleError::Stop(_)) => "refused",
            Err(HandleError::Fenced) => "fenced",
            Err(HandleError::Transient(_)) => "retried",
        };
        self.metrics.batches.with_label_values(&[outcome]).inc();
        match handled {
            Ok(()) => {
                self.metrics.recorded(batch, "http", self.clock.now());
                Ok(())
            }
            Err(error) => {
                warn!(error = chain(&error), "a request could not be recorded");
                Err(Refusal::Unavailable)
            }
        }
    }
}

/// A place among the requests that wait; given back wherever the request ends.
struct Waiting {
    gauge: IntGauge,
    _slot: OwnedSemaphorePermit,
}

impl Waiting {
    fn begin(slot: OwnedSemaphorePermit, gauge: &IntGauge) -> Self {
        gauge.inc();
        Self {
            gauge: gauge.clone(),
            _slot: slot,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

/// The routes of the HTTP intake.
pub fn router(intake: HttpIntake) -> Router {
    Router::new()
        .route("/v1/events", post(receive))
        .with_state(intake)
}

async fn receive(State(intake): State<HttpIntake>, request: Request<Body>) -> Response {
    let answer = intake.receive(request).await;
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(refusal) => refusal.status(),
    };
    intake
        .metrics
        .http_requests
        .with_label_values(&[status.as_str()])
        .inc();
    answer.into_response()
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
