//! Carries the trace of a platform's record through Holdfast: into the spans of taking it in and of
//! sending what comes of it.
//!
//! A batch holds records of many traces, so each traced record has a span of its own in its own trace,
//! linked to the batch's.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use holdfast_actions::{Handed, Parcel, SendError, Sender};
use holdfast_domain::intake::Received;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument as _, Span, debug_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const HEADER: &str = "traceparent";

/// A span for each record that came with a trace, in that trace. They end when they are dropped.
/// Nothing where spans go nowhere.
pub(crate) fn record_spans(batch: &Span, records: &[Received]) -> Vec<Span> {
    if batch.is_disabled() {
        return Vec::new();
    }
    let traced = records
        .iter()
        .filter_map(|record| record.traceparent.as_deref().map(|trace| (record, trace)));
    let span = |(record, trace): (&Received, &str)| {
        let late = record.received_at.since(record.occurred_at).as_secs_f64();
        let span = debug_span!(
            "record",
            stood_secs = late,
            readable = record.content.is_ok()
        );
        join(&span, trace);
        span.follows_from(batch);
        span
    };
    traced.map(span).collect()
}

/// Puts a span into the trace of a `traceparent`.
fn join(span: &Span, trace: &str) {
    let carrier = HashMap::from([(HEADER.to_owned(), trace.to_owned())]);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    // Refused where spans go nowhere, or nowhere in time.
    let _ = span.set_parent(context);
}

/// A way out whose sendings are spans, in the trace that the parcel carries.
pub(crate) struct TracedSender(pub(crate) Arc<dyn Sender>);

#[async_trait]
impl Sender for TracedSender {
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError> {
        let channel = parcel.channel.as_str();
        let span = debug_span!("send", channel, message.id = %parcel.id);
        let trace = parcel.headers.iter().find(|(name, _)| name == HEADER);
        if let Some(trace) = trace.and_then(|(_, value)| std::str::from_utf8(value).ok()) {
            join(&span, trace);
        }
        self.0.send(parcel).instrument(span).await
    }
}
