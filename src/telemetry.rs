//! Logs as JSON, or as lines for people; never the content of a post, by type.

mod otlp;
mod traced;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub(crate) use traced::{TracedSender, record_spans};

/// Section `[telemetry]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// What is logged, in the syntax of `RUST_LOG`, which wins where it is set.
    pub filter: String,
    /// `json` for machines, `text` for people.
    pub format: LogFormat,
    /// Where spans are sent by OTLP over HTTP, e.g. `http://127.0.0.1:4318/v1/traces`; empty for
    /// nowhere. Spans hold ids and timings, never text.
    pub otlp_endpoint: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For reading.
    Text,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            filter: "info,sqlx=warn,hyper=warn".to_owned(),
            format: LogFormat::Json,
            otlp_endpoint: String::new(),
        }
    }
}

/// Starts logging to standard error, and sending spans where configured. Call once.
///
/// What is logged and what is traced are apart: the filter of the log does not thin out traces.
pub fn start(config: &TelemetryConfig) -> anyhow::Result<Telemetry> {
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| config.filter.clone());
    let filter = EnvFilter::try_new(&wanted)
        .with_context(|| format!("telemetry.filter does not read as a filter: {wanted}"))?;
    let (otlp, provider) = otlp::layer(&config.otlp_endpoint)?.unzip();
    let registry = tracing_subscriber::registry();
    let started = match otlp {
        // One filter for everything: nothing else looks, and no event can fall between two filters.
        None => registry.with(filter).with(lines(config.format)).try_init(),
        Some(otlp) => registry
            .with(otlp)
            .with(lines(config.format).with_filter(filter))
            .try_init(),
    };
    started.context("logging was started before")?;
    Ok(Telemetry { provider })
}

/// Writes what is logged to standard error.
fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_target(false).compact().boxed(),
    }
}

/// Keeps what has to be flushed at the end.
#[derive(Debug)]
pub struct Telemetry {
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = &self.provider {
            let _ = provider.shutdown();
        }
    }
}
