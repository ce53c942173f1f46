//! Whatever is changed in a log below a checkpoint is found, and named where it was changed.

mod support;

use holdfast_transparency::error::LeavesFault;
use holdfast_transparency::export::{EventLine, Line, TextLine};
use holdfast_transparency::verify::{Fault, Finding, Report, Verdict};
use proptest::prelude::*;
use proptest::sample::Index;
use support::{Log, verify};

/// How far the one who changes a row covers it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    /// Changes the row alone.
    None,
    /// Computes the row's own hash anew.
    Own,
    /// Computes all hashes from there to the end anew.
    All,
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// One of the columns that are no part of the order of rows.
    Column(u8),
    /// The stored hash itself.
    Chain,
    /// The row is taken out; those after it close the gap or not.
    Delete { renumber: bool },
    /// A forged row is put in; those after it make room or not.
    Insert { renumber: bool },
    /// The row stands there twice.
    Repeat,
    /// The row changes places with the next, with its number or leaving it.
    Swap { renumber: bool },
    /// This row and all after it are taken out.
    Truncate,
    /// Something about a leaf of the batch.
    Leaf(u8),
    /// The leaves of the batch are taken out.
    NoLeaves,
    /// A stored ciphertext of the batch: its bytes or its time.
    Text { bytes: bool },
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => (0..11_u8).prop_map(Change::Column),
        1 => Just(Change::Chain),
        2 => any::<bool>().prop_map(|renumber| Change::Delete { renumber }),
        2 => any::<bool>().prop_map(|renumber| Change::Insert { renumber }),
        1 => Just(Change::Repeat),
        2 => any::<bool>().prop_map(|renumber| Change::Swap { renumber }),
        1 => Just(Change::Truncate),
        4 => (0..7_u8).prop_map(Change::Leaf),
        1 => Just(Change::NoLeaves),
        2 => any::<bool>().prop_map(|bytes| Change::Text { bytes }),
    ]
}

fn edit_column(event: &mut EventLine, column: u8) {
    match column {
        0 => event.event_id[3] ^= 1,
        1 => event.tenant.push('x'),
        2 => event.stream.push('x'),
        3 => event.version += 1,
        4 => event.occurred_at -= 1,
        5 => event.recorded_at += 1,
        6 => event.actor.push(' '),
        7 => event.causation = event.causation.take().map_or(Some(String::new()), |_| None),
        8 => event.correlation = Some("x".to_owned()),
        9 => event.type_version += 1,
        _ => event.payload.push(' '),
    }
}

/// Changes the log at a row. Answers the first position that then differs from what was signed;
/// `None` where there is nothing of the kind to change.
fn tamper(log: &mut Log, at: usize, change: Change) -> Option<usize> {
    let renumber_from = |log: &mut Log, start: usize| {
        for (place, event) in log.events.iter_mut().enumerate().skip(start) {
            event.position = place as u64;
        }
    };
    match change {
        Change::Column(column) => edit_column(&mut log.events[at], column),
        Change::Chain => log.events[at].chain[5] ^= 1,
        Change::Delete { renumber } => {
            log.events.remove(at);
            if renumber {
                renumber_from(log, at);
            }
        }
        Change::Insert { renumber } => {
            let mut forged = log.events[at].clone();
            forged.event_type.replace_range(.., "CaseClosed");
            forged.leaves = None;
            log.events.insert(at, forged);
            if renumber {
                renumber_from(log, at);
            }
        }
        Change::Repeat => {
            let again = log.events[at].clone();
            log.events.insert(at, again);
        }
        Change::Swap { renumber } => {
            if at + 1 == log.events.len() {
                return None;
            }
            log.events.swap(at, at + 1);
            if renumber {
                renumber_from(log, at);
            }
        }
        Change::Truncate => log.events.truncate(at),
        Change::Leaf(what) => edit_leaf(log, at, what)?,
        Change::NoLeaves => drop(log.events[at].leaves.take()?),
        Change::Text { bytes } => {
            let recorded_at = log.events[at].recorded_at;
            let text = log
                .texts
                .iter_mut()
                .find(|text| text.recorded_at == recorded_at)?;
            if bytes {
                text.sealed[1] ^= 0x40;
            } else {
                text.recorded_at += 1;
            }
        }
    }
    Some(at)
}

