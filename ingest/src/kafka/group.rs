//! The group's decisions, one after the other.
//!
//! Librdkafka waits for us at each: partitions are taken over only when it is known where to begin, and
//! let go only when their batch is done or has had its time.

use std::collections::VecDeque;
use std::sync::Arc;

use rdkafka::consumer::Consumer;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tracing::{error, info};

use super::TopicPartition;
use super::consumer::Reader;
use super::context::{GroupEvent, let_go, take_over};
use super::partition::{Input, Stage};

/// Decisions that are not carried out yet.
#[derive(Debug, Default)]
pub(super) struct Group {
    events: VecDeque<GroupEvent>,
    taking: Option<Vec<TopicPartition>>,
    leaving: Option<Vec<TopicPartition>>,
}

impl Reader {
    /// Goes on with the group's decisions as far as possible.
    pub(super) fn serve_group(&mut self) {
        let events = self.with.consumer.context().take_events();
        self.group.events.extend(events);
        while self.serve_step() {}
    }

    fn serve_step(&mut self) -> bool {
        if let Some(taking) = self.group.taking.take_if(|taking| {
            let prepared = |place| {
                self.owned
                    .get(place)
                    .is_none_or(super::consumer::Owned::is_prepared)
            };
            // Whoever must go in any case need not know where to begin.
            !self.group.events.is_empty() || taking.iter().all(prepared)
        }) {
            self.take(&taking);
            return true;
        }
        if let Some(leaving) = self.group.leaving.take_if(|leaving| {
            leaving.iter().all(|place| {
                self.owned
                    .get(place)
                    .is_none_or(|o| o.machine.stage() == Stage::Complete)
            })
        }) {
            self.leave(&leaving);
            return true;
        }
        if self.group.taking.is_some() || self.group.leaving.is_some() {
            return false;
        }
        match self.group.events.pop_front() {
            None => false,
            Some(GroupEvent::Assign(partitions)) => {
                for place in &partitions {
                    self.own(place);
                }
                self.group.taking = Some(partitions);
                true
            }
            Some(GroupEvent::Revoke { partitions, lost }) => {
                for place in &partitions {
                    self.tell(place, Input::Revoked { lost });
                }
                self.group.leaving = Some(partitions);
                true
            }
        }
    }

    fn take(&mut self, partitions: &[TopicPartition]) {
        let mut list = TopicPartitionList::new();
        let mut held = TopicPartitionList::new();
        for place in partitions {
            let start = self.owned.get(place).and_then(|owned| owned.start);
            let offset = start.map_or(Offset::End, Offset::Offset);
            list.add_partition_offset(&place.topic, place.partition, offset)
                .expect("an offset from the broker");
            if start.is_none() {
                held.add_partition(&place.topic, place.partition);
            }
        }
        // Before fetching begins: a record that came through the main queue after later ones of its
        // partition would have been read out of order.
        for place in partitions {
            self.open_queue(place);
        }
        if let Err(error) = take_over(&self.with.consumer, &list) {
            error!(%error, "taking partitions over failed");
        }
        if held.count() > 0
            && let Err(error) = self.with.consumer.pause(&held)
        {
            error!(%error, "holding stopped partitions failed");
        }
        info!("took over {}", names(partitions));
        self.write_status();
    }

    fn open_queue(&mut self, place: &TopicPartition) {
        let outbox = self.with.outbox.clone();
        let Some(owned) = self.owned.get_mut(place) else {
            return;
        };
        let queue =
            Arc::clone(&self.with.consumer).split_partition_queue(&place.topic, place.partition);
        owned.queue = queue.map(|mut queue| {
            queue.set_nonempty_callback(move || outbox.wake());
            queue
        });
    }

    fn leave(&mut self, partitions: &[TopicPartition]) {
        let mut list = TopicPartitionList::new();
        for place in partitions {
            self.disown(place);
            list.add_partition(&place.topic, place.partition);
        }
        if let Err(error) = let_go(&self.with.consumer, &list) {
            error!(%error, "letting partitions go failed");
        }
        info!("let go of {}", names(partitions));
        self.write_status();
    }
}

fn names(partitions: &[TopicPartition]) -> String {
    if partitions.is_empty() {
        return "nothing".to_owned();
    }
    partitions
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
