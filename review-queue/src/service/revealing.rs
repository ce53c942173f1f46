//! Reading what is masked. The reading is recorded before anything is shown.

use std::collections::HashMap;

use holdfast_domain::event::{MemberJudged, RevealScope};
use holdfast_domain::signal::Evidence;
use holdfast_domain::{
    Assessment, Case, CaseKind, MessageId, ModerationEvent, PostRef, Prose, Sensitive, Span,
    Timestamp,
};
use holdfast_event_store::{StoredPost, StoredRevision};

use super::commanding::{Effect, maybe_about, must_fit};
use super::loading::Loaded;
use super::prose::{Words, proses, words};
use super::viewing::Surroundings;
use super::{Ask, ReviewService};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::{Mark, RevealedCase, RevealedPost, RevealedProse, RevealedText, Stretch};
use crate::web::highlight;

/// Why somebody reads; asked of whoever does not work on cases.
#[derive(Debug, Clone)]
pub enum ReadingReason {
    /// In their words, where they gave any.
    Words(Option<Sensitive<String>>),
    /// The one that they gave for this case since then.
    GivenSince(Timestamp),
}

impl ReadingReason {
    fn prose(&self, loaded: &Loaded) -> Option<Prose> {
        match self {
            Self::Words(words) => maybe_about(&loaded.case, words.as_ref()),
            Self::GivenSince(since) => {
                let mut late = loaded.events.iter().rev();
                late.find_map(|envelope| match &envelope.event {
                    ModerationEvent::TextRevealed(read)
                        if read.by == loaded.staff.id && envelope.occurred_at >= *since =>
                    {
                        read.reason.clone()
                    }
                    _ => None,
                })
            }
        }
    }

    fn must_fit(&self) -> Result<(), ReviewError> {
        match self {
            Self::Words(words) => must_fit([("reason", words.as_ref())]),
            Self::GivenSince(_) => Ok(()),
        }
    }
}

impl ReviewService {
    /// Reveals a whole case with its thread as one recorded read. Method detail stays covered.
    pub async fn reveal(
        &self,
        who: &Access,
        ask: &Ask,
        why: &ReadingReason,
    ) -> Result<RevealedCase, ReviewError> {
        why.must_fit()?;
        let loaded = self.load(who, ask.case).await?;
        let around = self.surroundings(who, &loaded.case).await?;
        let posts = revealed_posts(&loaded.case, &around, loaded.staff.role.may_reveal());
        let shown: Vec<PostRef> = posts.iter().map(|post| post.post).collect();
        let done = self
            .command(who, ask, |loaded, _| {
                let scope = RevealScope::Case;
                let (by, shown) = (loaded.staff, shown.clone());
                let reveal = loaded.case.reveal(by, scope, shown, why.prose(loaded));
                Ok(reveal?.into())
            })
            .await?;
        if !done.changed.repeated && counts_as_look(&loaded) {
            self.metrics().looked(&done.before, self.now());
        }
        let loaded = self.load(who, ask.case).await?;
        Ok(RevealedCase {
            words: self.words_of_members(who, &loaded).await?,
            case: self.case_view(who, &loaded, &around).await?,
            posts,
        })
    }

    /// Reveals one covered stretch of a post, by its number along the text.
    pub async fn reveal_method_detail(
        &self,
        who: &Access,
        ask: &Ask,
        post: PostRef,
        cover: usize,
        why: &ReadingReason,
    ) -> Result<RevealedText, ReviewError> {
        why.must_fit()?;
        let loaded = self.load(who, ask.case).await?;
        let around = self.surroundings(who, &loaded.case).await?;
        let known = revealed_posts(&loaded.case, &around, false)
            .into_iter()
            .find(|revealed| revealed.post == post)
            .ok_or(ReviewError::NotFound { what: "post" })?;
        let text = known.text.reveal();
        let covers = highlight::covered(text, &known.covers);
        let range = covers
            .get(cover)
            .ok_or(ReviewError::NotFound { what: "cover" })?
            .clone();
        let scope = RevealScope::MethodDetail {
            span: Span::new(range.clone()),
        };
        let done = self
            .command(who, ask, |loaded, _| {
                let (scope, why) = (scope.clone(), why.prose(loaded));
                let reveal = loaded.case.reveal(loaded.staff, scope, vec![post], why);
                Ok(reveal?.into())
            })
            .await?;
        Ok(RevealedText {
            version: done.changed.version,
            text: Some(text[range].into()),
            posted_at: Some(known.posted_at),
        })
    }

