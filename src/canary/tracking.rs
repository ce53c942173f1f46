//! Which synthetic posts have come out, and which owe it.

use std::collections::BTreeSet;
use std::time::Duration;

use holdfast_domain::{MessageId, Timestamp};

/// How many are followed at most; beyond that the oldest are known to be missing.
const FOLLOWED: usize = 100;

/// How far a synthetic post came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nobody has judged it.
    NotJudged,
    /// Its sign of life has not left.
    Waiting,
    /// It came out.
    Out,
}

/// Synthetic posts on their way.
#[derive(Debug)]
pub(super) struct Tracking {
    late_after: Duration,
    open: Vec<Sent>,
}

#[derive(Debug, Clone)]
struct Sent {
    way: String,
    message: MessageId,
    at: Timestamp,
    found: Found,
    late: bool,
}

impl Tracking {
    pub(super) const fn new(late_after: Duration) -> Self {
        Self {
            late_after,
            open: Vec::new(),
        }
    }

    /// One went in that way.
    pub(super) fn sent(&mut self, way: &str, message: MessageId, at: Timestamp) {
        if self.open.len() == FOLLOWED {
            // The first of its way tells since when it is missing.
            self.open.remove(FOLLOWED - 1);
        }
        self.open.push(Sent {
            way: way.to_owned(),
            message,
            at,
            found: Found::NotJudged,
            late: false,
        });
    }

    /// Those that have not come out.
    pub(super) fn on_their_way(&self) -> Vec<MessageId> {
        self.open.iter().map(|sent| sent.message).collect()
    }

    /// How far one came. What came out settles the earlier ones of its way: that way is open.
    pub(super) fn saw(&mut self, message: MessageId, found: Found) {
        let Some(place) = self.open.iter().position(|sent| sent.message == message) else {
            return;
        };
        if found != Found::Out {
            self.open[place].found = found;
            return;
        }
        let (way, at) = (self.open[place].way.clone(), self.open[place].at);
        self.open.retain(|sent| sent.way != way || sent.at > at);
    }

    /// The ways that owe one.
    pub(super) fn owing(&self) -> BTreeSet<String> {
        let late = self.open.iter().filter(|sent| sent.late);
        late.map(|sent| sent.way.clone()).collect()
    }

    /// What has not come out in time, each with what to do.
    pub(super) fn complaints(&mut self, now: Timestamp) -> Vec<String> {
        let mut told = BTreeSet::new();
        let mut complaints = Vec::new();
        for sent in &mut self.open {
            let age = now.since(sent.at);
            sent.late = age > self.late_after;
            if !sent.late || !told.insert(sent.way.clone()) {
                continue;
            }
            let (way, secs) = (&sent.way, age.as_secs());
            complaints.push(match sent.found {
                Found::NotJudged => format!(
                    "the synthetic post that went in at {way} {secs} s ago was not judged: nobody reads \
                     there, or far behind; look for a stopped partition and at the consumers' log"
                ),
                Found::Waiting | Found::Out => format!(
                    "the synthetic post that went in at {way} {secs} s ago was judged and its sign of \
                     life has not left; look at the relay and at the receiver of the canary"
                ),
            });
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::testing::T0;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn message(number: u128) -> MessageId {
        MessageId::from_u128(number)
    }

    fn tracking() -> Tracking {
        Tracking::new(60 * SECOND)
    }

    #[test]
    fn one_that_is_not_judged_in_time_names_the_way_that_nobody_reads() {
        let mut tracking = tracking();
        tracking.sent("posts/3", message(1), T0);
        assert!(tracking.complaints(T0 + 60 * SECOND).is_empty());
        let complaints = tracking.complaints(T0 + 61 * SECOND);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].contains("went in at posts/3 61 s ago was not judged"));
        assert_eq!(tracking.owing(), BTreeSet::from(["posts/3".to_owned()]));
    }

    #[test]
    fn one_that_was_judged_and_did_not_leave_points_at_the_relay() {
        let mut tracking = tracking();
        tracking.sent("posts/3", message(1), T0);
        tracking.saw(message(1), Found::Waiting);
        assert!(tracking.complaints(T0 + 61 * SECOND)[0].contains("look at the relay"));
    }

    #[test]
    fn a_later_one_that_came_out_settles_the_earlier_ones_of_its_way_alone() {
        let mut tracking = tracking();
        tracking.sent("posts/0", message(1), T0);
        tracking.sent("posts/1", message(2), T0);
        tracking.sent("posts/0", message(3), T0 + SECOND);
        tracking.saw(message(3), Found::Out);
        let complaints = tracking.complaints(T0 + 90 * SECOND);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].contains("posts/1"));
    }

    #[test]
    fn a_long_silence_is_told_from_its_beginning() {
        let mut tracking = tracking();
        for number in 0..300 {
            let at = T0 + u32::try_from(number).unwrap() * 60 * SECOND;
            tracking.sent("posts/0", message(number), at);
        }
        let complaints = tracking.complaints(T0 + 300 * 60 * SECOND);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].contains("18000 s ago"));
        assert!(tracking.on_their_way().len() <= FOLLOWED);
    }
}
