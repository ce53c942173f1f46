//! SCORE and EVALUATE: what automation thinks of each record, before anything is decided.

use std::collections::{BTreeSet, HashMap};

use holdfast_domain::assessment::ParentInput;
use holdfast_domain::event::IncidentCause;
use holdfast_domain::intake::{Incoming, Received, Report};
use holdfast_domain::post::AuthorRole;
use holdfast_domain::{
    Assessment, CrisisLevel, CrisisReading, Post, PostId, PostRef, Revision, Sensitive, Stage,
};
use holdfast_event_store::ContentKey;

use super::Pipeline;
use super::known::{Known, chat_key, content_key};
use super::salvage::salvage;
use crate::assessor::{AssessRequest, Before, Parent};
use crate::canary;
use holdfast_ingest::Batch;

/// What automation thinks of a batch, record by record.
#[derive(Debug)]
pub struct Judged {
    /// One entry a record.
    pub(crate) records: Vec<JudgedRecord>,
    /// The ids under which posts not known before were judged.
    pub(crate) fresh: HashMap<ContentKey, PostId>,
}

/// What automation thinks of one record.
#[derive(Debug)]
pub(crate) enum JudgedRecord {
    /// A post, assessed.
    Post(Box<Assessment>),
    /// The words of a report, read as if somebody had posted them.
    Words(CrisisLevel),
    /// A record that cannot be read: whether crisis wording is anywhere in it.
    Salvaged { pre_screen: bool },
    /// Nothing in it to judge.
    Nothing,
}

impl Judged {
    /// The incidents that the batch may have to open or join.
    pub(crate) fn incident_causes(&self, batch: &Batch) -> Vec<IncidentCause> {
        let judged = self.records.iter().filter_map(|record| match record {
            JudgedRecord::Post(assessment) => assessment.unjudged_cause(),
            _ => None,
        });
        let unread = batch.records.iter().filter_map(|record| {
            let class = record.content.as_ref().err()?.class;
            Some(IncidentCause::Undecodable { class })
        });
        judged
            .chain(unread)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Whether another writer has since given a post of the batch another id.
    pub(crate) fn outdated_by(&self, known: &Known) -> bool {
        self.fresh.iter().any(|(key, id)| {
            known
                .recall
                .posts
                .get(key)
                .is_some_and(|post| post.id != *id)
        })
    }
}

impl Pipeline {
    /// Judges a batch at triage: everything at once, off the async threads.
    pub(super) async fn judge(&self, batch: &Batch, known: &Known) -> Judged {
        let mut fresh = HashMap::new();
        let mut requests = Vec::new();
        let mut slots = Vec::with_capacity(batch.records.len());
        let mut before = InBatch::default();
        for record in &batch.records {
            let slot = match &record.content {
                Ok(Incoming::Post(post)) if self.is_judged(post, known) => {
                    let request = self.post_request(post, known, &mut fresh, &mut before);
                    requests.push(request);
                    Slot::Post
                }
                Ok(Incoming::Report(report)) => {
                    requests.push(words_request(report, record));
                    Slot::Words
                }
                Err(rejected) => Slot::Salvaged(self.assessor.pre_screen(&salvage(rejected))),
                Ok(_) => Slot::Nothing,
            };
            slots.push(slot);
        }
        let mut assessments = self
            .assessor
            .assess(Stage::Triage, requests)
            .await
            .into_iter();
        let records = slots
            .into_iter()
            .map(|slot| fill(slot, &mut assessments))
            .collect();
        Judged { records, fresh }
    }

    fn post_request(
        &self,
        post: &Post,
        known: &Known,
        fresh: &mut HashMap<ContentKey, PostId>,
        before: &mut InBatch,
    ) -> AssessRequest {
        let key = content_key(&post.platform, &post.external_id);
        let id = match known.recall.posts.get(&key) {
            Some(known) => known.id,
            None => *fresh
                .entry(key)
                .or_insert_with(|| PostId::fresh(self.ids.as_ref())),
        };
        let post_ref = PostRef {
            post: id,
            revision: post.revision,
        };
        let request = AssessRequest {
            post_ref,
            parent: parent_of(post, known),
            preceding: before
                .preceding(post, known)
                .into_iter()
                .filter(|line| line.post.post != id)
                .collect(),
            post: as_received(post),
        };
        before.remember(post_ref, post);
        request
    }

