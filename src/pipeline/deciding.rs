//! DECIDES: from judgements to one append. Pure but for fresh ids; runs again after a conflict.

use std::collections::{BTreeMap, HashMap};

use holdfast_domain::event::BatchAssessed;
use holdfast_domain::intake::Received;
use holdfast_domain::triage::{CaseBook, Told};
use holdfast_domain::{
    Actor, ClaimChange, ClaimKey, EventId, IdSource, ModerationEvent, PlatformId, PostId, PostRef,
    Sensitive, Stage, StreamId, SubjectId, Timestamp,
};
use holdfast_event_store::{
    Append, AuthorKey, BatchLeaves, ContentKey, Expected, FingerprintKind, KnownPost, LeafContent,
    LeafInput, NewEventHead, NewSubject, StreamAppend,
};

use super::judging::{Judged, JudgedRecord};
use super::known::{Known, author_key};
use super::late::Words;
use super::{Pipeline, PipelineSettings, RecordOutcome, appending, outgoing};
use holdfast_ingest::Batch;

/// What a batch becomes.
pub(super) struct Decided {
    pub(super) append: Append,
    pub(super) outcomes: Vec<RecordOutcome>,
}

impl Pipeline {
    pub(super) fn decide(&self, batch: &Batch, known: &Known, judged: &Judged) -> Decided {
        let mut working = Working::new(self, batch, known, judged);
        let mut leaves = Vec::with_capacity(batch.records.len());
        let mut outcomes = Vec::with_capacity(batch.records.len());
        for (record, judgement) in batch.records.iter().zip(&judged.records) {
            let told = working.record(record, judgement);
            leaves.push(leaf(batch, record, &told));
            outcomes.push(told.outcome);
        }
        Decided {
            append: working.finish(leaves, &outcomes),
            outcomes,
        }
    }
}

/// What became of one record, and what its leaf covers.
pub(super) struct RecordTold {
    pub(super) outcome: RecordOutcome,
    pub(super) revision: Option<holdfast_domain::Revision>,
    pub(super) content: LeafContent,
}

impl RecordTold {
    pub(super) const fn of(outcome: RecordOutcome) -> Self {
        Self {
            outcome,
            revision: None,
            content: LeafContent::Nothing,
        }
    }
}

/// A batch while it is decided: each record sees what the ones before it did.
pub(super) struct Working<'a> {
    pub(super) batch: &'a Batch,
    pub(super) known: &'a Known,
    pub(super) judged: &'a Judged,
    pub(super) settings: &'a PipelineSettings,
    pub(super) ids: &'a dyn IdSource,
    pub(super) now: Timestamp,
    pub(super) book: CaseBook<'a>,
    pub(super) append: Append,
    pub(super) posts: HashMap<ContentKey, KnownPost>,
    pub(super) traces: appending::Traces,
    /// What the batch itself has screened.
    pub(super) screened: HashMap<PostRef, Words>,
    subjects: HashMap<AuthorKey, SubjectId>,
    seen: std::collections::HashSet<Sensitive<String>>,
}

impl<'a> Working<'a> {
    fn new(pipeline: &'a Pipeline, batch: &'a Batch, known: &'a Known, judged: &'a Judged) -> Self {
        let ids = pipeline.ids.as_ref();
        let mut book = CaseBook::new(
            known.now,
            &pipeline.settings.promises,
            ids,
            known.budget_left,
        );
        for (case, holds) in &known.cases {
            book.enter(case.clone(), holds.iter().cloned());
        }
        Self {
            batch,
            known,
            judged,
            settings: &pipeline.settings,
            ids,
            now: known.now,
            book,
            append: Append::new(batch.tenant.clone()),
            posts: known.recall.posts.clone(),
            traces: appending::Traces::of_batch(batch),
            screened: HashMap::new(),
            subjects: known.recall.subjects.clone(),
            seen: known.recall.seen.clone(),
        }
    }

    /// The member's id, a fresh one where nobody has seen them.
    pub(super) fn subject(
        &mut self,
        platform: &PlatformId,
        pseudonym: &Sensitive<String>,
    ) -> SubjectId {
        let key = author_key(platform, pseudonym);
        if let Some(subject) = self.subjects.get(&key) {
            return *subject;
        }
        let subject = SubjectId::fresh(self.ids);
        self.append.subjects.push(NewSubject {
            subject,
            platform: platform.clone(),
            pseudonym: pseudonym.clone(),
        });
        self.subjects.insert(key, subject);
        subject
    }

