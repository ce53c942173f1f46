//! Librdkafka's messages as records.

use holdfast_domain::Timestamp;
use rdkafka::message::{BorrowedMessage, Headers, Message};

use super::TopicPartition;
use super::partition::Record;
use crate::decode::{Decoder, KafkaRecord};

/// Where a message stood.
pub(crate) fn place(message: &BorrowedMessage<'_>) -> TopicPartition {
    TopicPartition {
        topic: message.topic().to_owned(),
        partition: message.partition(),
    }
}

/// The message as the decoder takes it.
pub(crate) fn view<'a>(message: &'a BorrowedMessage<'_>) -> KafkaRecord<'a> {
    let headers = message.headers().map(|headers| {
        headers
            .iter()
            .filter_map(|header| Some((header.key, header.value?)))
            .collect()
    });
    KafkaRecord {
        topic: message.topic(),
        partition: message.partition(),
        offset: message.offset(),
        key: message.key(),
        value: message.payload(),
        time: message
            .timestamp()
            .to_millis()
            .map(|millis| Timestamp::from_micros(millis.saturating_mul(1000))),
        headers: headers.unwrap_or_default(),
    }
}

/// The message, decoded.
pub(crate) fn decode<'a>(
    decoder: &Decoder,
    message: &'a BorrowedMessage<'_>,
    now: Timestamp,
) -> Record<'a> {
    let view = view(message);
    let received = decoder.kafka(&view, now);
    Record {
        offset: view.offset,
        key: view.key,
        value: view.value,
        time: view.time,
        received,
    }
}
