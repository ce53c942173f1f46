//! The deep stage: takes what triage was unsure of, most urgent first, and records a second
//! assessment of the same revision.
//!
//! What it cannot judge by the deadline counts as unscored: it goes to a person at once, and waits
//! here to be judged again when the cause has ended.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::event::{BatchAssessed, MemberJudged};
use holdfast_domain::signal::{Answer, Unavailable};
use holdfast_domain::triage::{CaseBook, Outcome, PostFacts};
use holdfast_domain::{Actor, Assessment, EventId, Stage, StreamId, TenantId, Timestamp};
use holdfast_event_store::{
    Append, AppendError, BatchLeaves, LeafContent, LeafInput, NewEventHead, Pending, PendingChange,
    PendingPost, StoreError, StoredRevision, TakenPost,
};

use super::known::Known;
use super::outgoing::{self, PendingContext};
use super::{Pipeline, RecordOutcome, appending, judging, late};
use crate::assessor::AssessRequest;
use holdfast_ingest::Batch;

/// How long a worker may keep what it took.
const LEASE: Duration = Duration::from_mins(1);
/// Bytes of text that are judged together: some two seconds of one core.
const MOST_TEXT: usize = 16 * 1024;
/// How long a post that could not be judged waits for the next try.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// How long it waits once it is before a person.
const TRY_LATER: Duration = Duration::from_mins(1);

/// The deep stage's worker.
pub struct DeepStage {
    pipeline: Pipeline,
    pending: Arc<dyn Pending>,
    worker: String,
    batch: usize,
}

struct Taken {
    row: TakenPost,
    context: PendingContext,
    revision: StoredRevision,
    /// Whether the platform shows a newer one by now.
    replaced: bool,
}

impl DeepStage {
    /// A worker of that name, unique among all instances, taking up to `batch` posts at a time.
    pub fn new(
        pipeline: Pipeline,
        pending: Arc<dyn Pending>,
        worker: String,
        batch: usize,
    ) -> Self {
        Self {
            pipeline,
            pending,
            worker,
            batch,
        }
    }

    /// Takes what waits, judges and records it. Answers how many posts it took.
    pub async fn step(&self) -> Result<usize, AppendError> {
        let now = self.pipeline.clock.now();
        let taken = self
            .pending
            .take(&self.worker, self.batch, now, LEASE)
            .await?;
        let count = taken.len();
        let (posts, gone) = sort_out(taken);
        self.forget(gone).await?;
        // One tenant an append; a worker that serves several takes them in turn.
        for posts in by_tenant(posts).into_iter().flat_map(of_bounded_length) {
            self.judge(posts).await?;
        }
        Ok(count)
    }