    /// Reveals one record of an incident. Read by somebody who decides, it counts as read.
    pub async fn reveal_record(
        &self,
        who: &Access,
        ask: &Ask,
        member: u64,
        why: &ReadingReason,
    ) -> Result<RevealedText, ReviewError> {
        why.must_fit()?;
        let loaded = self.load(who, ask.case).await?;
        let Some(record) = loaded.case.members.get(&member).cloned() else {
            return Err(ReviewError::NotFound { what: "record" });
        };
        let stored = match record.post {
            Some(post) => self.parts().content.post(&who.tenant, post.post).await?,
            None => None,
        };
        if stored.as_ref().is_some_and(|post| who.is(post.subject)) {
            return Err(ReviewError::NotFound { what: "record" });
        }
        let revision = record
            .post
            .zip(stored.as_ref())
            .and_then(|(post, stored)| stored.revision(post.revision).or_else(|| stored.newest()));
        let text = match (revision, record.dead_letter) {
            (Some(revision), _) => revision.text_kept.then(|| revision.post.text.clone()),
            (None, Some(letter)) => self.raw_record(who, letter).await?,
            (None, None) => None,
        };
        let posted_at = revision.map(|revision| revision.post.created_at);
        let done = self
            .command(who, ask, |loaded, _| {
                read_record(loaded, member, record.post, why.prose(loaded))
            })
            .await?;
        if !done.changed.repeated && counts_as_look(&loaded) {
            self.metrics().looked(&done.before, self.now());
        }
        Ok(RevealedText {
            version: done.changed.version,
            text,
            posted_at,
        })
    }

    /// A record that could not be read, as far as it is text.
    async fn raw_record(
        &self,
        who: &Access,
        letter: MessageId,
    ) -> Result<Option<Sensitive<String>>, ReviewError> {
        let letter = self.parts().content.dead_letter(letter).await?;
        let raw = letter
            .filter(|letter| letter.summary.tenant == who.tenant)
            .and_then(|letter| letter.raw);
        Ok(raw.map(|raw| Sensitive::new(String::from_utf8_lossy(raw.reveal()).into_owned())))
    }

    /// What members wrote elsewhere than in posts, and records of the case that could not be read.
    async fn words_of_members(
        &self,
        who: &Access,
        loaded: &Loaded,
    ) -> Result<Vec<RevealedProse>, ReviewError> {
        let mut revealed = Vec::new();
        for envelope in &loaded.events {
            for (field, prose) in proses(&envelope.event) {
                if words(&envelope.event, field) == Words::Member {
                    revealed.push(RevealedProse {
                        event: envelope.id,
                        field: field.to_owned(),
                        text: self.open(&who.tenant, envelope, field, &prose).await?,
                    });
                }
            }
            if let ModerationEvent::RecordDeadLettered(record) = &envelope.event {
                revealed.push(RevealedProse {
                    event: envelope.id,
                    field: "record".to_owned(),
                    text: self.raw_record(who, record.message).await?,
                });
            }
        }
        Ok(revealed)
    }
}

/// Whether the reader works on cases, so that the promised look is kept.
const fn counts_as_look(loaded: &Loaded) -> bool {
    loaded.staff.role.may_decide()
}

fn read_record(
    loaded: &Loaded,
    member: u64,
    post: Option<PostRef>,
    why: Option<Prose>,
) -> Result<Effect, ReviewError> {
    let (case, by) = (&loaded.case, loaded.staff);
    let scope = RevealScope::IncidentMember { member };
    let mut events = case.reveal(by, scope, post.into_iter().collect(), why)?;
    if by.role.may_decide() && case.kind == CaseKind::Incident {
        events.extend(case.settle_member(member, MemberJudged::Read));
    }
    Ok(events.into())
}

