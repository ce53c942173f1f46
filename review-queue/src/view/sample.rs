//! One of each view, with everything it can show, for tests of whatever renders them.

use holdfast_domain::action::{ActionPart, ActionTarget, RequestedBy};
use holdfast_domain::assessment::Finding;
use holdfast_domain::case::{ActionStatus, CaseKind, CloseCode};
use holdfast_domain::event::{
    ContactOutcome, DecisionOutcome, IncidentCause, NoteAdded, OpenedBecause,
};
use holdfast_domain::intake::{DeletedBy, Freshness, Origin, RejectClass, ReportReason};
use holdfast_domain::post::PostKind;
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::signal::Unavailable;
use holdfast_domain::testing::T0;
use holdfast_domain::{
    ActionId, ActionKind, CaseId, CommunityId, CrisisLevel, DecisionId, EventId, KeyOwner, Lane,
    MessageId, PlatformId, Position, PostId, PostRef, Prose, ReportId, Revision, Role, SignalKind,
    Span, Stage, SubjectId, Timestamp, UserId,
};

use super::{
    ActionView, AssessmentView, CaseView, Changed, ClosureView, Command, ContactView, DecisionView,
    EntryText, Holder, IncidentView, Mark, MemberView, PostView, ProseView, QueueItem, QueuePage,
    RecordView, ReportView, RevealedCase, RevealedPost, RevealedProse, RevealedText, RuleView,
    SearchResults, Silence, Stretch, TextState, ThreadPost, ThreadView, TimelineEntry, UndoView,
    Who,
};

const fn minutes(minutes: i64) -> Timestamp {
    Timestamp::from_micros(T0.as_micros() + minutes * 60_000_000)
}

fn community() -> CommunityId {
    CommunityId::new("northside").unwrap_or_else(|_| unreachable!("a proper name"))
}

const fn post(number: u128) -> PostRef {
    PostRef {
        post: PostId::from_u128(500 + number),
        revision: Revision(1),
    }
}

fn ana(me: bool) -> Who {
    Who::User {
        id: UserId::from_u128(1),
        name: "Ana Ruiz".to_owned(),
        role: Some(Role::Moderator),
        me,
    }
}

fn shown(text: &str) -> ProseView {
    ProseView::Shown { text: text.into() }
}

impl QueuePage {
    /// A page with one case of every look, and more behind it.
    pub fn sample() -> Self {
        let urgent = QueueItem::sample();
        Self {
            items: vec![
                QueueItem {
                    case: CaseId::from_u128(0xca5e_0001),
                    level: CrisisLevel::ActNow,
                    new_post: true,
                    holder: Some(Holder::sample()),
                    ..urgent.clone()
                },
                urgent.clone(),
                QueueItem {
                    case: CaseId::from_u128(0xca5e_0003),
                    kind: CaseKind::Harassment,
                    signal: SignalKind::Harassment,
                    level: CrisisLevel::None,
                    unscored: false,
                    silences: Vec::new(),
                    because: OpenedBecause::Report,
                    reports: 2,
                    look_overdue: false,
                    ..urgent
                },
            ],
            next: Some("bmV4dA".to_owned()),
        }
    }
}

impl QueueItem {
    /// An urgent, unscored case whose look is overdue.
    pub fn sample() -> Self {
        Self {
            case: CaseId::from_u128(0xca5e_0002),
            number: "ca5e0002".to_owned(),
            version: 7,
            kind: CaseKind::Crisis,
            signal: SignalKind::Crisis,
            level: CrisisLevel::Urgent,
            unscored: true,
            closed: None,
            community: community(),
            language: Some("en".to_owned()),
            because: OpenedBecause::Assessment,
            labels: vec!["goodbye".to_owned()],
            rule: None,
            silences: vec![Silence::sample()],
            posts: 2,
            members_left: 0,
            reports: 1,
            holder: None,
            look_due_at: Some(minutes(30)),
            looked_at: None,
            look_overdue: true,
            opened_at: T0,
            last_post_at: Some(minutes(12)),
            new_post: false,
            freshness: Freshness::Late,
            closure_proposed: false,
            may_claim: true,
        }
    }
}

impl Holder {
    /// The viewer, for ten more minutes.
    pub fn sample() -> Self {
        Self {
            user: UserId::from_u128(1),
            name: "Ana Ruiz".to_owned(),
            until: minutes(40),
            me: true,
        }
    }
}

impl SearchResults {
    /// One open and one closed case.
    pub fn sample() -> Self {
        Self {
            cases: vec![
                QueueItem::sample(),
                QueueItem {
                    case: CaseId::from_u128(0xca5e_0004),
                    closed: Some(CloseCode::SupportGiven),
                    ..QueueItem::sample()
                },
            ],
        }
    }
}

impl Silence {
    /// A classifier that took too long.
    pub fn sample() -> Self {
        Self {
            signal: SignalKind::Crisis,
            classifier: "lexicon".to_owned(),
            why: Unavailable::TimedOut,
        }
    }
}