    /// What carries out an action that we asked for was judged when it was decided. Programs are not people,
    /// but some of them repeat what people say: they are judged where wording of a crisis is anywhere in it.
    fn is_judged(&self, post: &Post, known: &Known) -> bool {
        let ours = |action| known.actions.contains_key(&action);
        if post.carries_out.is_some_and(ours) {
            return false;
        }
        let hit = || {
            let warning = post.content_warning.as_ref();
            std::iter::once(&post.text)
                .chain(warning)
                .any(|text| self.assessor.pre_screen(text))
        };
        post.author.role != AuthorRole::Bot || hit()
    }
}

/// The post as everything here takes it: synthetic only where it is the canary's own.
pub(super) fn as_received(post: &Post) -> Post {
    Post {
        synthetic: canary::is_ours(post),
        ..post.clone()
    }
}

/// What a post answers: the stored post, else the platform's own copy.
pub(crate) fn parent_of(post: &Post, known: &Known) -> Parent {
    let Some(parent) = &post.parent else {
        return Parent::none();
    };
    let found = known
        .recall
        .parents
        .get(&content_key(&post.platform, parent));
    if let Some((used, text)) = found.and_then(|p| Some((p.post, p.text.clone()?))) {
        return Parent {
            input: ParentInput::Used(used),
            text: Some(text),
        };
    }
    match post.reply_context.first() {
        Some(quoted) => Parent {
            input: ParentInput::Quoted,
            text: Some(quoted.clone()),
        },
        None => Parent {
            input: ParentInput::Missing,
            text: None,
        },
    }
}

/// The author's stored messages before a chat line, nearest first.
pub(crate) fn preceding_of(post: &Post, known: &Known) -> Vec<Before> {
    let stored = chat_key(post).and_then(|key| known.recall.preceding.get(&key));
    let before = |line: &holdfast_event_store::Preceding| Before {
        post: line.post,
        posted_at: line.posted_at,
        text: line.text.clone(),
    };
    stored.into_iter().flatten().map(before).collect()
}

/// Messages of this very batch, which the store does not know yet.
#[derive(Default)]
struct InBatch(HashMap<holdfast_event_store::ChatKey, Vec<Before>>);

impl InBatch {
    fn remember(&mut self, post: PostRef, message: &Post) {
        if let Some(key) = chat_key(message) {
            let line = Before {
                post,
                posted_at: message.created_at,
                text: message.text.clone(),
            };
            self.0.entry(any_time(key)).or_default().push(line);
        }
    }

    /// The author's messages before this one, of the batch and of the store, nearest first. The
    /// classifiers' window decides how many of them count.
    fn preceding(&self, post: &Post, known: &Known) -> Vec<Before> {
        let Some(key) = chat_key(post) else {
            return Vec::new();
        };
        let stored = known
            .recall
            .preceding
            .get(&key)
            .into_iter()
            .flatten()
            .map(|line| Before {
                post: line.post,
                posted_at: line.posted_at,
                text: line.text.clone(),
            });
        let here = self.0.get(&any_time(key)).into_iter().flatten().cloned();
        let mut lines: Vec<Before> = here
            .chain(stored)
            .filter(|l| l.posted_at <= post.created_at)
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.posted_at));
        lines.dedup_by_key(|line| line.post.post);
        lines
    }
}

fn any_time(key: holdfast_event_store::ChatKey) -> holdfast_event_store::ChatKey {
    holdfast_event_store::ChatKey {
        before: holdfast_domain::Timestamp::default(),
        ..key
    }
}

/// Reads the reporter's words, and what they quote, as if somebody had posted them.
fn words_request(report: &Report, record: &Received) -> AssessRequest {
    let words = report.words.as_ref().map_or("", |words| words.reveal());
    let quoted = report.quoted.as_ref().map_or("", |quoted| quoted.reveal());
    let text = Sensitive::new(format!("{words}\n{quoted}"));
    let post_ref = PostRef {
        post: PostId::from_u128(0),
        revision: Revision::default(),
    };
    let post = crate::posts::stand_in(
        &report.tenant,
        &report.platform,
        &report.community,
        &report.reporter,
        text,
        record.occurred_at,
    );
    AssessRequest {
        post_ref,
        post,
        parent: Parent::none(),
        preceding: Vec::new(),
    }
}

#[derive(Clone, Copy)]
enum Slot {
    Post,
    Words,
    Salvaged(bool),
    Nothing,
}

fn fill(slot: Slot, assessments: &mut impl Iterator<Item = Assessment>) -> JudgedRecord {
    match slot {
        Slot::Salvaged(pre_screen) => JudgedRecord::Salvaged { pre_screen },
        Slot::Nothing => JudgedRecord::Nothing,
        Slot::Post => match assessments.next() {
            Some(assessment) => JudgedRecord::Post(Box::new(assessment)),
            None => JudgedRecord::Nothing,
        },
        // Words that nothing could judge are read by a person anyway.
        Slot::Words => {
            let level = assessments
                .next()
                .map(|assessment| match assessment.crisis {
                    CrisisReading::Level(level) => level,
                    unscored @ CrisisReading::Unscored { .. } => {
                        if unscored_hit(&unscored) {
                            CrisisLevel::Urgent
                        } else {
                            CrisisLevel::None
                        }
                    }
                });
            JudgedRecord::Words(level.unwrap_or_default())
        }
    }
}

const fn unscored_hit(reading: &CrisisReading) -> bool {
    matches!(
        reading,
        CrisisReading::Unscored {
            pre_screen: true,
            ..
        }
    )
}