    /// The id under which a post not known before was judged, or a fresh one.
    pub(super) fn fresh_post(&self, key: &ContentKey) -> PostId {
        self.judged
            .fresh
            .get(key)
            .copied()
            .unwrap_or_else(|| PostId::fresh(self.ids))
    }

    /// Takes the claim of the platform's event. `false` where it was taken in before: for everything
    /// that has no revision of its own to be known by.
    pub(super) fn first_time(&mut self, record: &Received) -> bool {
        self.first_time_of(record.event_key.clone())
    }

    /// The same for a record that cannot be read. Its key is another one, so that the record may come
    /// again, mended, under the platform's own.
    pub(super) fn first_time_rejected(&mut self, record: &Received) -> bool {
        self.first_time_of(rejected_key(&record.event_key))
    }

    fn first_time_of(&mut self, event_key: Sensitive<String>) -> bool {
        let fingerprint = self
            .known
            .fingerprints
            .of(FingerprintKind::Event, event_key.reveal());
        if !self.seen.insert(event_key) {
            return false;
        }
        let key = ClaimKey::event(fingerprint.as_str());
        self.append.claims.push(ClaimChange::Take {
            key,
            holder: self.batch.source.clone(),
        });
        true
    }

    /// An event of a stream that is no case's.
    pub(super) fn note(
        &mut self,
        stream: StreamId,
        actor: Actor,
        at: Timestamp,
        event: impl Into<ModerationEvent>,
    ) {
        let told = Told {
            actor,
            occurred_at: at,
            event: event.into(),
        };
        let event = appending::new_event(told, self.ids, self.traces.only());
        self.append.streams.push(StreamAppend {
            stream,
            expected: Expected::Any,
            events: vec![event],
        });
    }

    fn finish(mut self, leaves: Vec<LeafInput>, outcomes: &[RecordOutcome]) -> Append {
        let empty = CaseBook::new(self.now, &self.settings.promises, self.ids, 0);
        let changes = std::mem::replace(&mut self.book, empty).finish();
        appending::cases(&mut self.append, changes, self.ids, self.now, &self.traces);
        self.append.positions.extend(self.batch.advance.clone());
        self.append.batch = (!leaves.is_empty()).then(|| self.leaves(leaves, outcomes));
        self.append
    }

    fn leaves(&self, leaves: Vec<LeafInput>, outcomes: &[RecordOutcome]) -> BatchLeaves {
        let mut counted = BTreeMap::new();
        for outcome in outcomes {
            *counted.entry(outcome.as_str().to_owned()).or_insert(0) += 1;
        }
        let versions = self.judged.records.iter().find_map(|record| match record {
            JudgedRecord::Post(assessment) => Some(assessment.inputs.clone()),
            _ => None,
        });
        let versions = versions.unwrap_or_default();
        let event = BatchAssessed {
            stage: Stage::Triage,
            ranges: outgoing::ranges(&leaves),
            count: leaves.len() as u32,
            outcomes: counted,
            ruleset: versions.ruleset,
            versions: versions.versions,
            merkle_root: String::new(),
        };
        BatchLeaves {
            stream: StreamId::Intake(self.batch.source.clone()),
            head: NewEventHead {
                id: EventId::fresh(self.ids),
                occurred_at: self.now,
                actor: Actor::Automation,
                correlation: None,
            },
            event,
            leaves,
        }
    }
}

/// The key under which an unreadable record is known.
pub(super) fn rejected_key(event_key: &Sensitive<String>) -> Sensitive<String> {
    Sensitive::new(format!("rejected/{}", event_key.reveal()))
}

fn leaf(batch: &Batch, record: &Received, told: &RecordTold) -> LeafInput {
    LeafInput {
        source: batch.source.clone(),
        offset: outgoing::offset(&record.origin),
        event_key: record.event_key.clone(),
        revision: told.revision,
        outcome: told.outcome.as_str().to_owned(),
        content: told.content,
    }
}
