//! given → when → then, so that a test of a decision reads as a sentence; and a clock and ids that
//! tests can predict.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::{Actor, Case, CaseId, Clock, IdSource, ModerationEvent, Timestamp};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `at`.
    pub const fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_micros()))
    }

    /// Moves the clock forwards.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    /// Sets the clock, backwards too.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Ids counted from 1, the same in every run.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

/// A fixed moment that tests count from.
pub const T0: Timestamp = Timestamp::from_secs(1_700_000_000);

/// The case after these events, each with who did it, one second apart from [`T0`].
pub fn given(events: impl IntoIterator<Item = (Actor, ModerationEvent)>) -> Given {
    let mut case: Option<Case> = None;
    for (second, (actor, event)) in (0..).zip(events) {
        let at = T0 + Duration::from_secs(second);
        match &mut case {
            Some(case) => case.apply(&event, at, &actor),
            None => case = Case::begin(CaseId::from(Uuid::from_u128(0xca5e)), &event, at),
        }
    }
    Given(case.expect("a test's first event opens a case"))
}

/// A case to which something is about to happen.
#[derive(Debug)]
pub struct Given(Case);

impl Given {
    /// What is tried.
    pub fn when<T, R: Debug + PartialEq>(
        self,
        what: impl FnOnce(&Case) -> Result<T, R>,
    ) -> When<T, R> {
        When {
            outcome: what(&self.0),
            case: self.0,
        }
    }

    /// The case itself, for assertions about what is known.
    pub fn case(self) -> Case {
        self.0
    }
}

/// What came of it.
#[derive(Debug)]
pub struct When<T, R> {
    case: Case,
    outcome: Result<T, R>,
}

impl<R: Debug + PartialEq> When<Vec<ModerationEvent>, R> {
    /// It happened, and these types of event say so.
    #[track_caller]
    pub fn then(self, types: &[&str]) -> Given {
        let events = self.outcome.expect("the command should be accepted");
        let found: Vec<_> = events.iter().map(ModerationEvent::event_type).collect();
        assert_eq!(found, types);
        let mut case = self.case;
        for event in &events {
            case.apply(event, T0 + Duration::from_hours(1), &Actor::System);
        }
        Given(case)
    }
}

impl<T: Debug, R: Debug + PartialEq> When<T, R> {
    /// It was refused, with this reason.
    #[track_caller]
    pub fn then_refuses(self, refusal: &R) {
        match self.outcome {
            Err(found) => assert_eq!(&found, refusal),
            Ok(events) => panic!("expected {refusal:?}, but it was accepted: {events:?}"),
        }
    }
}
