//! The ways in that synthetic posts take.

use std::collections::BTreeSet;

use holdfast_domain::intake::Origin;
use holdfast_domain::{PlatformId, TenantId, Timestamp};
use holdfast_ingest::contract::Topic;
use holdfast_ingest::decode::Transport;
use holdfast_ingest::kafka::{Feed, TopicPartition};
use holdfast_ingest::{Batch, BatchHandler, Decoder};

use super::NAME;
use crate::pipeline::Pipeline;
use crate::wiring::Holdfast;

/// One way in: a partition, or the intake.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// Its name for people.
    pub(super) name: String,
    pub(super) tenant: TenantId,
    pub(super) platform: PlatformId,
    partition: Option<TopicPartition>,
}

/// All ways in.
pub(super) enum Ways {
    /// Topics of posts, each with whose it is.
    Kafka {
        feed: Feed,
        topics: Vec<(String, TenantId, PlatformId)>,
        turn: usize,
    },
    /// Where no topic of posts is read.
    Intake {
        pipeline: Pipeline,
        decoder: Box<Decoder>,
    },
}

impl Ways {
    pub(super) fn of(holdfast: &Holdfast) -> anyhow::Result<Self> {
        let ingest = &holdfast.config.ingest;
        let posts = Topic::Posts.as_str();
        let topics: Vec<_> = ingest
            .kafka
            .subscriptions
            .iter()
            .filter(|one| ingest.kafka.enabled && one.topics.iter().any(|topic| topic == posts))
            .map(|one| {
                let topic = format!("{}{posts}", one.topic_prefix);
                (topic, one.tenant.clone(), one.platform.clone())
            })
            .collect();
        if !topics.is_empty() {
            let feed = Feed::new(&ingest.kafka)?;
            return Ok(Self::Kafka {
                feed,
                topics,
                turn: 0,
            });
        }
        let platform = PlatformId::new(NAME).expect("a plain word is a name");
        Ok(Self::Intake {
            pipeline: holdfast.pipeline.clone(),
            decoder: Box::new(Decoder::new(ingest, holdfast.tenant(), platform)),
        })
    }

    /// The way whose turn it is, and those that owe one.
    pub(super) async fn next(&mut self, owing: &BTreeSet<String>) -> Result<Vec<Way>, String> {
        let (feed, topics, turn) = match self {
            Self::Kafka { feed, topics, turn } => (feed, topics, turn),
            Self::Intake { decoder, .. } => {
                return Ok(vec![Way {
                    name: "the intake".to_owned(),
                    tenant: decoder.tenant().clone(),
                    platform: PlatformId::new(NAME).expect("a plain word is a name"),
                    partition: None,
                }]);
            }
        };
        let mut ways = Vec::new();
        for (topic, tenant, platform) in topics.iter() {
            let partitions = feed.partitions(topic).await.map_err(with_causes)?;
            if partitions.is_empty() {
                return Err(format!("topic {topic} does not exist; create it"));
            }
            ways.extend(partitions.into_iter().map(|partition| Way {
                name: partition.to_string(),
                tenant: tenant.clone(),
                platform: platform.clone(),
                partition: Some(partition),
            }));
        }
        let mut at = 0..;
        let this = *turn % ways.len();
        *turn += 1;
        ways.retain(|way| at.next() == Some(this) || owing.contains(&way.name));
        Ok(ways)
    }

    /// Sends an event that way.
    pub(super) async fn send(&self, way: &Way, event: &str, now: Timestamp) -> Result<(), String> {
        match (self, &way.partition) {
            (Self::Kafka { feed, .. }, Some(partition)) => {
                feed.send(partition, NAME, event).await.map_err(|error| {
                    format!(
                        "{partition}: {}; Holdfast needs the right to write there",
                        with_causes(error)
                    )
                })
            }
            (Self::Intake { pipeline, decoder }, _) => {
                let transport = Transport {
                    origin: Origin::Http {
                        integrator: NAME.to_owned(),
                        item: 0,
                    },
                    key: None,
                    time: Some(now),
                    received_at: now,
                };
                let batch = Batch {
                    tenant: decoder.tenant().clone(),
                    source: NAME.to_owned(),
                    records: vec![decoder.json(transport, event.as_bytes())],
                    advance: None,
                };
                pipeline.handle(&batch).await.map_err(with_causes)
            }
            (Self::Kafka { .. }, None) => Ok(()),
        }
    }
}

/// An error with its causes on one line.
fn with_causes(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}
