use holdfast_domain::Sensitive;
use holdfast_domain::intake::{Origin, Received, RejectClass, Rejected};
use holdfast_domain::testing::T0;

use super::*;
use crate::config::BatchConfig;
use crate::handler::Batch;

const SETTINGS: Settings = Settings {
    batch: BatchConfig {
        max_records: 3,
        max_bytes: 1_000_000,
        max_wait_ms: 10,
        max_in_flight: 4,
    },
    drain: Duration::from_secs(5),
    stopped_poll: Duration::from_secs(5),
};

fn key() -> PartitionKey {
    PartitionKey {
        cluster: "c".to_owned(),
        group: "g".to_owned(),
        topic: "t".to_owned(),
        partition: 0,
    }
}

fn at(millis: u64) -> Timestamp {
    T0 + Duration::from_millis(millis)
}

fn value(offset: i64) -> Vec<u8> {
    format!("record {offset}").into_bytes()
}

fn stored(next: i64) -> StoredPosition {
    StoredPosition {
        next,
        last_digest: digest::of(None, Some(&value(next - 1))),
        live_from: LiveFrom::default(),
    }
}

fn received(offset: i64) -> Received {
    Received {
        origin: Origin::Kafka {
            topic: "t".to_owned(),
            partition: 0,
            offset,
        },
        event_key: Sensitive::new(offset.to_string()),
        occurred_at: T0,
        received_at: T0,
        freshness: Freshness::Live,
        traceparent: None,
        content: Err(Rejected {
            tenant: TenantId::default(),
            raw: Sensitive::new(Vec::new()),
            key: None,
            headers: Sensitive::default(),
            class: RejectClass::Poison,
            message: String::new(),
            transport_time: None,
        }),
    }
}

/// A partition under test, with the batch that it last handed on.
struct Tested {
    partition: Partition,
    submitted: Vec<Arc<Batch>>,
}

impl Tested {
    fn assigned(standing: Standing) -> (Self, Vec<Output>) {
        let mut tested = Self {
            partition: Partition::assigned(key(), TenantId::default(), SETTINGS, T0),
            submitted: Vec::new(),
        };
        assert!(matches!(tested.on(Input::Tick, 0)[..], [Output::Prepare]));
        let outputs = tested.on(Input::Prepared(standing), 0);
        (tested, outputs)
    }

    /// Reads from the stored position 5, the last record verified.
    fn reading() -> Self {
        let (mut tested, _) = Self::assigned(Standing {
            stored: Some(stored(5)),
            live_from: LiveFrom::default(),
            low: 0,
            high: 100,
        });
        tested.record(4, 0);
        tested
    }

    fn on(&mut self, input: Input<'_>, millis: u64) -> Vec<Output> {
        let outputs = self.partition.on(input, at(millis));
        for output in &outputs {
            if let Output::Submit(batch) = output {
                self.submitted.push(Arc::clone(batch));
            }
        }
        outputs
    }

    fn record(&mut self, offset: i64, millis: u64) -> Vec<Output> {
        self.record_of(offset, Some(at(millis)), millis)
    }

    fn record_of(&mut self, offset: i64, time: Option<Timestamp>, millis: u64) -> Vec<Output> {
        let value = value(offset);
        self.on(
            Input::Record(Record {
                offset,
                key: None,
                value: Some(&value),
                time,
                received: received(offset),
            }),
            millis,
        )
    }

    fn offsets(&self) -> Vec<Vec<i64>> {
        let offset = |record: &Received| match &record.origin {
            Origin::Kafka { offset, .. } => *offset,
            _ => unreachable!("all come from Kafka"),
        };
        self.submitted
            .iter()
            .map(|batch| batch.records.iter().map(offset).collect())
            .collect()
    }
}

fn standing(stored: Option<StoredPosition>, low: i64, high: i64) -> Standing {
    let first = LiveFrom {
        offset: high,
        since: T0,
    };
    let live_from = stored.as_ref().map_or(first, |stored| stored.live_from);
    Standing {
        stored,
        live_from,
        low,
        high,
    }
}