/// The texts of the case's posts and of its thread: the revision that was judged, what its author had written
/// before, as far as it is part of the case, and, where it was edited since, the newest as well.
fn revealed_posts(case: &Case, around: &Surroundings, with_names: bool) -> Vec<RevealedPost> {
    let reasons = reasons(case);
    let own = case.posts.iter().flat_map(|post| {
        let stored = around.posts.get(&post.post.post);
        let judged = stored.and_then(|stored| stored.revision(post.post.revision));
        let earlier = post
            .earlier
            .iter()
            .filter_map(move |earlier| stored?.revision(earlier.post.revision));
        let newest = stored.and_then(StoredPost::newest);
        let all = judged.into_iter().chain(earlier).chain(newest);
        all.filter_map(move |revision| Some((stored?, revision)))
    });
    let thread = around
        .thread
        .iter()
        .filter_map(|stored| Some((stored, stored.newest()?)));
    let mut revealed: Vec<RevealedPost> = Vec::new();
    for (stored, revision) in own.chain(thread) {
        let post = PostRef {
            post: stored.id,
            revision: revision.post.revision,
        };
        let known = revealed.iter().any(|known| known.post == post);
        if !known && revision.text_kept {
            revealed.push(revealed_post(
                post,
                revision,
                reasons.get(&post),
                with_names,
            ));
        }
    }
    revealed
}

/// What points at a revision, and what stays covered in it.
#[derive(Debug, Default)]
struct Pointing {
    reasons: Vec<String>,
    marks: Vec<Mark>,
    covers: Vec<Span>,
}

fn reasons(case: &Case) -> HashMap<PostRef, Pointing> {
    let mut pointing: HashMap<PostRef, Pointing> = HashMap::new();
    let assessments = case
        .posts
        .iter()
        .flat_map(holdfast_domain::case::CasePost::assessments);
    for assessment in assessments {
        let judged = pointing.entry(assessment.post).or_default();
        judged.covers.extend(&assessment.method_detail);
        for (reason, evidence) in evidence(assessment) {
            // Evidence in a chat may lie in a message just before the judged one.
            let message = usize::from(evidence.message);
            let post = match message.checked_sub(1) {
                None => Some(&assessment.post),
                Some(before) => assessment.inputs.preceding.get(before),
            };
            if let Some(post) = post {
                pointing
                    .entry(*post)
                    .or_default()
                    .point(reason, evidence.span);
            }
        }
    }
    pointing
}

impl Pointing {
    fn point(&mut self, reason: String, span: Span) {
        let known = self.reasons.iter().position(|known| *known == reason);
        let reason = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        self.marks.push(Mark { span, reason });
    }
}

fn evidence(assessment: &Assessment) -> impl Iterator<Item = (String, &Evidence)> {
    let of_rules = assessment.matches.iter().flat_map(|matched| {
        let reason = format!("{}: {}", matched.rule, matched.because);
        let pair = move |evidence| (reason.clone(), evidence);
        matched.evidence.iter().map(pair)
    });
    let of_signals = assessment.signals.iter().flat_map(|signal| {
        let found = signal
            .scored()
            .into_iter()
            .flat_map(|scored| &scored.evidence);
        found.map(|evidence| {
            (
                format!("{}: {}", signal.classifier, evidence.label),
                evidence,
            )
        })
    });
    of_rules.chain(of_signals)
}

fn revealed_post(
    post: PostRef,
    revision: &StoredRevision,
    pointing: Option<&Pointing>,
    with_names: bool,
) -> RevealedPost {
    let nothing = Pointing::default();
    let pointing = pointing.unwrap_or(&nothing);
    let stored = &revision.post;
    let marks: Vec<highlight::Mark> = pointing
        .marks
        .iter()
        .map(|mark| highlight::Mark {
            span: mark.span,
            reason: mark.reason,
        })
        .collect();
    let segments = highlight::highlight(stored.text.reveal(), &marks, &pointing.covers);
    RevealedPost {
        post,
        posted_at: stored.created_at,
        text: stored.text.clone(),
        marks: pointing.marks.clone(),
        covers: pointing.covers.clone(),
        stretches: segments.into_iter().map(stretch).collect(),
        reasons: pointing.reasons.clone(),
        content_warning: stored.content_warning.clone(),
        url: stored.url.clone(),
        author: with_names.then(|| stored.author.pseudonym.clone()),
    }
}

fn stretch(segment: highlight::Segment) -> Stretch {
    match segment {
        highlight::Segment::Plain(text) => Stretch::Plain { text: text.into() },
        highlight::Segment::Evidence { text, reasons } => Stretch::Evidence {
            text: text.into(),
            reasons,
        },
        highlight::Segment::Covered { number } => Stretch::Covered { cover: number },
    }
}