impl AssessmentView {
    /// A goodbye that tells a method.
    pub fn sample() -> Self {
        Self {
            stage: Stage::Triage,
            level: CrisisLevel::Urgent,
            unscored: true,
            harassment: Finding::Clear,
            stigma: Finding::Review,
            attributions: vec!["blame".to_owned()],
            labels: vec!["goodbye".to_owned()],
            rules: vec![
                RuleView {
                    rule: "crisis.goodbye".to_owned(),
                    version: 3,
                    mode: RuleMode::Live,
                    level: Some(CrisisLevel::Urgent),
                    because: "a farewell phrase".to_owned(),
                },
                RuleView {
                    rule: "crisis.draft".to_owned(),
                    version: 1,
                    mode: RuleMode::Shadow,
                    level: None,
                    because: "a wording under trial".to_owned(),
                },
            ],
            silences: vec![Silence::sample()],
            method_details: 1,
            suggested: vec![ActionPart::Outreach { template: None }],
            ruleset: "4f2c".to_owned(),
            versions: [("lexicon".to_owned(), "7".to_owned())].into(),
        }
    }
}

impl PostView {
    /// A chat line that its author has deleted since.
    pub fn sample() -> Self {
        Self {
            post: post(0),
            posted_at: minutes(12),
            joined_at: minutes(13),
            kind: Some(PostKind::Chat),
            language: Some("en".to_owned()),
            revisions: 2,
            text: TextState::Masked,
            truncated: false,
            deleted: Some(DeletedBy::Author),
            assessment: Some(AssessmentView::sample()),
        }
    }
}

impl ThreadView {
    /// Three posts by two people, one of them not kept.
    pub fn sample() -> Self {
        let place = |number: u128, voice, text| ThreadPost {
            post: post(number),
            posted_at: minutes(10 + i64::try_from(number).unwrap_or_default()),
            in_case: number == 0,
            same_author: voice == 1,
            voice,
            kind: PostKind::Chat,
            text,
            deleted: None,
        };
        Self {
            posts: vec![
                place(2, 2, TextState::NotKept),
                place(0, 1, TextState::Masked),
                place(3, 2, TextState::Masked),
            ],
        }
    }
}

impl TimelineEntry {
    /// A note by a colleague.
    pub fn sample() -> Self {
        Self {
            id: EventId::from_u128(31),
            position: Position(4_711),
            version: 5,
            occurred_at: minutes(20),
            recorded_at: minutes(20),
            by: ana(false),
            what: "NoteAdded".to_owned(),
            event: NoteAdded {
                note: Prose::clear(KeyOwner::Tenant, ""),
            }
            .into(),
            texts: vec![EntryText {
                field: "note".to_owned(),
                text: shown("She answered the first message."),
            }],
        }
    }
}

impl DecisionView {
    /// A decision that stands.
    pub fn sample() -> Self {
        Self {
            decision: DecisionId::from_u128(61),
            by: ana(true),
            outcome: DecisionOutcome::Support,
            policy: "crisis.support".to_owned(),
            at: minutes(25),
            reason: shown("she asked for somebody to talk to"),
            actions: vec![ActionId::from_u128(71)],
            undone: false,
        }
    }
}

impl ActionView {
    /// Outreach that was sent and not confirmed.
    pub fn sample() -> Self {
        Self {
            action: ActionId::from_u128(71),
            parts: vec![ActionPart::Outreach { template: None }],
            target: ActionTarget::Author(SubjectId::from_u128(300)),
            lane: Lane::Care,
            message: Some(shown("Are you safe right now?")),
            policy: Some("crisis.support".to_owned()),
            requested_by: RequestedBy::Person,
            status: ActionStatus::Dispatched,
            at: minutes(26),
            hold_until: minutes(25),
            not_after: minutes(60 * 24),
            outreach: None,
        }
    }
}

impl UndoView {
    /// The last decision, for some more seconds.
    pub fn sample() -> Self {
        Self {
            decision: DecisionId::from_u128(61),
            until: minutes(25) + std::time::Duration::from_secs(15),
            actions: 1,
        }
    }
}