#[test]
fn an_assignment_reads_the_last_record_again_and_hands_on_what_follows() {
    let (mut tested, outputs) = Tested::assigned(standing(Some(stored(5)), 0, 100));
    assert!(matches!(outputs[..], [Output::StartAt(4)]));
    tested.record(4, 0);
    tested.record(5, 0);
    tested.record(6, 1);
    assert!(tested.submitted.is_empty());
    tested.on(Input::Tick, 10);
    assert_eq!(tested.offsets(), [[5, 6]]);
    let advance = tested.submitted[0].advance.clone().unwrap();
    assert_eq!((advance.expected, advance.next), (Some(5), 7));
    assert_eq!(advance.last_digest, digest::of(None, Some(&value(6))));
}

#[test]
fn another_record_at_the_last_ones_place_stops_the_partition() {
    let (mut tested, _) = Tested::assigned(standing(Some(stored(5)), 0, 100));
    let other = b"another".to_vec();
    let outputs = tested.on(
        Input::Record(Record {
            offset: 4,
            key: None,
            value: Some(&other),
            time: Some(T0),
            received: received(4),
        }),
        0,
    );
    assert!(matches!(
        outputs[..],
        [Output::Stop(StopCause::OtherRecord { offset: 4 })]
    ));
    assert!(!tested.partition.wants_records());
}

#[test]
fn a_position_beyond_the_end_or_before_the_beginning_stops_the_partition() {
    let (_, outputs) = Tested::assigned(standing(Some(stored(5)), 0, 4));
    assert!(matches!(
        outputs[..],
        [Output::Stop(StopCause::Ahead { next: 5, high: 4 })]
    ));
    let (_, outputs) = Tested::assigned(standing(Some(stored(5)), 6, 9));
    assert!(matches!(
        outputs[..],
        [Output::Stop(StopCause::Lost { next: 5, low: 6 })]
    ));
}

#[test]
fn a_topic_emptied_by_age_is_no_reason_to_stop() {
    let (_, outputs) = Tested::assigned(standing(Some(stored(5)), 5, 5));
    assert!(matches!(outputs[..], [Output::StartAt(5)]));
}

#[test]
fn the_first_ever_assignment_begins_at_the_beginning_and_what_is_old_by_then_is_backfill() {
    let minutes_ago = |minutes| Some(T0 - Duration::from_mins(minutes));
    // Seven records lie there, and live is what is younger than ten minutes.
    let first = Standing {
        live_from: LiveFrom {
            offset: 7,
            since: T0 - Duration::from_mins(10),
        },
        ..standing(None, 2, 7)
    };
    let (mut tested, outputs) = Tested::assigned(first);
    assert!(matches!(outputs[..], [Output::StartAt(2)]));
    let times = [
        (2, minutes_ago(60)),
        (3, minutes_ago(3)),
        (4, minutes_ago(11)),
        (5, minutes_ago(10)),
        (6, None),
        (7, minutes_ago(60)),
    ];
    for (offset, time) in times {
        tested.record_of(offset, time, 0);
    }
    tested.on(Input::Handled(Ok(())), 0);
    let freshness: Vec<_> = tested
        .submitted
        .iter()
        .flat_map(|batch| &batch.records)
        .map(|record| record.freshness == Freshness::Backfill)
        .collect();
    assert_eq!(freshness, [true, false, true, false, false, false]);
    assert_eq!(tested.submitted[0].advance.as_ref().unwrap().expected, None);
}

#[test]
fn a_record_that_was_young_at_the_first_assignment_is_live_for_whoever_reads_it_later() {
    let first = Standing {
        live_from: LiveFrom {
            offset: 7,
            since: T0 - Duration::from_mins(10),
        },
        ..standing(None, 6, 7)
    };
    let (mut tested, _) = Tested::assigned(first);
    // The first owner died; an hour has passed.
    let hour = 3_600_000;
    tested.record_of(6, Some(T0 - Duration::from_mins(3)), hour);
    tested.on(Input::Tick, hour + 10);
    assert_eq!(
        tested.submitted[0].records[0].freshness,
        Freshness::Live,
        "as the decoder left it"
    );
}

