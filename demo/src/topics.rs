//! Makes topics, as whoever runs the broker would.

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::DemoError;

/// Makes topics with so many partitions; those that are there already stay as they are.
pub async fn create_topics(
    bootstrap: &str,
    topics: &[String],
    partitions: i32,
) -> Result<(), DemoError> {
    let admin = admin(bootstrap)?;
    let new = |topic| NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
    let topics: Vec<NewTopic<'_>> = topics.iter().map(|topic| new(topic.as_str())).collect();
    admin.create_topics(&topics, &AdminOptions::new()).await?;
    Ok(())
}

/// Deletes topics with everything in them.
pub async fn delete_topics(bootstrap: &str, topics: &[&str]) -> Result<(), DemoError> {
    admin(bootstrap)?
        .delete_topics(topics, &AdminOptions::new())
        .await?;
    Ok(())
}

/// Deletes the records of a partition before an offset, as a short retention would.
pub async fn delete_records(
    bootstrap: &str,
    topic: &str,
    partition: i32,
    before: i64,
) -> Result<(), DemoError> {
    let mut below = TopicPartitionList::new();
    below.add_partition_offset(topic, partition, Offset::Offset(before))?;
    admin(bootstrap)?
        .delete_records(&below, &AdminOptions::new())
        .await?;
    Ok(())
}

fn admin(bootstrap: &str) -> Result<AdminClient<DefaultClientContext>, DemoError> {
    Ok(ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .create()?)
}