fn edit_leaf(log: &mut Log, at: usize, what: u8) -> Option<()> {
    let leaves = log.events[at].leaves.as_mut()?;
    let last = leaves.len() - 1;
    match what {
        0 => leaves[last].outcome.push('x'),
        1 => leaves[last].offset += 1,
        2 => leaves[0].content = leaves[0].content.map_or(Some([1; 32]), |_| None),
        3 => leaves[0].key[31] ^= 1,
        4 => leaves[last].source.push('x'),
        5 => drop(leaves.pop()),
        _ => leaves.push(leaves[0].clone()),
    }
    Some(())
}

/// Whether a finding shows the change at the position itself.
fn shows(report: &Report, position: usize) -> bool {
    report.first_position() == Some(position as u64)
}

/// Whether some finding leaves no doubt that the change lies within its range.
fn covers(report: &Report, position: usize) -> bool {
    let position = position as u64;
    let around = |finding: &&Finding| (finding.from..=finding.to).contains(&position);
    report.findings.iter().any(|finding| around(&finding))
}

/// What a verification covers of a line: not the spaces in it or how a letter is escaped, and not to
/// which post a ciphertext belongs, which its own encryption proves to who can open it.
fn says(line: &Line) -> Line {
    match line {
        Line::Event(_) => line.clone(),
        Line::Text(text) => Line::Text(TextLine {
            post: [0; 16],
            revision: 0,
            ..text.clone()
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12_000,
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_change_below_a_checkpoint_is_found_and_named(
        size in 1..30_usize,
        at in any::<Index>(),
        change in change(),
        cover in prop::sample::select(vec![Cover::None, Cover::Own, Cover::All]),
        kept in prop::collection::vec(any::<Index>(), 0..4),
    ) {
        let mut log = Log::of(size as u64);
        let at = at.index(size);
        // Checkpoints at some sizes, and one that covers the change.
        let mut sizes: Vec<usize> = kept.iter().map(|index| index.index(size + 1)).collect();
        sizes.push(at + 1 + (size - at - 1) / 2);
        sizes.sort_unstable();
        sizes.dedup();
        let checkpoints: Vec<_> = sizes.iter().map(|size| log.checkpoint(*size)).collect();
        prop_assert_eq!(log.verify(checkpoints.clone()).verdict(), Verdict::Proven);

        let first = tamper(&mut log, at, change);
        prop_assume!(first.is_some());
        match cover {
            Cover::Own if at < log.events.len() => log.chain_at(at),
            Cover::All if at < log.events.len() => log.chain_from(at),
            _ => {}
        }
        // To compute a hash anew undoes a change of the hash.
        prop_assume!(change != Change::Chain || cover == Cover::None);

        let report = log.verify(checkpoints);
        prop_assert_eq!(report.verdict(), Verdict::Tampered);
        prop_assert!(covers(&report, at), "{} not in {:?}", at, report);
        prop_assert!(report.proven as usize <= at || shows(&report, at), "{:?}", report);
        let holds = sizes.iter().copied().filter(|size| *size <= at).max().unwrap_or(0);
        prop_assert!(report.proven as usize >= holds, "{:?}", report);
        match (change, cover) {
            // Outside the chain: named in any case.
            (
                Change::Leaf(_)
                | Change::NoLeaves
                | Change::Text { .. }
                | Change::Truncate
                | Change::Repeat
                | Change::Delete { renumber: false }
                | Change::Swap { renumber: false },
                _,
            )
            | (_, Cover::None) => {
                // A row that stands there a second time shows where it does.
                let last_deleted = at == log.events.len();
                prop_assert!(shows(&report, at) || last_deleted, "{:?}", report);
                prop_assert!(!last_deleted || covers(&report, at));
            }
            // The row itself fits; the next one does not, or the checkpoint does not.
            (_, Cover::Own) => {
                let named = report.first_position().unwrap() as usize;
                prop_assert!(named <= at + 1, "{:?}", report);
            }
            // Only the checkpoints are left: the change lies between the last that holds and the
            // first that does not.
            (_, Cover::All) => {
                let fails = sizes.iter().copied().find(|size| *size > at).unwrap();
                let range = report.findings.iter().find(|finding| {
                    matches!(finding.fault, Fault::Rewritten { .. } | Fault::Truncated { .. })
                        || finding.position == at as u64
                });
                let range = range.unwrap();
                prop_assert!(range.from as usize >= holds && range.from as usize <= at);
                prop_assert!(range.to as usize <= fails.max(log.events.len()), "{:?}", report);
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn several_changes_are_found_together(
        size in 4..30_usize,
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut log = Log::of(size as u64);
        let checkpoint = log.checkpoint(size);
        let before = log.lines();
        for (at, change) in changes {
            if !log.events.is_empty() {
                let at = at.index(log.events.len());
                tamper(&mut log, at, change);
            }
        }
        // Two changes can cancel each other.
        prop_assume!(log.lines() != before);
        prop_assert_eq!(log.verify(vec![checkpoint]).verdict(), Verdict::Tampered);
    }

    #[test]
    fn damaged_lines_are_answered_and_found(
        size in 1..12_u64,
        line in any::<Index>(),
        at in any::<Index>(),
        byte in any::<u8>(),
        how in 0..4,
    ) {
        let log = Log::of(size);
        let checkpoint = log.checkpoint(size as usize);
        let mut lines: Vec<Vec<u8>> = log.lines().into_iter().map(String::into_bytes).collect();
        let before = lines.clone();
        let line = line.index(lines.len());
        let at = at.index(lines[line].len());
        match how {
            0 => lines[line][at] = byte,
            1 => lines[line].insert(at, byte),
            2 => drop(lines[line].remove(at)),
            _ => lines[line].truncate(at),
        }
        let report = verify(&lines, vec![checkpoint]);
        let same = |now: &[u8], then: &[u8]| {
            Line::parse(now).is_ok_and(|now| says(&now) == says(&Line::parse(then).unwrap()))
        };
        let unchanged = lines.iter().zip(&before).all(|(now, then)| same(now, then));
        prop_assert_eq!(report.verdict() == Verdict::Proven, unchanged, "{:?}", report);
        if !unchanged && line < size as usize {
            prop_assert!(covers(&report, line), "{} not in {:?}", line, report);
        }
    }
}

#[test]
fn a_log_written_anew_is_found_only_with_a_checkpoint_and_the_report_says_so() {
    let genuine = Log::of(12);
    let (early, late) = (genuine.checkpoint(4), genuine.checkpoint(10));
    let mut forged = genuine.clone();
    forged.events[6].payload = "{}".to_owned();
    forged.chain_from(6);

    let alone = forged.verify(Vec::new());
    assert_eq!(alone.verdict(), Verdict::OnlyConsistent);
    assert_eq!(alone.unproven(), Some(0..=11));
    assert!(
        alone.to_string().contains("internal consistency only"),
        "{alone}"
    );

    let held = forged.verify(vec![late, early]);
    let [finding] = held.findings[..] else {
        panic!("{held}")
    };
    assert_eq!(finding.fault, Fault::Rewritten { size: 10 });
    assert_eq!((finding.from, finding.to, held.proven), (4, 9, 4));
    assert!(
        held.to_string()
            .contains("positions 4 to 9: rows were changed"),
        "{held}"
    );
}

#[test]
fn rows_after_the_last_checkpoint_are_named_as_unproven() {
    let mut log = Log::of(12);
    let checkpoint = log.checkpoint(9);
    let report = log.verify(vec![checkpoint.clone()]);
    assert_eq!(report.verdict(), Verdict::Proven);
    assert_eq!((report.proven, report.unproven()), (9, Some(9..=11)));
    assert!(report.to_string().contains("positions 9 to 11"), "{report}");
    // Changed there and covered up: nothing says otherwise, and nothing claims to.
    log.events[10].tenant.push('x');
    log.chain_from(10);
    let report = log.verify(vec![checkpoint]);
    assert_eq!(
        (report.verdict(), report.unproven()),
        (Verdict::Proven, Some(9..=11))
    );
}

#[test]
fn two_checkpoints_of_two_logs_under_one_key_convict_the_key() {
    let (log, mut other) = (Log::of(9), Log::of(9));
    other.events[2].tenant.push('x');
    other.chain_from(2);
    let report = log.verify(vec![other.checkpoint(6), log.checkpoint(9)]);
    let faults: Vec<Fault> = report
        .findings
        .iter()
        .map(|finding| finding.fault)
        .collect();
    assert_eq!(faults, [Fault::Forked { size: 6 }]);
    assert_eq!(report.proven, 9);
}

#[test]
fn an_empty_log_is_proven_empty_and_found_cut_short() {
    let (empty, log) = (Log::of(0), Log::of(3));
    assert_eq!(
        empty.verify(vec![empty.checkpoint(0)]).verdict(),
        Verdict::Proven
    );
    let report = empty.verify(vec![log.checkpoint(3)]);
    assert_eq!(report.findings[0].fault, Fault::Truncated { size: 3 });
    assert_eq!((report.findings[0].from, report.findings[0].to), (0, 2));
}

#[test]
fn leaves_beside_an_event_that_seals_none_are_found() {
    let mut log = Log::of(6);
    let checkpoint = log.checkpoint(6);
    log.events[3].leaves = log.events[1].leaves.clone();
    let report = log.verify(vec![checkpoint]);
    assert_eq!(
        report.findings[0].fault,
        Fault::Leaves(LeavesFault::Surplus)
    );
    assert_eq!((report.findings[0].from, report.findings[0].to), (3, 3));
}

#[test]
fn a_flood_of_faults_never_hides_what_the_checkpoints_say() {
    let mut log = Log::of(300);
    let checkpoint = log.checkpoint(300);
    log.events
        .iter_mut()
        .for_each(|event| event.actor.push(' '));
    log.events.truncate(250);
    let report = log.verify(vec![checkpoint]);
    assert_eq!(report.findings.len(), Report::MAX_FINDINGS + 1);
    assert!(report.further >= 150, "{report}");
    let last = report.findings.last().unwrap();
    assert_eq!(last.fault, Fault::Truncated { size: 300 });
}

#[test]
fn the_hash_of_an_event_is_that_which_the_store_writes() {
    let snapshot = include_str!(
        "../../event-store/src/snapshots/holdfast_event_store__chain__tests__the_first_hash_of_a_known_event_never_changes.snap"
    );
    let event = holdfast_transparency::chain::EventColumns {
        position: 0,
        event_id: &[1; 16],
        tenant: "default",
        stream: "control",
        version: 1,
        occurred_at: 1,
        recorded_at: 2,
        actor: "{}",
        causation: None,
        correlation: None,
        event_type: "NoteAdded",
        type_version: 1,
        payload: "{}",
    };
    let hash = holdfast_transparency::chain::link(&[0; 32], &event);
    let hash = holdfast_transparency::hash::to_hex(&hash);
    assert_eq!(snapshot.lines().last(), Some(hash.as_str()));
}

#[test]
fn behind_a_missing_row_no_checkpoint_is_compared_with_other_rows() {
    let mut log = Log::of(9);
    let checkpoint = log.checkpoint(6);
    log.events.remove(5);
    let report = log.verify(vec![checkpoint]);
    let faults: Vec<Fault> = report
        .findings
        .iter()
        .map(|finding| finding.fault)
        .collect();
    assert_eq!(faults, [Fault::OutOfPlace { found: 6 }]);
    assert_eq!((report.proven, report.first_position()), (0, Some(5)));
}
