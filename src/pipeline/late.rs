//! Revisions that come late: behind one that is known already, or under its number with other words.
//!
//! Such a revision replaces nothing. But nobody has read it yet, and it may be a cry for help that an edit
//! overtook, or that somebody hides behind a number: what asks for a person reaches one, and what triage is
//! unsure of waits for the deep stage.

use std::collections::HashMap;

use holdfast_domain::intake::{Incoming, Received};
use holdfast_domain::{Assessment, Post, PostId, PostRef, Revision, Sensitive, SignalKind};
use holdfast_event_store::{KnownPost, LeafContent, PostWrite, StoreError, StoredPost};
use sha2::{Digest as _, Sha256};

use super::deciding::{RecordTold, Working};
use super::judging::{Judged, JudgedRecord};
use super::known::{Known, content_key};
use super::{Pipeline, RecordOutcome, outgoing};
use holdfast_ingest::Batch;

/// A fingerprint of what a revision says, in memory alone.
pub(super) type Words = [u8; 32];

/// What is known of a revision.
enum Said {
    /// It never came.
    Nothing,
    /// These words.
    Words(Words),
    /// It came, and its words are not kept.
    Forgotten,
    /// Its author was erased.
    Erased,
}

impl Pipeline {
    /// Looks up what was screened before of the posts whose revision comes late, where that counts.
    pub(super) async fn recall_screened(
        &self,
        batch: &Batch,
        judged: &Judged,
        known: &mut Known,
    ) -> Result<(), StoreError> {
        let late = batch.records.iter().zip(&judged.records);
        let late: Vec<PostId> = late
            .filter_map(|(record, judged)| self.counts_though_late(record, judged, known))
            .collect();
        known.screened = if late.is_empty() {
            HashMap::new()
        } else {
            let stored = self.content.posts(&batch.tenant, &late).await?;
            stored.into_iter().map(|post| (post.id, post)).collect()
        };
        Ok(())
    }

    fn counts_though_late(
        &self,
        record: &Received,
        judged: &JudgedRecord,
        known: &Known,
    ) -> Option<PostId> {
        let (Ok(Incoming::Post(post)), JudgedRecord::Post(assessment)) = (&record.content, judged)
        else {
            return None;
        };
        let key = content_key(&post.platform, &post.external_id);
        let late = known.recall.posts.get(&key)?;
        let counts = post.revision <= late.latest
            && (asks_for_a_person(assessment)
                || outgoing::wants_deep(assessment, &self.settings.cascade));
        counts.then_some(late.id)
    }
}

impl Working<'_> {
    /// A revision that replaces nothing: a repeat, a harmless old one, or one that must be read.
    pub(super) fn late(
        &mut self,
        record: &Received,
        post: Post,
        judged: &JudgedRecord,
        known: &KnownPost,
    ) -> RecordTold {
        let quiet = if post.revision == known.latest {
            RecordOutcome::Repeat
        } else {
            RecordOutcome::Stale
        };
        let JudgedRecord::Post(assessment) = judged else {
            return RecordTold::of(quiet);
        };
        let urgent = asks_for_a_person(assessment);
        if post.synthetic || !(urgent || outgoing::wants_deep(assessment, &self.settings.cascade)) {
            return RecordTold::of(quiet);
        }
        let Some(revision) = self.place_for(known.id, &post) else {
            return RecordTold::of(quiet);
        };
        let post_ref = PostRef {
            post: known.id,
            revision,
        };
        let subject = self.subject(&post.platform, &post.author.pseudonym);
        self.traces.note(known.id, record.traceparent.as_ref());
        let assessment = without_automation(assessment, post_ref);
        let outcome = if urgent {
            self.assessed(record, &post, post_ref, subject, &assessment)
        } else {
            self.wait_for_deep(record, &post, post_ref, subject, &assessment);
            RecordOutcome::Stale
        };
        let keep = self.keep(outcome, judged);
        self.screened.insert(post_ref, words_of(&post));
        self.append.posts.push(PostWrite::Revision {
            id: known.id,
            // Sealed like all other revisions of the post, so that it opens with them.
            subject: known.subject,
            post: Box::new(Post { revision, ..post }),
            keep,
        });
        RecordTold {
            outcome,
            revision: Some(revision),
            content: LeafContent::WrittenHere(post_ref),
        }
    }

    /// The number under which the words are kept: their own, or one apart where that holds other words. None
    /// where they were screened before.
    fn place_for(&self, id: PostId, post: &Post) -> Option<Revision> {
        let words = words_of(post);
        match self.said(id, post.revision) {
            Said::Nothing => Some(post.revision),
            Said::Erased => None,
            Said::Words(known) if known == words => None,
            Said::Words(_) | Said::Forgotten => {
                let apart = apart(post.revision, words);
                matches!(self.said(id, apart), Said::Nothing).then_some(apart)
            }
        }
    }

    fn said(&self, post: PostId, revision: Revision) -> Said {
        if let Some(words) = self.screened.get(&PostRef { post, revision }) {
            return Said::Words(*words);
        }
        let stored: Option<&StoredPost> = self.known.screened.get(&post);
        match stored {
            Some(stored) if stored.revisions.is_empty() => Said::Erased,
            Some(stored) => match stored.revision(revision) {
                Some(kept) if kept.text_kept => Said::Words(words_of(&kept.post)),
                Some(_) => Said::Forgotten,
                None => Said::Nothing,
            },
            None => Said::Nothing,
        }
    }
}

/// Whether somebody has to look: a crisis, something to be reviewed, or no complete judgement.
fn asks_for_a_person(assessment: &Assessment) -> bool {
    SignalKind::ALL
        .into_iter()
        .any(|kind| assessment.wants_review(kind))
}

/// Automation leaves a text alone that is not, or not any more, what the platform shows.
pub(super) fn without_automation(assessment: &Assessment, post: PostRef) -> Assessment {
    let mut assessment = assessment.clone();
    assessment.recommendation.automatic.clear();
    assessment.post = post;
    assessment
}

/// What a revision says.
pub(super) fn words_of(post: &Post) -> Words {
    let warning = post.content_warning.as_ref().map(Sensitive::reveal);
    let warning = warning.map_or("", |text| text.as_str());
    let mut hash = Sha256::new();
    for part in [post.text.reveal().as_str(), warning] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A number of its own for other words under a number that is taken: the same for the same words, and below all
/// numbers that platforms give, so that it never replaces anything.
fn apart(taken: Revision, words: Words) -> Revision {
    let mut hash = Sha256::new();
    hash.update(taken.0.to_be_bytes());
    hash.update(words);
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    // 62 bits above the lowest number, which is a stand-in's.
    Revision(i64::MIN + 1 + (u64::from_be_bytes(bytes) >> 2) as i64)
}
