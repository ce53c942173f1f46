//! Logs as JSON, or as lines for people; never the content of a post, by type.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

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
pub fn start(config: &TelemetryConfig) -> anyhow::Result<Telemetry> {
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| config.filter.clone());
    let filter = EnvFilter::try_new(&wanted)
        .with_context(|| format!("telemetry.filter does not read as a filter: {wanted}"))?;
    let (otlp, provider) = otlp::layer(&config.otlp_endpoint)?.unzip();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter).with(otlp);
    match config.format {
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
        LogFormat::Text => registry.with(lines.with_target(false).compact()).try_init(),
    }
    .context("logging was started before")?;
    Ok(Telemetry { provider })
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

mod otlp {
    use anyhow::Context;
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::{SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
    use tracing_opentelemetry::OpenTelemetryLayer;
    use tracing_subscriber::registry::LookupSpan;

    /// A layer that sends spans to `endpoint`; none where it is empty.
    pub(super) fn layer<S>(
        endpoint: &str,
    ) -> anyhow::Result<Option<(OpenTelemetryLayer<S, SdkTracer>, SdkTracerProvider)>>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        if endpoint.is_empty() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .build()
            .context("telemetry.otlp_endpoint is not an address that spans can be sent to")?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name("holdfast").build())
            .build();
        let tracer = provider.tracer("holdfast");
        Ok(Some((
            tracing_opentelemetry::layer().with_tracer(tracer),
            provider,
        )))
    }
}
