//! What can go wrong with a whole way in. What is wrong with a single record is a
//! [`Rejected`](holdfast_domain::intake::Rejected), never an error.

use std::path::PathBuf;

use crate::decode::mapping::BadMapping;
use crate::handler::HandleError;

/// A way in that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Kafka refused or did not answer.
    #[error("{doing} on Kafka failed")]
    Kafka {
        /// What was being done.
        doing: String,
        /// Why.
        #[source]
        source: rdkafka::error::KafkaError,
    },
    /// A topic that does not exist.
    #[error(
        "topic {topic} does not exist; create it, or take it out of ingest.kafka.subscriptions"
    )]
    MissingTopic {
        /// Which.
        topic: String,
    },
    /// A topic that no subscription names.
    #[error(
        "topic {topic} stands in no subscription; add it to ingest.kafka.subscriptions, so that its tenant and mapping are known"
    )]
    UnknownTopic {
        /// Which.
        topic: String,
    },
    /// The brokers did not say which cluster they are.
    #[error(
        "no broker of {servers} answered within {secs} s; check ingest.kafka.bootstrap_servers and the TLS and SASL properties"
    )]
    NoBroker {
        /// Where they were looked for.
        servers: String,
        /// For how long.
        secs: u64,
    },
    /// A field mapping that does not make sense.
    #[error("ingest.mappings.{name} does not make sense")]
    Mapping {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: BadMapping,
    },
    /// A file that cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A secret's file that cannot be read.
    #[error("ingest.kafka.property_files: {property} cannot be read from {}", path.display())]
    Secret {
        /// Of which property.
        property: String,
        /// Where it should stand.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of this name was read before, and was another one.
    #[error(
        "{name} differs, within its first {line} lines, from the file of this name that was read before; give it another name"
    )]
    OtherFile {
        /// Its name.
        name: String,
        /// How many lines were read before.
        line: u64,
    },
    /// The batches were not taken.
    #[error("handing on {what} failed")]
    Handle {
        /// What.
        what: String,
        /// Why.
        #[source]
        source: HandleError,
    },
    /// A thread that could not be started.
    #[error("a thread for {what} could not be started")]
    Thread {
        /// What it was for.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl IngestError {
    pub(crate) fn kafka(
        doing: impl Into<String>,
    ) -> impl FnOnce(rdkafka::error::KafkaError) -> Self {
        let doing = doing.into();
        move |source| Self::Kafka { doing, source }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