#[test]
fn one_batch_is_on_its_way_and_the_next_one_fills_until_it_is_full() {
    let mut tested = Tested::reading();
    for offset in 5..11 {
        assert!(tested.partition.wants_records());
        tested.record(offset, 0);
    }
    assert!(!tested.partition.wants_records());
    assert_eq!(tested.offsets(), [[5, 6, 7]]);
    let outputs = tested.on(Input::Handled(Ok(())), 1);
    assert!(matches!(
        outputs[..],
        [
            Output::Count(BatchOutcome::Recorded),
            Output::Commit(8),
            Output::Submit(_)
        ]
    ));
    assert_eq!(tested.offsets(), [[5, 6, 7], [8, 9, 10]]);
    assert_eq!(
        tested.submitted[1].advance.as_ref().unwrap().expected,
        Some(8)
    );
}

#[test]
fn a_batch_that_cannot_be_taken_now_comes_again_and_is_never_skipped() {
    let mut tested = Tested::reading();
    for offset in 5..8 {
        tested.record(offset, 0);
    }
    tested.on(
        Input::Handled(Err(HandleError::Transient("down".into()))),
        0,
    );
    assert!(tested.on(Input::Tick, 199).is_empty());
    tested.on(Input::Tick, 200);
    tested.on(
        Input::Handled(Err(HandleError::Transient("down".into()))),
        200,
    );
    assert!(tested.on(Input::Tick, 599).is_empty());
    tested.on(Input::Tick, 600);
    assert_eq!(tested.offsets(), [[5, 6, 7]; 3]);
    assert!(matches!(
        tested.on(Input::Handled(Ok(())), 700)[..],
        [_, Output::Commit(8)]
    ));
}

#[test]
fn a_fenced_owner_drops_what_it_has_and_asks_where_the_partition_stands() {
    let mut tested = Tested::reading();
    for offset in 5..9 {
        tested.record(offset, 0);
    }
    let outputs = tested.on(Input::Handled(Err(HandleError::Fenced)), 0);
    assert!(matches!(outputs[..], [Output::Count(BatchOutcome::Fenced)]));
    assert!(!tested.partition.wants_records());
    assert!(tested.on(Input::Tick, 50).is_empty());
    assert!(matches!(tested.on(Input::Tick, 100)[..], [Output::Prepare]));
    let outputs = tested.on(Input::Prepared(standing(Some(stored(9)), 0, 100)), 100);
    assert!(matches!(outputs[..], [Output::StartAt(8)]));
    assert_eq!(tested.submitted.len(), 1);
}

#[test]
fn a_revoked_partition_finishes_the_batch_on_its_way_and_no_other() {
    let mut tested = Tested::reading();
    for offset in 5..10 {
        tested.record(offset, 0);
    }
    assert!(tested.on(Input::Revoked { lost: false }, 1).is_empty());
    assert_eq!(tested.partition.stage(), Stage::Draining);
    let outputs = tested.on(Input::Handled(Ok(())), 2);
    assert!(matches!(outputs[..], [_, Output::Commit(8)]));
    assert_eq!(tested.partition.stage(), Stage::Complete);
    assert_eq!(tested.offsets(), [[5, 6, 7]]);
}

#[test]
fn a_batch_that_takes_too_long_is_given_up_and_not_committed() {
    let mut tested = Tested::reading();
    for offset in 5..8 {
        tested.record(offset, 0);
    }
    tested.on(Input::Revoked { lost: false }, 1);
    assert!(tested.on(Input::Tick, 5000).is_empty());
    let outputs = tested.on(Input::Tick, 5001);
    assert!(matches!(
        outputs[..],
        [Output::Count(BatchOutcome::Abandoned)]
    ));
    assert!(tested.on(Input::Handled(Ok(())), 5002).is_empty());
}

