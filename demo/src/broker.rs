//! A broker inside this process: librdkafka's mock cluster.

use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use crate::DemoError;

/// Topics that the demo uses, inbound first.
const TOPICS: [&str; 9] = [
    "holdfast.posts.v1",
    "holdfast.reports.v1",
    "holdfast.appeals.v1",
    "holdfast.profile-hints.v1",
    "holdfast.action-results.v1",
    "holdfast.outreach.v1",
    "holdfast.actions.v1",
    "holdfast.alerts.v1",
    "holdfast.report-outcomes.v1",
];

/// A Kafka broker for as long as it is held. Keeps nothing: its offsets begin anew at every start, so
/// it goes with a fresh database.
pub struct Broker(MockCluster<'static, DefaultProducerContext>);

impl Broker {
    /// Starts a broker with all topics.
    pub fn start() -> Result<Self, DemoError> {
        let cluster = MockCluster::new(1)?;
        for topic in TOPICS {
            cluster.create_topic(topic, 2, 1)?;
        }
        Ok(Self(cluster))
    }

    /// Where it listens, as a `bootstrap.servers` setting.
    pub fn bootstrap(&self) -> String {
        self.0.bootstrap_servers()
    }
}
