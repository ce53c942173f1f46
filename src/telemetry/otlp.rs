//! Sends spans to an OTLP receiver.

use anyhow::Context;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// A layer that sends our own spans to `endpoint`; none where it is empty. Log lines stay out of it:
/// a span holds ids and timings.
pub(super) fn layer<S>(endpoint: &str) -> anyhow::Result<Option<(BoxedLayer<S>, SdkTracerProvider)>>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
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
    let ours =
        FilterFn::new(|metadata| metadata.is_span() && metadata.target().starts_with("holdfast"))
            .with_max_level_hint(LevelFilter::DEBUG);
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("holdfast"))
        .with_location(false)
        .with_threads(false)
        .with_filter(ours)
        .boxed();
    Ok(Some((layer, provider)))
}
