//! What each kind of record does: to members, posts, cases, the outbox.

use holdfast_domain::event::{PostAttached, ProfileHintReceived, ReportReceived};
use holdfast_domain::intake::{
    ActionResult, Appeal, Freshness, Incoming, Origin, OutreachNews, PostDeleted, ProfileHint,
    Received, Rejected, Report,
};
use holdfast_domain::post::AuthorRole;
use holdfast_domain::triage::reports::{AppealFacts, ReportFacts};
use holdfast_domain::triage::undecodable::RejectedFacts;
use holdfast_domain::triage::{Outcome, PostFacts};
use holdfast_domain::{
    ActionId, Actor, Assessment, CrisisLevel, KeyOwner, MessageId, Post, PostRef, Prose, ReportId,
    StreamId, SubjectId,
};
use holdfast_event_store::{
    DeadLetterWrite, Keep, KnownPost, LeafContent, OutboxChange, OutboxMessage, PostWrite,
    ReportNote, ReportVerdict,
};

use super::RecordOutcome;
use super::deciding::{RecordTold, Working};
use super::judging::{JudgedRecord, as_received};
use super::known::{content_key, pseudonym_of};
use super::late::words_of;
use super::outgoing::{self, PendingContext};
use crate::canary;

impl Working<'_> {
    /// One record.
    pub(super) fn record(&mut self, record: &Received, judged: &JudgedRecord) -> RecordTold {
        match (&record.content, judged) {
            (Ok(Incoming::Post(post)), judged) => self.post(record, post, judged),
            (Ok(Incoming::PostDeleted(deleted)), _) => self.deleted(deleted),
            (Ok(Incoming::Report(report)), JudgedRecord::Words(level)) => {
                self.report(record, report, *level)
            }
            (Ok(Incoming::Report(report)), _) => self.report(record, report, CrisisLevel::None),
            (Ok(Incoming::Appeal(appeal)), _) => self.appeal(record, appeal),
            (Ok(Incoming::ProfileHint(hint)), _) => self.hint(record, hint),
            (Ok(Incoming::ActionResult(result)), _) => self.action_result(record, result),
            (Ok(Incoming::Outreach(news)), _) => self.outreach(record, news),
            (Err(rejected), judged) => {
                let pre_screen = matches!(judged, JudgedRecord::Salvaged { pre_screen: true });
                self.rejected(record, rejected, pre_screen)
            }
        }
    }

    fn post(&mut self, record: &Received, post: &Post, judged: &JudgedRecord) -> RecordTold {
        let post = as_received(post);
        let key = content_key(&post.platform, &post.external_id);
        let known = self.posts.get(&key).cloned();
        if let Some(known) = &known
            && post.revision <= known.latest
        {
            return self.late(record, post, judged, known);
        }
        let subject = self.subject(&post.platform, &post.author.pseudonym);
        let id = known
            .as_ref()
            .map_or_else(|| self.fresh_post(&key), |known| known.id);
        let post_ref = PostRef {
            post: id,
            revision: post.revision,
        };
        self.traces.note(id, record.traceparent.as_ref());
        let outcome = match judged {
            JudgedRecord::Post(assessment) if post.synthetic => self.canary(&post, assessment),
            JudgedRecord::Post(assessment) => {
                self.assessed(record, &post, post_ref, subject, assessment)
            }
            _ => RecordOutcome::NotJudged,
        };
        let keep = self.keep(outcome, judged);
        self.screened.insert(post_ref, words_of(&post));
        // All revisions of a post open with one key, that of whom it was first known by.
        let owner = known.as_ref().map_or(subject, |known| known.subject);
        self.posts.insert(
            key,
            KnownPost {
                id,
                subject: owner,
                community: post.community.clone(),
                latest: post.revision,
                deleted: false,
            },
        );
        let (post, subject) = (Box::new(post), owner);
        self.append.posts.push(if known.is_some() {
            PostWrite::Revision {
                id,
                subject,
                post,
                keep,
            }
        } else {
            PostWrite::New {
                id,
                subject,
                post,
                keep,
            }
        });
        RecordTold {
            outcome,
            revision: Some(post_ref.revision),
            content: if keep == Keep::NoText {
                LeafContent::Nothing
            } else {
                LeafContent::WrittenHere(post_ref)
            },
        }
    }

    pub(super) fn assessed(
        &mut self,
        record: &Received,
        post: &Post,
        post_ref: PostRef,
        subject: SubjectId,
        assessment: &Assessment,
    ) -> RecordOutcome {
        let facts = facts(record, post, post_ref, subject);
        let outcome = self.book.assessed(&facts, assessment);
        if outgoing::wants_deep(assessment, &self.settings.cascade) {
            self.let_wait(&facts, assessment, outcome);
        }
        match outcome {
            Outcome::Clear => RecordOutcome::Clear,
            Outcome::InCase(_) => RecordOutcome::Case,
            Outcome::InIncident(..) => RecordOutcome::Incident,
        }
    }

    /// The post waits for the deep stage and touches no case before.
    pub(super) fn wait_for_deep(
        &mut self,
        record: &Received,
        post: &Post,
        post_ref: PostRef,
        subject: SubjectId,
        assessment: &Assessment,
    ) {
        let facts = facts(record, post, post_ref, subject);
        self.let_wait(&facts, assessment, Outcome::Clear);
    }

    fn let_wait(&mut self, facts: &PostFacts, assessment: &Assessment, outcome: Outcome) {
        let within = self.settings.deep_deadline();
        let change = outgoing::pending(facts, assessment, outcome, within, self.now);
        self.append.pending.push(change);
    }

    /// The canary went through intake and judgement; its arrival at the far end sends the heartbeat.
    fn canary(&mut self, post: &Post, assessment: &Assessment) -> RecordOutcome {
        if outgoing::is_canary(assessment) {
            let message = OutboxMessage::heartbeat(canary::message_of(post), self.now);
            self.append.outbox.push(OutboxChange::Put(message));
        }
        RecordOutcome::Synthetic
    }

    pub(super) fn keep(&self, outcome: RecordOutcome, judged: &JudgedRecord) -> Keep {
        match outcome {
            RecordOutcome::Case | RecordOutcome::Incident => return Keep::ForCase,
            RecordOutcome::Synthetic => return Keep::NoText,
            _ => {}
        }
        let waits = matches!(judged, JudgedRecord::Post(assessment) if outgoing::wants_deep(assessment, &self.settings.cascade));
        match self.settings.keep_clean_text() {
            Some(length) => Keep::Until(self.now + length),
            // A post that waits for the deep stage keeps its text until it is done.
            None if waits => Keep::Until(self.now),
            None => Keep::NoText,
        }
    }

    fn deleted(&mut self, deleted: &PostDeleted) -> RecordTold {
        let key = content_key(&deleted.platform, &deleted.external_id);
        let Some(known) = self.posts.get_mut(&key) else {
            return RecordTold::of(RecordOutcome::Unknown);
        };
        if deleted.revision <= known.latest {
            let same = deleted.revision == known.latest;
            return RecordTold::of(if same {
                RecordOutcome::Repeat
            } else {
                RecordOutcome::Stale
            });
        }
        (known.latest, known.deleted) = (deleted.revision, true);
        let id = known.id;
        self.append.posts.push(PostWrite::Deleted {
            id,
            revision: deleted.revision,
            by: deleted.by,
        });
        let case = self.book.deleted(id, deleted.by);
        let outcome = if case.is_some() {
            RecordOutcome::Case
        } else {
            RecordOutcome::Noted
        };
        RecordTold {
            revision: Some(deleted.revision),
            ..RecordTold::of(outcome)
        }
    }

    fn report(
        &mut self,
        record: &Received,
        report: &Report,
        words_level: CrisisLevel,
    ) -> RecordTold {
        if !self.first_time(record) {
            return RecordTold::of(RecordOutcome::Repeat);
        }
        let subject = self.subject(&report.platform, &report.reported);
        let reporter = self.subject(&report.platform, &report.reporter);
        let (post, post_received) = self.reported_post(record, report, subject);
        let received = ReportReceived {
            report: ReportId::fresh(self.ids),
            reporter,
            post,
            post_received,
            reason: report.reason,
            words: report
                .words
                .clone()
                .map(|words| Prose::clear(reporter, words)),
            quoted: report
                .quoted
                .clone()
                .map(|quoted| Prose::clear(subject, quoted)),
            external_id: Some(Prose::clear(reporter, report.external_id.clone())),
        };
        let report_id = received.report;
        let case = self.book.reported(ReportFacts {
            report: received,
            subject,
            community: report.community.clone(),
            made_at: record.occurred_at,
            freshness: record.freshness,
            words_level,
        });
        let note = ReportNote {
            report: report_id,
            verdict: ReportVerdict::Received,
            decided_at: self.now,
        };
        let message = OutboxMessage::report_outcome(
            MessageId::fresh(self.ids),
            case,
            &report.community,
            note,
        );
        self.append.outbox.push(OutboxChange::Put(message));
        if let Some(post) = post {
            self.book
                .bring(case, attached(record, post), &Actor::Member);
            self.append.posts.push(PostWrite::Keep {
                id: post.post,
                keep: Keep::ForCase,
            });
            if post_received {
                let context = PendingContext {
                    subject,
                    author: AuthorRole::Member,
                    community: report.community.clone(),
                    posted_at: record.occurred_at,
                    origin: record.origin.clone(),
                    incident: None,
                    triage: None,
                };
                let deadline = self.now + self.settings.deep_deadline();
                let change = outgoing::pending_report(post, &context, record.freshness, deadline);
                self.append.pending.push(change);
            }
        }
        RecordTold::of(RecordOutcome::Case)
    }

    /// The reported post. One that never reached us gets a row from what the reporter saw, so that it
    /// can be shown and acted on.
    fn reported_post(
        &mut self,
        record: &Received,
        report: &Report,
        subject: SubjectId,
    ) -> (Option<PostRef>, bool) {
        let Some(external_id) = &report.post else {
            return (None, false);
        };
        let key = content_key(&report.platform, external_id);
        if let Some(known) = self.posts.get(&key) {
            return (
                Some(PostRef {
                    post: known.id,
                    revision: known.latest,
                }),
                true,
            );
        }
        let mut post = crate::posts::stand_in(
            &report.tenant,
            &report.platform,
            &report.community,
            &report.reported,
            report.quoted.clone().unwrap_or_default(),
            record.occurred_at,
        );
        post.external_id = external_id.clone();
        let id = self.fresh_post(&key);
        let post_ref = PostRef {
            post: id,
            revision: post.revision,
        };
        let (latest, community) = (post.revision, report.community.clone());
        self.append.posts.push(PostWrite::New {
            id,
            subject,
            post: Box::new(post),
            keep: Keep::ForCase,
        });
        self.posts.insert(
            key,
            KnownPost {
                id,
                subject,
                community,
                latest,
                deleted: false,
            },
        );
        (Some(post_ref), false)
    }

    fn appeal(&mut self, record: &Received, appeal: &Appeal) -> RecordTold {
        if !self.first_time(record) {
            return RecordTold::of(RecordOutcome::Repeat);
        }
        let subject = self.subject(&appeal.platform, &appeal.author);
        self.book.appealed(AppealFacts {
            subject,
            community: appeal.community.clone(),
            action: appeal.action,
            words: appeal
                .words
                .clone()
                .map(|words| Prose::clear(subject, words)),
            made_at: record.occurred_at,
            freshness: record.freshness,
        });
        RecordTold::of(RecordOutcome::Case)
    }

    fn hint(&mut self, record: &Received, hint: &ProfileHint) -> RecordTold {
        if !self.first_time(record) {
            return RecordTold::of(RecordOutcome::Repeat);
        }
        let subject = self.subject(&hint.platform, &hint.author);
        let json = serde_json::Value::Object(hint.hint.reveal().clone()).to_string();
        let event = ProfileHintReceived {
            hint: Prose::clear(subject, json),
        };
        self.note(
            StreamId::Subject(subject),
            Actor::Platform,
            record.occurred_at,
            event,
        );
        RecordTold::of(RecordOutcome::Noted)
    }

    fn action_result(&mut self, record: &Received, result: &ActionResult) -> RecordTold {
        let Some((case, owner)) = self.case_of(result.action) else {
            return RecordTold::of(RecordOutcome::Unknown);
        };
        let detail = result
            .detail
            .clone()
            .map(|detail| Prose::clear(owner, detail));
        let event = self
            .book
            .case(case)
            .map(|case| case.reported_back(result.action, result.outcome, detail));
        let Some(Ok(Some(event))) = event else {
            return RecordTold::of(RecordOutcome::Repeat);
        };
        self.book
            .tell(case, &Actor::Platform, record.occurred_at, vec![event]);
        self.append.outbox.push(OutboxChange::Answered {
            id: result.action.as_uuid().into(),
        });
        RecordTold::of(RecordOutcome::Noted)
    }

    fn outreach(&mut self, record: &Received, news: &OutreachNews) -> RecordTold {
        let Some((case, owner)) = self.case_of(news.action) else {
            return RecordTold::of(RecordOutcome::Unknown);
        };
        if news.reply.is_some() && !self.first_time(record) {
            return RecordTold::of(RecordOutcome::Repeat);
        }
        let reply = news.reply.clone().map(|reply| Prose::clear(owner, reply));
        let event = self
            .book
            .case(case)
            .map(|case| case.outreach_moved(news.action, news.news, reply));
        let Some(Ok(Some(event))) = event else {
            return RecordTold::of(RecordOutcome::Repeat);
        };
        self.book
            .tell(case, &Actor::Platform, record.occurred_at, vec![event]);
        RecordTold::of(RecordOutcome::Noted)
    }

    fn case_of(&self, action: ActionId) -> Option<(holdfast_domain::CaseId, KeyOwner)> {
        let case = *self.known.actions.get(&action)?;
        Some((case, KeyOwner::from(self.book.case(case)?.subject)))
    }

    fn rejected(&mut self, record: &Received, rejected: &Rejected, pre_screen: bool) -> RecordTold {
        if !self.first_time_rejected(record) {
            return RecordTold::of(RecordOutcome::Repeat);
        }
        let pseudonym = rejected
            .key
            .as_ref()
            .and_then(|key| pseudonym_of(key.reveal()));
        let platform = self.settings.default_platform.clone();
        let subject = pseudonym.map(|pseudonym| self.subject(&platform, &pseudonym));
        let dead_letter = MessageId::fresh(self.ids);
        self.append.dead_letters.push(DeadLetterWrite {
            id: dead_letter,
            origin: record.origin.clone(),
            owner: subject.into(),
            raw: rejected.raw.clone(),
            key: rejected.key.clone(),
            headers: rejected.headers.clone(),
            class: rejected.class,
            message: rejected.message.clone(),
            transport_time: rejected.transport_time,
            consumer_group: self.consumer_group(record),
            traceparent: record.traceparent.clone(),
        });
        let outcome = self.book.undecodable(&RejectedFacts {
            dead_letter,
            class: rejected.class,
            origin: record.origin.clone(),
            subject,
            community: self.settings.unknown_community.clone(),
            at: rejected.transport_time.unwrap_or(record.received_at),
            freshness: record.freshness,
            pre_screen,
        });
        if let Outcome::InCase(case) | Outcome::InIncident(case, _) = outcome {
            let message = OutboxMessage::dead_letter(dead_letter, case, self.now);
            self.append.outbox.push(OutboxChange::Put(message));
        }
        RecordTold::of(RecordOutcome::DeadLetter)
    }
}

impl Working<'_> {
    /// Who read the record, where it came from Kafka.
    fn consumer_group(&self, record: &Received) -> Option<String> {
        let advance = self.batch.advance.as_ref()?;
        matches!(record.origin, Origin::Kafka { .. }).then(|| advance.partition.group.clone())
    }
}

fn facts(record: &Received, post: &Post, post_ref: PostRef, subject: SubjectId) -> PostFacts {
    PostFacts {
        post: post_ref,
        subject,
        author: post.author.role,
        community: post.community.clone(),
        posted_at: post.revised_at,
        language: post.main_language(),
        freshness: record.freshness,
        origin: record.origin.clone(),
    }
}

fn attached(record: &Received, post: PostRef) -> PostAttached {
    PostAttached {
        post,
        posted_at: record.occurred_at,
        freshness: if record.freshness == Freshness::Backfill {
            Freshness::Backfill
        } else {
            Freshness::Live
        },
        look_due_at: None,
        language: None,
        assessment: None,
    }
}
