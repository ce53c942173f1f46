//! The properties that librdkafka runs with.

use std::fs;

use rdkafka::ClientConfig;

use crate::config::KafkaConfig;
use crate::error::IngestError;

/// What Holdfast sets; `ingest.kafka.properties` goes over it.
const DEFAULTS: &[(&str, &str)] = &[
    ("client.id", "holdfast"),
    ("allow.auto.create.topics", "false"),
    ("partition.assignment.strategy", "cooperative-sticky"),
    ("topic.metadata.refresh.interval.ms", "10000"),
    ("statistics.interval.ms", "5000"),
    ("socket.nagle.disable", "true"),
    // Memory: what librdkafka reads ahead, over all partitions on one queue, is bounded by the first; the
    // second lets many small posts through in one go. The third is how long it rests at the bound: its
    // own default of a second starves a fast reader.
    ("queued.max.messages.kbytes", "16384"),
    ("queued.min.messages", "50000"),
    ("fetch.queue.backoff.ms", "20"),
    ("fetch.wait.max.ms", "250"),
    ("fetch.error.backoff.ms", "200"),
];

/// What the position's promises rest on; nobody may set them otherwise.
const OWN: &[(&str, &str)] = &[
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("auto.offset.reset", "error"),
];

/// The properties of the consumer.
pub fn consumer_properties(config: &KafkaConfig) -> Result<ClientConfig, IngestError> {
    let mut properties = connection_properties(config)?;
    for (name, value) in OWN {
        properties.set(*name, *value);
    }
    properties.set("group.id", &config.group);
    Ok(properties)
}

/// The properties of any client of the same brokers: where they are, TLS, SASL and the rest.
pub fn connection_properties(config: &KafkaConfig) -> Result<ClientConfig, IngestError> {
    let mut properties = ClientConfig::new();
    for (name, value) in DEFAULTS {
        properties.set(*name, *value);
    }
    for (name, value) in &config.properties.0 {
        properties.set(name, value.reveal());
    }
    for (name, path) in &config.property_files {
        let value = fs::read_to_string(path).map_err(|source| IngestError::Secret {
            property: name.clone(),
            path: path.clone(),
            source,
        })?;
        properties.set(name, value.trim_end_matches(['\r', '\n']));
    }
    properties.set("bootstrap.servers", &config.bootstrap_servers);
    Ok(properties)
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::BaseConsumer;

    use super::*;

    /// What librdkafka itself says the property is.
    fn seen_by_librdkafka(config: &KafkaConfig, name: &str) -> String {
        consumer_properties(config)
            .unwrap()
            .create_native_config()
            .unwrap()
            .get(name)
            .unwrap()
    }

    #[test]
    fn tls_and_sasl_reach_librdkafka() {
        let mut config = KafkaConfig::default();
        config.properties.set("security.protocol", "sasl_ssl");
        config.properties.set("sasl.mechanism", "SCRAM-SHA-512");
        config.properties.set("sasl.username", "holdfast");
        config
            .properties
            .set("ssl.endpoint.identification.algorithm", "https");
        let secret = std::env::temp_dir().join(format!("holdfast-secret-{}", std::process::id()));
        fs::write(&secret, "hush\n").unwrap();
        config
            .property_files
            .insert("sasl.password".to_owned(), secret.clone());
        assert_eq!(seen_by_librdkafka(&config, "security.protocol"), "sasl_ssl");
        assert_eq!(
            seen_by_librdkafka(&config, "sasl.mechanisms"),
            "SCRAM-SHA-512"
        );
        assert_eq!(seen_by_librdkafka(&config, "sasl.username"), "holdfast");
        assert_eq!(seen_by_librdkafka(&config, "sasl.password"), "hush");
        assert_eq!(
            seen_by_librdkafka(&config, "ssl.endpoint.identification.algorithm"),
            "https"
        );
        // The library was built with what these need.
        consumer_properties(&config)
            .unwrap()
            .create::<BaseConsumer>()
            .unwrap();
        fs::remove_file(secret).unwrap();
    }

    #[test]
    fn a_setting_goes_over_holdfasts_own_but_not_over_what_the_promises_rest_on() {
        let mut config = KafkaConfig::default();
        config.properties.set("queued.max.messages.kbytes", "2048");
        config.properties.set("enable.auto.commit", "true");
        assert_eq!(
            seen_by_librdkafka(&config, "queued.max.messages.kbytes"),
            "2048"
        );
        assert_eq!(seen_by_librdkafka(&config, "enable.auto.commit"), "false");
    }

    #[test]
    fn a_property_that_librdkafka_does_not_know_is_refused_at_start() {
        let mut config = KafkaConfig::default();
        config.properties.set("sasl.passwort", "x");
        assert!(
            consumer_properties(&config)
                .unwrap()
                .create::<BaseConsumer>()
                .is_err()
        );
    }
}
