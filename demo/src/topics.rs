//! Makes topics, as whoever runs the broker would.

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;

use crate::DemoError;

/// Makes topics with so many partitions; those that are there already stay as they are.
pub async fn create_topics(
    bootstrap: &str,
    topics: &[String],
    partitions: i32,
) -> Result<(), DemoError> {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .create()?;
    let new = |topic| NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
    let topics: Vec<NewTopic<'_>> = topics.iter().map(|topic| new(topic.as_str())).collect();
    admin.create_topics(&topics, &AdminOptions::new()).await?;
    Ok(())
}
