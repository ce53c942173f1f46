//! What comes in from outside: posts, cases, reports.

use std::time::Duration;

use holdfast_domain::assessment::{Assessment, CrisisReading, Finding, Inputs, Recommendation};
use holdfast_domain::event::{
    CaseOpened, IncidentCause, IncidentMemberAdded, OpenedBecause, PostAttached, ReportReceived,
};
use holdfast_domain::intake::{Freshness, Origin, RejectClass, ReportReason};
use holdfast_domain::judge::{Judge, JudgeRequest};
use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{
    Actor, Case, CaseId, CaseKind, ClaimChange, CrisisLevel, EventId, Evidence, KeyOwner,
    MessageId, ModerationEvent, NewEvent, PlatformId, Post, PostId, PostRef, Prose, ReportId,
    Revision, RuleId, RuleMatch, Sensitive, Span, Stage, StreamId, SubjectId, TenantId, Timestamp,
};
use holdfast_event_store::{
    Append, DeadLetterWrite, EventLog, Expected, Keep, NewSubject, OutboxChange, PostWrite,
};

use super::{TestApp, community_named};
use crate::service::open_claim;

/// A case as automation opens it.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// The case.
    pub id: CaseId,
    /// The member.
    pub subject: SubjectId,
    /// Its first post.
    pub post: PostRef,
}

/// Judges by single words: `goodbye` is urgent, `now` makes it act-now, `pills` is method detail.
#[derive(Debug, Clone, Copy, Default)]
pub struct WordJudge;

impl Judge for WordJudge {
    fn judge(&self, request: &JudgeRequest) -> Assessment {
        let post = PostRef {
            post: PostId::from_u128(0),
            revision: request.post.revision,
        };
        assessment(post, request.post.text.reveal())
    }
}

/// What [`WordJudge`] says of a text.
pub fn assessment(post: PostRef, text: &str) -> Assessment {
    let find = |word: &str| {
        let start = text.find(word)?;
        Some(Span::new(start..start + word.len()))
    };
    let goodbye = find("goodbye");
    let level = match (goodbye, find("now")) {
        (Some(_), Some(_)) => CrisisLevel::ActNow,
        (Some(_), None) => CrisisLevel::Urgent,
        (None, _) => CrisisLevel::None,
    };
    let matched = goodbye.map(|span| RuleMatch {
        rule: RuleId("crisis.goodbye".to_owned()),
        version: 1,
        mode: RuleMode::Live,
        level: Some(level),
        because: "a farewell phrase".to_owned(),
        evidence: vec![Evidence {
            span,
            message: 0,
            label: "goodbye".to_owned(),
        }],
    });
    Assessment {
        post,
        stage: Stage::Triage,
        crisis: CrisisReading::Level(level),
        harassment: Finding::Clear,
        stigma: Finding::Clear,
        attributions: Vec::new(),
        method_detail: find("pills").into_iter().collect(),
        signals: Vec::new(),
        recommendation: Recommendation {
            labels: goodbye.map(|_| "goodbye".to_owned()).into_iter().collect(),
            ..Recommendation::default()
        },
        matches: matched.into_iter().collect(),
        inputs: Inputs::default(),
    }
}

impl TestApp {
    /// A crisis case in `northside`, opened by a post of a new member, read up to here.
    pub async fn crisis(&self, text: &str) -> TestCase {
        self.case_in("northside", CaseKind::Crisis, text).await
    }

