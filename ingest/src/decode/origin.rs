//! The decoder that a record meets by where it comes from.

use holdfast_domain::intake::Origin;
use holdfast_domain::{PlatformId, TenantId};

use super::Decoder;
use super::mapping::Mapping;
use crate::config::IngestConfig;
use crate::error::IngestError;

impl Decoder {
    /// The decoder that a record of `origin` would meet today: its topic's or its integrator's
    /// platforms and field mapping. What no setting names is of the platform `otherwise`.
    pub fn of_origin(
        config: &IngestConfig,
        tenant: TenantId,
        origin: &Origin,
        otherwise: &PlatformId,
    ) -> Result<Self, IngestError> {
        let (platform, also, mapping) = match origin {
            Origin::Kafka { topic, .. } => config
                .kafka
                .subscriptions
                .iter()
                .find(|one| one.all_topics().any(|name| name == *topic))
                .map(|one| (&one.platform, &*one.platforms, one.mapped.get(topic))),
            Origin::Http { integrator, .. } => config
                .http
                .integrators
                .iter()
                .find(|one| one.name == *integrator)
                .map(|one| (&one.platform, &*one.platforms, one.mapping.as_ref())),
            Origin::File { .. } | Origin::Hand => None,
        }
        .unwrap_or((otherwise, &[], None));
        let decoder = Self::new(config, tenant, platform.clone()).with_platforms(also);
        match mapping {
            Some(name) => Ok(decoder.with_mapping(mapping_of(config, name)?)),
            None => Ok(decoder),
        }
    }
}

/// A mapping of the configuration, ready to use.
pub(crate) fn mapping_of(config: &IngestConfig, name: &str) -> Result<Mapping, IngestError> {
    let written = config.mappings.get(name).cloned().unwrap_or_default();
    Mapping::compile(&written).map_err(|source| IngestError::Mapping {
        name: name.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use holdfast_domain::intake::{Incoming, Received, RejectClass, Rejected};
    use holdfast_domain::testing::T0;
    use http::HeaderMap;

    use super::*;
    use crate::config::Subscription;
    use crate::decode::http::Mode;
    use crate::decode::mapping::MappingConfig;
    use crate::decode::{KafkaRecord, Transport};

    const BRIDGE: &str = "bridge.comments";
    const COMMENT: &[u8] =
        br#"{"c":{"id":"c-1","by":"heron","says":"good morning","at":"2026-03-01T21:04:05Z"}}"#;
    const HEADERS: [(&str, &[u8]); 4] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e-1"),
        ("ce_source", b"/bridge"),
        ("ce_type", b"org.example.comment"),
    ];

    fn config(mapping: Option<&str>) -> IngestConfig {
        let mut config = IngestConfig::default();
        let mut subscription = Subscription {
            platform: PlatformId::new("bridge").unwrap(),
            topics: vec![BRIDGE.to_owned()],
            ..Subscription::default()
        };
        if let Some(mapping) = mapping {
            subscription.topics.clear();
            subscription.mapped = [(BRIDGE.to_owned(), "bridge".to_owned())].into();
            let mapping: MappingConfig = toml::from_str(mapping).unwrap();
            config.mappings.insert("bridge".to_owned(), mapping);
        }
        config.kafka.subscriptions = vec![subscription];
        config
    }

    fn decoder(config: &IngestConfig) -> Decoder {
        let otherwise = PlatformId::new("other").unwrap();
        Decoder::of_origin(config, TenantId::default(), &origin(), &otherwise).unwrap()
    }

    fn origin() -> Origin {
        Origin::Kafka {
            topic: BRIDGE.to_owned(),
            partition: 0,
            offset: 7,
        }
    }

    fn first_seen(decoder: &Decoder, headers: Vec<(&str, &[u8])>) -> Rejected {
        let record = KafkaRecord {
            topic: BRIDGE,
            partition: 0,
            offset: 7,
            key: Some(b"heron"),
            value: Some(COMMENT),
            time: Some(T0),
            headers,
        };
        decoder.kafka(&record, T0).content.unwrap_err()
    }

    fn again(decoder: &Decoder, rejected: &Rejected) -> Received {
        let transport = Transport {
            origin: origin(),
            key: None,
            time: Some(T0),
            received_at: T0,
        };
        decoder.again(transport, rejected.headers.reveal(), rejected.raw.reveal())
    }

    const MAPPING: &str = r#"
        constants = { community_id = "c" }
        event = "holdfast.post.created.v1"
        [fields]
        post_id = "$.c.id"
        "author.pseudonym" = "$.c.by"
        text = "$.c.says"
        created_at = "$.c.at"
    "#;

    #[test]
    fn a_record_in_binary_mode_reads_with_its_headers_once_its_mapping_is_written() {
        let rejected = first_seen(&decoder(&config(None)), HEADERS.to_vec());
        assert_eq!(rejected.class, RejectClass::UnknownType);
        let received = again(&decoder(&config(Some(MAPPING))), &rejected);
        assert_eq!(received.event_key.reveal(), "/bridge e-1");
        let Ok(Incoming::Post(post)) = received.content else {
            panic!("a post")
        };
        assert_eq!(post.text.reveal(), "good morning");
        assert_eq!(post.platform.as_str(), "bridge");
    }

    #[test]
    fn of_a_request_only_what_describes_the_event_is_kept() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer secret"),
            ("cookie", "secret"),
            ("ce-id", "e%201"),
            ("ce-type", "org.example.comment"),
            ("content-type", "application/json"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let received = decoder(&config(None)).http("bridge", Mode::Binary, &headers, COMMENT, T0);
        let mut kept = received.content.unwrap_err().headers.into_inner();
        kept.sort();
        let expected = [
            ("ce_id", "e 1"),
            ("ce_type", "org.example.comment"),
            ("content-type", "application/json"),
        ];
        assert_eq!(
            kept,
            expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        );
    }

    #[test]
    fn headers_beyond_the_limit_of_a_record_are_left_out() {
        let mut config = config(None);
        config.limits.max_record_bytes = 2048;
        let large = vec![b'x'; 2048];
        let mut headers = vec![("large", large.as_slice())];
        headers.extend(HEADERS);
        let rejected = first_seen(&decoder(&config), headers);
        let names: Vec<_> = rejected
            .headers
            .reveal()
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, HEADERS.map(|(name, _)| name));
        assert!(
            !format!("{rejected:?}").contains("org.example"),
            "sealed like the rest"
        );
    }

    #[test]
    fn a_topic_that_no_setting_names_any_more_is_of_the_platform_given() {
        let decoder = decoder(&IngestConfig::default());
        assert_eq!(decoder.platform.as_str(), "other");
        assert!(decoder.mapping.is_none());
    }
}