impl CaseView {
    /// A crisis case of the viewer's with one of everything.
    pub fn sample() -> Self {
        let item = QueueItem::sample();
        Self {
            case: item.case,
            number: item.number.clone(),
            version: 7,
            seen: 6,
            kind: CaseKind::Crisis,
            signal: SignalKind::Crisis,
            level: CrisisLevel::Urgent,
            machine_level: CrisisLevel::Urgent,
            peak_level: CrisisLevel::ActNow,
            unscored: true,
            closed: None,
            community: community(),
            because: OpenedBecause::Assessment,
            freshness: Freshness::Live,
            opened_at: T0,
            clock_from: T0,
            look_due_at: Some(minutes(30)),
            looked_at: None,
            look_overdue: true,
            holder: Some(Holder::sample()),
            member: Some(MemberView {
                subject: SubjectId::from_u128(300),
                platform: PlatformId::new("forum").ok(),
                name: Some("member-4711".into()),
                erased: false,
            }),
            posts: vec![PostView::sample()],
            thread: ThreadView::sample(),
            reports: vec![ReportView {
                report: ReportId::from_u128(81),
                event: EventId::from_u128(32),
                reporter: 1,
                reason: ReportReason::Crisis,
                post: Some(post(0)),
                post_received: true,
                at: minutes(15),
                words: Some(ProseView::Masked),
                quoted: None,
            }],
            decisions: vec![DecisionView::sample()],
            actions: vec![ActionView::sample()],
            undo: Some(UndoView::sample()),
            contact: Some(ContactView {
                outcome: ContactOutcome::Tried,
            }),
            closure: Some(ClosureView {
                by: ana(true),
                code: CloseCode::SupportGiven,
            }),
            incident: None,
            dead_letters: vec![MessageId::from_u128(91)],
            other_cases: vec![QueueItem {
                case: CaseId::from_u128(0xca5e_0004),
                closed: Some(CloseCode::SupportGiven),
                ..item
            }],
            allowed: vec![
                Command::Renew,
                Command::Release,
                Command::Reveal,
                Command::Note,
                Command::Raise,
                Command::Lower,
                Command::Contact,
                Command::Decide,
                Command::Undo,
                Command::Close,
            ],
            reveal_needs_reason: false,
            supported: ActionKind::ALL.to_vec(),
            takes_two_to_close: true,
            timeline: vec![TimelineEntry::sample()],
        }
    }

    /// An incident that nobody holds.
    pub fn sample_incident() -> Self {
        let record = |member, settled| RecordView {
            member,
            post: None,
            dead_letter: Some(MessageId::from_u128(90 + u128::from(member))),
            origin: Origin::Kafka {
                topic: "holdfast.posts.v1".to_owned(),
                partition: 0,
                offset: 4_710 + member as i64,
            },
            settled,
        };
        Self {
            kind: CaseKind::Incident,
            level: CrisisLevel::Soon,
            holder: None,
            member: None,
            posts: Vec::new(),
            reports: Vec::new(),
            decisions: Vec::new(),
            actions: Vec::new(),
            undo: None,
            closure: None,
            contact: None,
            incident: Some(IncidentView {
                cause: Some(IncidentCause::Undecodable {
                    class: RejectClass::Schema,
                }),
                total: 2,
                left: 1,
                records: vec![
                    record(1, None),
                    record(2, Some(holdfast_domain::event::MemberJudged::Read)),
                ],
            }),
            allowed: vec![Command::Claim, Command::Reveal, Command::Note],
            takes_two_to_close: false,
            ..Self::sample()
        }
    }
}

impl RevealedPost {
    /// A text with evidence and a covered stretch.
    pub fn sample() -> Self {
        let text = "goodbye everyone, I have the <pills> here";
        let cover = Span::new(29..36);
        Self {
            post: post(0),
            posted_at: minutes(12),
            text: text.into(),
            marks: vec![Mark {
                span: Span::new(0..7),
                reason: 0,
            }],
            covers: vec![cover],
            stretches: vec![
                Stretch::Evidence {
                    text: "goodbye".into(),
                    reasons: vec![0],
                },
                Stretch::Plain {
                    text: " everyone, I have the ".into(),
                },
                Stretch::Covered { cover: 0 },
                Stretch::Plain {
                    text: " here".into(),
                },
            ],
            reasons: vec!["crisis.goodbye: a farewell phrase".to_owned()],
            content_warning: None,
            url: Some("https://forum.example/t/1".into()),
            author: Some("member-4711".into()),
        }
    }
}

impl RevealedCase {
    /// The sample case, revealed.
    pub fn sample() -> Self {
        Self {
            case: CaseView::sample(),
            posts: vec![RevealedPost::sample()],
            words: vec![RevealedProse {
                event: EventId::from_u128(32),
                field: "words".to_owned(),
                text: Some("she said goodbye to all of us".into()),
            }],
        }
    }
}

impl RevealedText {
    /// A covered stretch.
    pub fn sample() -> Self {
        Self {
            version: 8,
            text: Some("<pills>".into()),
            posted_at: Some(minutes(12)),
        }
    }
}

impl Changed {
    /// A decision that can still be taken back.
    pub fn sample() -> Self {
        Self {
            case: CaseId::from_u128(0xca5e_0002),
            version: 9,
            seen: 9,
            recorded: vec!["DecisionRecorded".to_owned(), "ActionRequested".to_owned()],
            level: CrisisLevel::Urgent,
            closed: None,
            holder: Some(Holder::sample()),
            undo: Some(UndoView::sample()),
            waits_for_second_person: false,
            repeated: false,
            opened: false,
        }
    }
}