    /// A case opened by automation for a post of a new member.
    pub async fn case_in(&self, community: &str, kind: CaseKind, text: &str) -> TestCase {
        let ids = &*self.ids;
        let case = TestCase {
            id: CaseId::fresh(ids),
            subject: SubjectId::fresh(ids),
            post: PostRef {
                post: PostId::fresh(ids),
                revision: Revision(1),
            },
        };
        let now = self.now();
        let level = match kind {
            CaseKind::Crisis => assessment(case.post, text).crisis.reading_level(),
            _ => CrisisLevel::None,
        };
        let promises = self.service().config().promises;
        let opened = ModerationEvent::from(CaseOpened {
            kind,
            subject: Some(case.subject),
            community: community_named(community),
            level,
            unscored: false,
            because: OpenedBecause::Assessment,
            freshness: Freshness::Live,
            clock_from: now,
            look_due_at: Some(now + promises.for_level(level).first_look()),
        });
        let folded = Case::begin(case.id, &opened, now).expect("CaseOpened begins a case");
        let attached = attached(case.post, text, now);
        let mut append = self
            .told(
                case.id,
                Expected::NEW,
                &Actor::Automation,
                [opened, attached],
            )
            .with_claim(ClaimChange::Take {
                key: open_claim(&folded).expect("a test's case holds a claim"),
                holder: case.id.to_string(),
            });
        append.subjects.push(NewSubject {
            subject: case.subject,
            platform: platform(),
            pseudonym: pseudonym(case.subject),
        });
        append.posts.push(PostWrite::New {
            id: case.post.post,
            subject: case.subject,
            post: Box::new(self.a_post(community, case.subject, case.post, text)),
            keep: Keep::ForCase,
        });
        self.append(append).await;
        self.settle().await;
        case
    }

    /// One more post of the member comes into an open case, and the row of the post with it.
    pub async fn post_arrives(&self, case: &TestCase, community: &str, text: &str) -> PostRef {
        let post = PostRef {
            post: PostId::fresh(&*self.ids),
            revision: Revision(1),
        };
        let events = [attached(post, text, self.now())];
        let mut append = self.told(case.id, Expected::Any, &Actor::Automation, events);
        append.posts.push(PostWrite::New {
            id: post.post,
            subject: case.subject,
            post: Box::new(self.a_post(community, case.subject, post, text)),
            keep: Keep::ForCase,
        });
        self.append(append).await;
        self.settle().await;
        post
    }

    /// The member edits the post that opened the case.
    pub async fn post_is_edited(&self, case: &TestCase, community: &str, text: &str) -> PostRef {
        let post = PostRef {
            revision: Revision(case.post.revision.0 + 1),
            ..case.post
        };
        let events = [attached(post, text, self.now())];
        let mut append = self.told(case.id, Expected::Any, &Actor::Automation, events);
        append.posts.push(PostWrite::Revision {
            id: post.post,
            subject: case.subject,
            post: Box::new(self.a_post(community, case.subject, post, text)),
            keep: Keep::ForCase,
        });
        self.append(append).await;
        self.settle().await;
        post
    }

    /// A member reports the member of a case.
    pub async fn report_arrives(&self, case: &TestCase, words: &str) -> ReportId {
        let (report, reporter) = (ReportId::fresh(&*self.ids), SubjectId::fresh(&*self.ids));
        let received = ReportReceived {
            report,
            reporter,
            post: Some(case.post),
            post_received: true,
            reason: ReportReason::Crisis,
            words: Some(Prose::clear(reporter, words)),
            quoted: None,
            external_id: Some(Prose::clear(reporter, "report-1")),
        };
        let events = [received.into()];
        let mut append = self.told(case.id, Expected::Any, &Actor::Member, events);
        append.subjects.push(NewSubject {
            subject: reporter,
            platform: platform(),
            pseudonym: pseudonym(reporter),
        });
        self.append(append).await;
        self.settle().await;
        report
    }

    /// An incident in `northside` with one record that could not be read.
    pub async fn incident(&self, raw: &str) -> CaseId {
        let id = CaseId::fresh(&*self.ids);
        let letter = MessageId::fresh(&*self.ids);
        let now = self.now();
        let class = RejectClass::Schema;
        let opened = CaseOpened {
            kind: CaseKind::Incident,
            subject: None,
            community: community_named("northside"),
            level: CrisisLevel::Soon,
            unscored: true,
            because: OpenedBecause::Unjudged {
                cause: IncidentCause::Undecodable { class },
            },
            freshness: Freshness::Live,
            clock_from: now,
            look_due_at: Some(now + Duration::from_hours(4)),
        };
        let member = IncidentMemberAdded {
            member: 1,
            post: None,
            dead_letter: Some(letter),
            origin: Origin::Hand,
            freshness: Freshness::Live,
        };
        let events = [opened.into(), member.into()];
        let mut append = self.told(id, Expected::NEW, &Actor::Automation, events);
        append.dead_letters.push(DeadLetterWrite {
            id: letter,
            origin: Origin::Hand,
            owner: KeyOwner::Tenant,
            raw: Sensitive::new(raw.as_bytes().to_vec()),
            key: None,
            headers: Sensitive::default(),
            class,
            message: "author: is missing".to_owned(),
            transport_time: None,
            consumer_group: None,
            traceparent: None,
        });
        self.append(append).await;
        self.settle().await;
        id
    }

