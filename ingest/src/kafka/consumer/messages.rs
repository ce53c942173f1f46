//! What the consumer's thread is told from outside.

use std::sync::{Arc, OnceLock, mpsc};
use std::thread::Thread;

use super::{Ending, Reader};
use crate::handler::HandleError;
use crate::kafka::TopicPartition;
use crate::kafka::partition::{Input, Standing};

/// What the consumer's thread is told.
#[derive(Debug)]
pub(in crate::kafka) enum Message {
    /// Where a partition stands.
    Prepared {
        place: TopicPartition,
        generation: u64,
        standing: Standing,
    },
    /// What became of a batch.
    Handled {
        place: TopicPartition,
        generation: u64,
        result: Result<(), HandleError>,
    },
    /// An operator's word.
    Resume(TopicPartition),
    /// Which topics do not exist.
    Missing(Vec<String>),
    /// End in order.
    Stop,
    /// End at once.
    Abandon,
}

/// Sends to the consumer's thread, and wakes it.
#[derive(Debug, Clone)]
pub(in crate::kafka) struct Outbox {
    sender: mpsc::Sender<Message>,
    thread: Arc<OnceLock<Thread>>,
}

impl Outbox {
    pub(in crate::kafka) fn new(sender: mpsc::Sender<Message>) -> Self {
        Self {
            sender,
            thread: Arc::default(),
        }
    }

    /// Says which thread to wake.
    pub(in crate::kafka) fn belongs_to(&self, thread: Thread) {
        let _ = self.thread.set(thread);
    }

    /// Sends. A thread that has ended needs no messages.
    pub(in crate::kafka) fn send(&self, message: Message) {
        let _ = self.sender.send(message);
        self.wake();
    }

    /// Wakes the thread.
    pub(in crate::kafka) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl Reader {
    /// Takes in what was sent; answers whether there was anything.
    pub(super) fn hear(&mut self, inbox: &mpsc::Receiver<Message>) -> bool {
        let mut heard = false;
        while let Ok(message) = inbox.try_recv() {
            heard = true;
            self.take_in(message);
        }
        heard
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Prepared {
                place,
                generation,
                standing,
            } => {
                self.tell_generation(&place, generation, Input::Prepared(standing));
            }
            Message::Handled {
                place,
                generation,
                result,
            } => {
                self.tell_generation(&place, generation, Input::Handled(result));
            }
            Message::Resume(place) => self.tell(&place, Input::Resume),
            Message::Missing(topics) => self.missing_topics = topics,
            Message::Stop if self.ending.is_none() => {
                self.ending = Some(Ending::Orderly);
                let places: Vec<_> = self.owned.keys().cloned().collect();
                for place in places {
                    self.tell(&place, Input::Revoked { lost: false });
                }
            }
            Message::Stop => {}
            Message::Abandon => self.ending = Some(Ending::Abrupt),
        }
    }

    fn tell_generation(&mut self, place: &TopicPartition, generation: u64, input: Input<'_>) {
        if self
            .owned
            .get(place)
            .is_some_and(|owned| owned.generation == generation)
        {
            self.tell(place, input);
        }
    }
}
