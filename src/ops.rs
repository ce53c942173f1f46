//! What operators and their tools ask: health, readiness, figures; and the door for platforms.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use holdfast_domain::{Clock, CrisisLevel, PlatformId, Role, Sensitive};
use holdfast_event_store::{AnyStore, CaseCount, CaseStatus, StoreError, TokenScope};
use holdfast_ingest::http::{
    self, AuthUnavailable, HttpIntake, Integrator, IntegratorAuth, StaticTokens,
};
use holdfast_review_queue::ReviewService;
use prometheus::{Registry, TextEncoder};
use sha2::{Digest as _, Sha256};

use crate::health::Health;
use crate::metrics::PipelineMetrics;
use crate::wiring::Holdfast;

#[derive(Clone)]
struct Ops {
    store: Arc<dyn AnyStore>,
    health: Arc<Health>,
    registry: Registry,
    figures: PipelineMetrics,
    review: ReviewService,
    clock: Arc<dyn Clock>,
}

/// `/healthz`, `/healthz/crisis-path`, `/readyz` and `/metrics`. None of them shows content or names.
pub(crate) fn router(holdfast: &Holdfast) -> Router {
    let ops = Ops {
        store: holdfast.store.clone(),
        health: Arc::clone(&holdfast.health),
        registry: holdfast.registry.clone(),
        figures: holdfast.pipeline.metrics.clone(),
        review: holdfast.review.service.clone(),
        clock: Arc::clone(&holdfast.clock),
    };
    Router::new()
        .route("/healthz", get(healthz))
        .route("/healthz/crisis-path", get(crisis_path))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(ops)
}

async fn healthz() -> &'static str {
    "alive\n"
}

/// Fails when a post could not reach a person at this moment. Readiness is another matter: a broken
/// pager must not take console and intake out of service.
async fn crisis_path(State(ops): State<Ops>) -> impl IntoResponse {
    let faults = ops.health.crisis_path();
    if faults.is_empty() {
        (StatusCode::OK, "open\n".to_owned())
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("broken\n{}\n", faults.join("\n")),
        )
    }
}

/// Ready means: the store answers, and the process is not on its way out.
async fn readyz(State(ops): State<Ops>) -> impl IntoResponse {
    if ops.health.is_stopped() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match ops.store.head().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        ),
    }
}

async fn metrics(State(ops): State<Ops>) -> impl IntoResponse {
    ops.figures
        .crisis_path_up
        .set(i64::from(ops.health.crisis_path().is_empty()));
    // Without an answer of the store the last figures stand, and readiness tells the rest.
    if ops.review.count_cases().await.is_ok()
        && let Ok(counts) = ops.store.counts(ops.clock.now()).await
    {
        let waits = |count: &&CaseCount| {
            count.status == CaseStatus::Open && !count.held && count.level >= CrisisLevel::Soon
        };
        let waiting: u64 = counts.iter().filter(waits).map(|count| count.count).sum();
        ops.figures
            .alerts_unacknowledged
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }
    match TextEncoder::new().encode_to_string(&ops.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the figures could not be written\n",
        )
            .into_response(),
    }
}

/// `POST /v1/events`, for integrators whose tokens stand in the configuration or were issued.
pub(crate) fn intake_router(holdfast: &Holdfast) -> Router {
    let config = Arc::new(holdfast.config.ingest.clone());
    let auth = Arc::new(Integrators {
        configured: StaticTokens::new(&config.http.integrators),
        store: holdfast.store.clone(),
        clock: Arc::clone(&holdfast.clock),
    });
    let handler = Arc::new(holdfast.pipeline.clone());
    let metrics = holdfast.ingest_metrics.clone();
    http::router(HttpIntake::new(
        config,
        handler,
        auth,
        Arc::clone(&holdfast.clock),
        metrics,
    ))
}

/// Integrators by token: those of the configuration, then those of `holdfast token issue`.
struct Integrators {
    configured: StaticTokens,
    store: Arc<dyn AnyStore>,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl IntegratorAuth for Integrators {
    async fn integrator(
        &self,
        token: &Sensitive<String>,
    ) -> Result<Option<Integrator>, AuthUnavailable> {
        if let Some(integrator) = self.configured.integrator(token).await? {
            return Ok(Some(integrator));
        }
        let digest: [u8; 32] = Sha256::digest(token.reveal()).into();
        let unavailable = |error: StoreError| AuthUnavailable(error.into());
        let Some(owner) = self
            .store
            .token_owner(&digest, self.clock.now())
            .await
            .map_err(unavailable)?
        else {
            return Ok(None);
        };
        let grants = self
            .store
            .grants(owner.user.id)
            .await
            .map_err(unavailable)?;
        let platform = PlatformId::new(owner.label.clone());
        // What is sent belongs to a whole platform: a token limited to a place sends nothing.
        let limits = &owner.limits;
        let everywhere = limits.communities.is_none() && limits.signals.is_none();
        let may = limits.allows(TokenScope::Send)
            && everywhere
            && grants.iter().any(|grant| grant.role == Role::Integrator);
        Ok(platform.ok().filter(|_| may).map(|platform| Integrator {
            name: owner.label.clone(),
            tenant: owner.user.tenant.clone(),
            platform,
            platforms: Vec::new(),
            mapping: None,
        }))
    }
}