    /// Something happens to a case, with what leaves the house.
    pub async fn happens(
        &self,
        case: CaseId,
        by: &Actor,
        events: impl IntoIterator<Item = ModerationEvent>,
        outbox: Vec<OutboxChange>,
    ) {
        let mut append = self.told(case, Expected::Any, by, events);
        append.outbox = outbox;
        self.append(append).await;
        self.settle().await;
    }

    /// Names of the events of a case so far.
    pub async fn events(&self, case: CaseId) -> Vec<&'static str> {
        let stream = StreamId::Case(case);
        let events = self.store.load(&TenantId::default(), &stream).await;
        let events = events.expect("memory answers");
        events
            .iter()
            .map(|event| event.event.event_type())
            .collect()
    }

    /// Moves the clock.
    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn now(&self) -> Timestamp {
        self.service().now()
    }

    fn told(
        &self,
        case: CaseId,
        expected: Expected,
        by: &Actor,
        events: impl IntoIterator<Item = ModerationEvent>,
    ) -> Append {
        let now = self.now();
        let events = events.into_iter().map(|event| NewEvent {
            id: EventId::fresh(&*self.ids),
            occurred_at: now,
            actor: by.clone(),
            causation: None,
            correlation: None,
            event,
        });
        Append::new(TenantId::default()).with_events(StreamId::Case(case), expected, events)
    }

    async fn append(&self, append: Append) {
        let appended = self.store.append(append).await;
        appended.expect("what comes in from outside goes through");
    }

    fn a_post(&self, community: &str, subject: SubjectId, post: PostRef, text: &str) -> Post {
        let now = self.now();
        let secret = |text: String| Some(Sensitive::new(text));
        Post {
            tenant: TenantId::default(),
            platform: platform(),
            external_id: Sensitive::new(external_id(post.post)),
            kind: PostKind::Comment,
            community: community_named(community),
            thread: secret(format!("thread-{subject}")),
            parent: None,
            author: Author {
                pseudonym: pseudonym(subject),
                created_at: None,
                role: AuthorRole::Member,
                age_band: None,
                locale: None,
            },
            text: text.into(),
            truncated: false,
            language: Some("en".to_owned()),
            created_at: now,
            revised_at: now,
            revision: post.revision,
            url: secret(format!("https://forum.example/{}", external_id(post.post))),
            content_warning: None,
            reply_context: Vec::new(),
            attachments: Vec::new(),
            carries_out: None,
            synthetic: false,
            extra: Sensitive::default(),
        }
    }
}

impl TestCase {
    /// The member's name on the platform.
    pub fn pseudonym(&self) -> String {
        pseudonym(self.subject).into_inner()
    }

    /// The platform's id of the first post.
    pub fn external_id(&self) -> String {
        external_id(self.post.post)
    }

    /// The path of the case in the API.
    pub fn path(&self) -> String {
        format!("/v1/cases/{}", self.id)
    }

    /// The path of a command on it.
    pub fn to(&self, command: &str) -> String {
        format!("{}/{command}", self.path())
    }
}

fn attached(post: PostRef, text: &str, now: Timestamp) -> ModerationEvent {
    PostAttached {
        post,
        posted_at: now,
        freshness: Freshness::Live,
        look_due_at: None,
        language: Some("en".to_owned()),
        assessment: Some(assessment(post, text)),
    }
    .into()
}

fn platform() -> PlatformId {
    PlatformId::new("forum").expect("a proper name")
}

fn pseudonym(subject: SubjectId) -> Sensitive<String> {
    Sensitive::new(format!("member-{}", subject.as_uuid().as_u128()))
}

fn external_id(post: PostId) -> String {
    format!("post-{}", post.as_uuid().as_u128())
}