#[test]
fn a_lost_partition_waits_for_nothing() {
    let mut tested = Tested::reading();
    for offset in 5..8 {
        tested.record(offset, 0);
    }
    tested.on(Input::Revoked { lost: true }, 1);
    assert_eq!(tested.partition.stage(), Stage::Complete);
}

#[test]
fn a_stopped_partition_goes_on_when_an_operator_has_moved_its_position() {
    let (mut tested, _) = Tested::assigned(standing(Some(stored(5)), 8, 9));
    assert!(matches!(
        tested.on(Input::Tick, 5000)[..],
        [Output::Prepare]
    ));
    assert!(
        tested
            .on(Input::Prepared(standing(Some(stored(5)), 8, 9)), 5000)
            .is_empty()
    );
    assert!(matches!(
        tested.on(Input::Tick, 10_000)[..],
        [Output::Prepare]
    ));
    let moved = StoredPosition {
        next: 8,
        last_digest: digest::UNVERIFIED,
        live_from: LiveFrom::default(),
    };
    let outputs = tested.on(Input::Prepared(standing(Some(moved), 8, 9)), 10_000);
    assert!(matches!(outputs[..], [Output::Clear, Output::StartAt(8)]));
}

#[test]
fn a_refused_batch_stops_the_partition_until_an_operator_speaks() {
    let mut tested = Tested::reading();
    for offset in 5..8 {
        tested.record(offset, 0);
    }
    let outputs = tested.on(
        Input::Handled(Err(HandleError::Stop("disk full".into()))),
        0,
    );
    assert!(
        matches!(&outputs[..], [_, Output::Stop(StopCause::Refused { why })] if why == "disk full")
    );
    assert!(tested.on(Input::Tick, 60_000).is_empty());
    assert!(matches!(
        tested.on(Input::Resume, 60_000)[..],
        [Output::Clear]
    ));
    assert!(matches!(
        tested.on(Input::Tick, 60_000)[..],
        [Output::Prepare]
    ));
}

#[test]
fn an_earlier_record_after_a_later_one_makes_the_partition_read_again() {
    let mut tested = Tested::reading();
    tested.record(6, 0);
    tested.record(5, 0);
    assert!(matches!(tested.on(Input::Tick, 1)[..], [Output::Prepare]));
    assert!(tested.submitted.is_empty());
}

#[test]
fn a_record_that_found_no_room_is_read_again_after_the_batch_on_its_way() {
    let mut tested = Tested::reading();
    for offset in 5..11 {
        tested.record(offset, 0);
    }
    assert!(!tested.partition.wants_records());
    // The consumer had record 11 in hand, and nowhere to put it.
    assert!(tested.on(Input::OutOfRange, 0).is_empty());
    assert!(tested.on(Input::Tick, 1000).is_empty(), "a batch is out");
    let outputs = tested.on(Input::Handled(Ok(())), 1000);
    assert!(
        matches!(outputs[..], [_, Output::Commit(8), Output::Prepare]),
        "{outputs:?}"
    );
    let outputs = tested.on(Input::Prepared(standing(Some(stored(8)), 0, 100)), 1000);
    assert!(matches!(outputs[..], [Output::StartAt(7)]));
    for offset in 7..11 {
        tested.record(offset, 1000);
    }
    assert_eq!(tested.offsets(), [[5, 6, 7], [8, 9, 10]]);
}

#[test]
fn a_record_that_found_no_room_waits_half_a_second_where_nothing_is_on_its_way() {
    let mut tested = Tested::reading();
    tested.record(5, 0);
    tested.on(Input::OutOfRange, 0);
    assert!(tested.on(Input::Tick, 499).is_empty());
    assert!(matches!(tested.on(Input::Tick, 500)[..], [Output::Prepare]));
    let outputs = tested.on(Input::Prepared(standing(Some(stored(5)), 0, 100)), 500);
    assert!(matches!(outputs[..], [Output::StartAt(4)]));
    assert!(tested.submitted.is_empty());
}