    /// Posts that nobody can judge any more: their author was erased, or their text is gone.
    async fn forget(&self, gone: Vec<TakenPost>) -> Result<(), AppendError> {
        for row in gone {
            let mut append = Append::new(row.tenant);
            append.pending.push(PendingChange::Done(row.pending.post));
            match self.pipeline.log.append(append).await {
                Ok(_) | Err(AppendError::NotPending { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn judge(&self, posts: Vec<Taken>) -> Result<(), AppendError> {
        let Some(tenant) = posts.first().map(|taken| taken.row.tenant.clone()) else {
            return Ok(());
        };
        let batch = no_records(tenant);
        let texts = posts.iter().map(|taken| &taken.revision.post);
        let known = self
            .pipeline
            .recall_for(&batch, texts, std::iter::empty(), &[])
            .await?;
        let requests = posts.iter().map(|taken| taken.request(&known)).collect();
        let assessments = self.pipeline.assessor.assess(Stage::Deep, requests).await;
        let now = self.pipeline.clock.now();
        let (mut ready, mut early) = (Vec::new(), Vec::new());
        for (taken, assessment) in posts.into_iter().zip(assessments) {
            let assessment = taken.of_its_revision(assessment);
            // What may still be answered in time is tried again before a person is asked.
            if will_answer_later(&assessment) && now < taken.row.pending.deadline {
                early.push((taken.row.tenant, taken.row.pending.post));
            } else {
                ready.push((taken, assessment));
            }
        }
        if !early.is_empty() {
            self.pending
                .give_back(&self.worker, &early, now + TRY_AGAIN)
                .await?;
        }
        self.record(ready).await
    }

    async fn record(&self, ready: Vec<(Taken, Assessment)>) -> Result<(), AppendError> {
        let Some((first, _)) = ready.first() else {
            return Ok(());
        };
        let batch = no_records(first.row.tenant.clone());
        loop {
            let known = self.recall(&batch, &ready).await?;
            match self
                .pipeline
                .log
                .append(self.decide(&batch, &known, &ready))
                .await
            {
                // Where another worker was faster, after our lease had ended, its answer stands.
                Ok(_) | Err(AppendError::NotPending { .. }) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn recall(
        &self,
        batch: &Batch,
        ready: &[(Taken, Assessment)],
    ) -> Result<Known, StoreError> {
        let causes: Vec<_> = ready
            .iter()
            .filter_map(|(_, a)| a.unjudged_cause())
            .collect();
        let posts = ready.iter().map(|(taken, _)| &taken.revision.post);
        let incidents = ready
            .iter()
            .filter_map(|(taken, _)| taken.context.incident.map(|(case, _)| case));
        self.pipeline
            .recall_for(batch, posts, incidents, &causes)
            .await
    }

    fn decide(&self, batch: &Batch, known: &Known, ready: &[(Taken, Assessment)]) -> Append {
        let ids = self.pipeline.ids.as_ref();
        let promises = &self.pipeline.settings.promises;
        let mut book = CaseBook::new(known.now, promises, ids, known.budget_left);
        for (case, holds) in &known.cases {
            book.enter(case.clone(), holds.iter().cloned());
        }
        let mut append = Append::new(batch.tenant.clone());
        let mut leaves = Vec::new();
        for (taken, assessment) in ready {
            let outcome = book.assessed(&taken.facts(), assessment);
            append
                .pending
                .push(taken.next(assessment, outcome, known.now));
            if let Some((incident, member)) = taken.context.incident
                && !is_silent(assessment)
            {
                book.settle(incident, member, MemberJudged::Judged);
            }
            if matches!(outcome, Outcome::InCase(_)) {
                let (id, keep) = (
                    taken.row.pending.post.post,
                    holdfast_event_store::Keep::ForCase,
                );
                append
                    .posts
                    .push(holdfast_event_store::PostWrite::Keep { id, keep });
            }
            leaves.push(taken.leaf(outcome));
        }
        append.batch = self.leaves(ready, leaves, known.now);
        appending::cases(
            &mut append,
            book.finish(),
            ids,
            known.now,
            &appending::Traces::default(),
        );
        append
    }

    fn leaves(
        &self,
        ready: &[(Taken, Assessment)],
        leaves: Vec<LeafInput>,
        now: Timestamp,
    ) -> Option<BatchLeaves> {
        let inputs = ready
            .first()
            .map(|(_, assessment)| assessment.inputs.clone())?;
        let mut outcomes = std::collections::BTreeMap::new();
        for leaf in &leaves {
            *outcomes.entry(leaf.outcome.clone()).or_insert(0) += 1;
        }
        let event = BatchAssessed {
            stage: Stage::Deep,
            ranges: outgoing::ranges(&leaves),
            count: leaves.len() as u32,
            outcomes,
            ruleset: inputs.ruleset,
            versions: inputs.versions,
            merkle_root: String::new(),
        };
        let head = NewEventHead {
            id: EventId::fresh(self.pipeline.ids.as_ref()),
            occurred_at: now,
            actor: Actor::Automation,
            correlation: None,
        };
        Some(BatchLeaves {
            stream: StreamId::Intake("deep".to_owned()),
            head,
            event,
            leaves,
        })
    }
}

impl Taken {
    fn request(&self, known: &Known) -> AssessRequest {
        let post = &self.revision.post;
        AssessRequest {
            post_ref: self.row.pending.post,
            parent: judging::parent_of(post, known),
            preceding: judging::preceding_of(post, known),
            post: post.clone(),
        }
    }

    /// What its author edited away is read and brought before a person like any other text; automation leaves
    /// it alone.
    fn of_its_revision(&self, assessment: Assessment) -> Assessment {
        if self.replaced {
            late::without_automation(&assessment, self.row.pending.post)
        } else {
            assessment
        }
    }

    fn facts(&self) -> PostFacts {
        PostFacts {
            post: self.row.pending.post,
            subject: self.context.subject,
            author: self.context.author,
            community: self.context.community.clone(),
            posted_at: self.context.posted_at,
            language: self.revision.post.main_language(),
            freshness: self.row.pending.freshness,
            origin: self.context.origin.clone(),
        }
    }

    /// Done, or waiting on as long as a classifier that may come back has not answered.
    fn next(&self, assessment: &Assessment, outcome: Outcome, now: Timestamp) -> PendingChange {
        if !will_answer_later(assessment) {
            return PendingChange::Done(self.row.pending.post);
        }
        let mut context = self.context.clone();
        if let Outcome::InIncident(case, member) = outcome {
            context.incident = Some((case, member));
        }
        PendingChange::Put(PendingPost {
            deadline: now + TRY_LATER,
            context: serde_json::to_string(&context).unwrap_or_default(),
            ..self.row.pending.clone()
        })
    }

    fn leaf(&self, outcome: Outcome) -> LeafInput {
        let (post, origin) = (self.row.pending.post, &self.context.origin);
        let outcome = match outcome {
            Outcome::Clear => RecordOutcome::Clear,
            Outcome::InCase(_) => RecordOutcome::Case,
            Outcome::InIncident(..) => RecordOutcome::Incident,
        };
        LeafInput {
            source: outgoing::source(origin),
            offset: outgoing::offset(origin),
            event_key: format!("{}/{}", post.post, post.revision.0).into(),
            revision: Some(post.revision),
            outcome: outcome.as_str().to_owned(),
            content: self
                .revision
                .digest
                .map_or(LeafContent::Nothing, LeafContent::Digest),
        }
    }
}

/// The deep stage reads from its own queue: no records, no position.
fn no_records(tenant: TenantId) -> Batch {
    Batch {
        tenant,
        source: "deep".to_owned(),
        records: Vec::new(),
        advance: None,
    }
}

/// Splits what was taken into what can be judged and what cannot any more.
fn sort_out(taken: Vec<TakenPost>) -> (Vec<Taken>, Vec<TakenPost>) {
    let (mut posts, mut gone) = (Vec::new(), Vec::new());
    for row in taken {
        let context = serde_json::from_str(&row.pending.context).ok();
        let stored = row.post.as_ref();
        let newest = stored.and_then(holdfast_event_store::StoredPost::newest_ref);
        let replaced = newest.is_some_and(|newest| newest.revision > row.pending.post.revision);
        let revision = stored
            .and_then(|post| post.revision(row.pending.post.revision))
            .cloned();
        match (context, revision) {
            (Some(context), Some(revision)) if revision.text_kept => {
                posts.push(Taken {
                    row,
                    context,
                    revision,
                    replaced,
                });
            }
            _ => gone.push(row),
        }
    }
    (posts, gone)
}

fn by_tenant(posts: Vec<Taken>) -> Vec<Vec<Taken>> {
    let mut groups: Vec<Vec<Taken>> = Vec::new();
    for taken in posts {
        match groups
            .iter_mut()
            .find(|group| group[0].row.tenant == taken.row.tenant)
        {
            Some(group) => group.push(taken),
            None => groups.push(vec![taken]),
        }
    }
    groups
}

/// Posts that are judged together: reading takes as long as the texts are, and one very long post must not make
/// all the others late.
fn of_bounded_length(posts: Vec<Taken>) -> Vec<Vec<Taken>> {
    grouped(posts, MOST_TEXT, |taken| {
        taken.revision.post.text.reveal().len()
    })
}

/// Items in their order, in groups of `most` together; an item that is larger stands alone.
fn grouped<T>(items: Vec<T>, most: usize, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut filled = 0;
    for item in items {
        let size = size(&item);
        filled += size;
        if let Some(group) = groups.last_mut().filter(|_| filled <= most) {
            group.push(item);
        } else {
            groups.push(vec![item]);
            filled = size;
        }
    }
    groups
}

fn is_silent(assessment: &Assessment) -> bool {
    assessment
        .signals
        .iter()
        .any(|signal| matches!(signal.answer, Answer::Unavailable(_)))
}

/// Whether some classifier did not answer that may answer another time.
fn will_answer_later(assessment: &Assessment) -> bool {
    assessment.signals.iter().any(|signal| match signal.answer {
        Answer::Scored(_) => false,
        Answer::Unavailable(why) => {
            matches!(
                why,
                Unavailable::TimedOut | Unavailable::Failed | Unavailable::Overloaded
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_post_is_judged_apart_from_the_short_ones() {
        let sizes = vec![3, 4, 3, 40, 2, 9, 1];
        let groups = grouped(sizes, 10, |size| *size);
        assert_eq!(groups, [vec![3, 4, 3], vec![40], vec![2], vec![9, 1]]);
    }
}