#[test]
fn a_record_missing_at_the_last_ones_place_is_looked_for_again_before_it_is_believed_gone() {
    let (mut tested, _) = Tested::assigned(standing(Some(stored(5)), 0, 100));
    for _ in 0..2 {
        assert!(tested.record(7, 0).is_empty());
        assert!(matches!(tested.on(Input::Tick, 0)[..], [Output::Prepare]));
        tested.on(Input::Prepared(standing(Some(stored(5)), 0, 100)), 0);
    }
    assert!(matches!(
        tested.record(7, 0)[..],
        [Output::Stop(StopCause::RecordGone { offset: 4 })]
    ));
}

mod any_order {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Record,
        Time(u64),
        Handled(u8),
        OutOfRange,
        Resume,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            8 => Just(Step::Record),
            3 => (1u64..400).prop_map(Step::Time),
            4 => (0u8..4).prop_map(Step::Handled),
            1 => Just(Step::OutOfRange),
            1 => Just(Step::Resume),
        ];
        proptest::collection::vec(step, 1..120)
    }

    proptest! {
        /// Whatever happens in whatever order: what is recorded is every record once, in order, without a
        /// gap, and nothing is committed beyond it.
        #[test]
        fn what_is_recorded_has_no_gap_and_no_repeat(steps in steps()) {
            let mut partition = Partition::assigned(key(), TenantId::default(), SETTINGS, T0);
            let (mut now, mut reads_at) = (0, None);
            let mut store: Option<StoredPosition> = None;
            let mut recorded: Vec<i64> = Vec::new();
            let mut on_its_way: Option<Arc<Batch>> = None;
            for step in steps {
                let record = reads_at.filter(|_| partition.wants_records());
                let bytes = value(record.unwrap_or_default());
                let input = match (step, record) {
                    (Step::Record, Some(offset)) => {
                        reads_at = Some(offset + 1);
                        Input::Record(Record { offset, key: None, value: Some(&bytes), time: Some(at(now)), received: received(offset) })
                    }
                    (Step::Handled(result), _) if on_its_way.is_some() => {
                        let batch = on_its_way.take().unwrap();
                        let advance = batch.advance.clone().unwrap();
                        prop_assert_eq!(advance.expected, store.as_ref().map(|stored| stored.next));
                        match result {
                            0 | 1 => {
                                recorded.extend(batch.records.iter().map(|r| r.event_key.reveal().parse::<i64>().unwrap()));
                                store = Some(StoredPosition { next: advance.next, last_digest: advance.last_digest, live_from: LiveFrom::default() });
                                Input::Handled(Ok(()))
                            }
                            2 => Input::Handled(Err(HandleError::Transient("x".into()))),
                            _ => Input::Handled(Err(HandleError::Fenced)),
                        }
                    }
                    (Step::Time(millis), _) => {
                        now += millis;
                        Input::Tick
                    }
                    (Step::OutOfRange, _) => Input::OutOfRange,
                    (Step::Resume, _) => Input::Resume,
                    _ => Input::Tick,
                };
                let mut outputs = partition.on(input, at(now));
                while let Some(output) = outputs.pop() {
                    match output {
                        Output::Prepare => {
                            let standing = Standing { stored: store.clone(), live_from: LiveFrom::default(), low: 0, high: 1000 };
                            outputs.extend(partition.on(Input::Prepared(standing), at(now)));
                        }
                        Output::StartAt(offset) => reads_at = Some(offset),
                        Output::Submit(batch) => {
                            prop_assert!(on_its_way.is_none(), "two batches on their way");
                            on_its_way = Some(batch);
                        }
                        Output::Commit(next) => prop_assert_eq!(Some(next), store.as_ref().map(|stored| stored.next)),
                        Output::Stop(cause) => prop_assert!(false, "stopped: {}", cause),
                        Output::Clear | Output::Count(_) => {}
                    }
                }
                let expected: Vec<i64> = (0..recorded.len() as i64).collect();
                prop_assert_eq!(&recorded, &expected);
            }
        }
    }
}
