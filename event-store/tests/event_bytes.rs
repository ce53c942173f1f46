//! The bytes of every event, pinned: what was written years ago must read for ever.
//!
//! A changed line here means that stored events change their form. An added field with a default is
//! fine once the old line still reads; anything else takes a
//! new version and an arm in the domain's `upcast`.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_domain::action::{ActionOutcome, RequestedBy};
use holdfast_domain::assessment::{Finding, Inputs, ParentInput, Stage};
use holdfast_domain::case::{CaseKind, CloseCode};
use holdfast_domain::event::{
    ActionConfirmed, ActionDispatched, ActionFailed, ActionParked, ActionRequested,
    ActionSuperseded, ActionUnanswered, ActionUndone, ActionsResumed, ActionsStopped, AlertBecause,
    AlertRaised, AppealReceived, AssessmentRecorded, BatchAssessed, BreachCause, BudgetExhausted,
    CaseClaimed, CaseClosed, CaseOpened, CaseReleased, CaseReopened, ClosureProposed,
    ContactOutcome, ContactRecorded, DeadLetterReplayed, DecisionOutcome, DecisionRecorded,
    DecisionUndone, IncidentCause, IncidentMemberAdded, IncidentMemberJudged, IntakeResumed,
    LeaseExpired, LeaseRenewed, LevelLowered, LevelRaised, LowerCode, MemberJudged, MessageResent,
    ModelDemoted, ModelPromoted, NoteAdded, OffsetRange, OpenedBecause, OutreachMoved,
    ParkedBecause, PostAttached, PostDeletedByAuthor, ProfileHintReceived, Reason,
    RecordDeadLettered, ReleasedModel, ReportReceived, RevealScope, SlaBreached, SlaClock,
    TextRevealed, upcast,
};
use holdfast_domain::intake::{
    DeletedBy, Freshness, Origin, OutreachStep, RejectClass, ReportReason,
};
use holdfast_domain::prose::{Algorithm, KeyOwner, Sealed};
use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::signal::{Answer, LabelScore, Scored, Unavailable};
use holdfast_domain::testing::T0;
use holdfast_domain::{
    Action, ActionId, ActionPart, ActionTarget, Assessment, CaseId, CommunityId, CrisisLevel,
    CrisisReading, DecisionId, Evidence, MessageId, ModerationEvent, PostId, PostRef, Prose,
    Recommendation, ReportId, Revision, RuleId, RuleMatch, Score, Signal, SignalKind, Span,
    SubjectId, UserId,
};

const ANA: UserId = UserId::from_u128(0xa);
const SUBJECT: SubjectId = SubjectId::from_u128(0x5);
const ACTION: ActionId = ActionId::from_u128(0xac);
const DECISION: DecisionId = DecisionId::from_u128(0xde);
const MESSAGE: MessageId = MessageId::from_u128(0x3e);
const POST: PostRef = PostRef {
    post: PostId::from_u128(0xb0),
    revision: Revision(1),
};

fn prose() -> Prose {
    Prose::Sealed(Sealed {
        owner: KeyOwner::Subject(SUBJECT),
        generation: 1,
        algorithm: Algorithm::XChaCha20Poly1305,
        nonce: vec![1; 24],
        bytes: vec![2; 4],
    })
}

fn released(version: &str) -> ReleasedModel {
    ReleasedModel {
        version: version.to_owned(),
        known_as: format!("{version}-0123abcd"),
        digest: "ab".repeat(32),
    }
}

fn origin() -> Origin {
    Origin::Kafka {
        topic: "holdfast.posts.v1".to_owned(),
        partition: 0,
        offset: 7,
    }
}

fn assessment() -> Assessment {
    let scored = Scored {
        score: Score::from_millionths(900_000).unwrap(),
        level: Some(CrisisLevel::Urgent),
        labels: vec![LabelScore {
            label: "goodbye".to_owned(),
            score: Score::ONE,
        }],
        evidence: vec![Evidence {
            span: Span::new(0..7),
            message: 1,
            label: "goodbye_explicit".to_owned(),
        }],
    };
    let signal = |kind, answer| Signal {
        kind,
        classifier: "lexicon".to_owned(),
        version: "1".to_owned(),
        answer,
    };
    Assessment {
        post: POST,
        stage: Stage::Triage,
        crisis: CrisisReading::Unscored {
            at_least: CrisisLevel::Soon,
            pre_screen: true,
            causes: vec![Unavailable::TimedOut],
        },
        harassment: Finding::Clear,
        stigma: Finding::Review,
        attributions: vec!["social_distance".to_owned()],
        method_detail: vec![Span::new(3..9)],
        signals: vec![
            signal(SignalKind::Crisis, Answer::Scored(scored)),
            signal(SignalKind::Stigma, Answer::Unavailable(Unavailable::Failed)),
        ],
        matches: vec![RuleMatch {
            rule: RuleId("crisis.goodbye".to_owned()),
            version: 1,
            mode: RuleMode::Live,
            level: Some(CrisisLevel::Urgent),
            because: "farewell wording".to_owned(),
            evidence: Vec::new(),
        }],
        recommendation: Recommendation {
            labels: vec!["goodbye".to_owned()],
            queue: None,
            suggested: vec![ActionPart::Outreach {
                template: Some("goodbye_l2".to_owned()),
            }],
            automatic: vec![ActionPart::Label {
                label: "support".to_owned(),
            }],
        },
        inputs: Inputs {
            parent: ParentInput::Used(POST),
            preceding: vec![POST],
            account_age_secs: Some(60),
            ruleset: "abc".to_owned(),
            versions: BTreeMap::from([("lexicon".to_owned(), "1".to_owned())]),
        },
    }
}

fn about_cases() -> Vec<ModerationEvent> {
    vec![
        CaseOpened {
            kind: CaseKind::Incident,
            subject: Some(SUBJECT),
            community: CommunityId::new("night-shift").unwrap(),
            level: CrisisLevel::Soon,
            unscored: true,
            because: OpenedBecause::Unjudged {
                cause: IncidentCause::Classifier {
                    name: "encoder".to_owned(),
                    why: Unavailable::TimedOut,
                },
            },
            freshness: Freshness::Live,
            clock_from: T0,
            look_due_at: Some(T0),
        }
        .into(),
        PostAttached {
            post: POST,
            posted_at: T0,
            freshness: Freshness::Late,
            assessment: Some(assessment()),
            look_due_at: Some(T0),
            language: None,
        }
        .into(),
        PostAttached {
            post: POST,
            posted_at: T0,
            freshness: Freshness::Live,
            assessment: None,
            look_due_at: None,
            language: Some("en".to_owned()),
        }
        .into(),
        AssessmentRecorded {
            assessment: assessment(),
        }
        .into(),
        PostDeletedByAuthor {
            post: POST,
            by: DeletedBy::Author,
        }
        .into(),
        ReportReceived {
            report: ReportId::from_u128(0x4e),
            reporter: SUBJECT,
            post: Some(POST),
            post_received: true,
            reason: ReportReason::Crisis,
            words: Some(prose()),
            quoted: None,
            external_id: Some(prose()),
        }
        .into(),
        AppealReceived {
            action: Some(ACTION),
            words: Some(prose()),
        }
        .into(),
        IncidentMemberAdded {
            member: 1,
            post: None,
            dead_letter: Some(MESSAGE),
            origin: origin(),
            freshness: Freshness::Backfill,
        }
        .into(),
        IncidentMemberJudged {
            member: 1,
            how: MemberJudged::Read,
        }
        .into(),
        LevelRaised {
            from: CrisisLevel::Soon,
            to: CrisisLevel::ActNow,
            post: Some(POST),
            look_due_at: Some(T0),
            reason: Some(prose()),
        }
        .into(),
        LevelLowered {
            from: CrisisLevel::ActNow,
            to: CrisisLevel::None,
            code: LowerCode::Idiom,
            reason: prose(),
        }
        .into(),
        AlertRaised {
            message: MESSAGE,
            level: CrisisLevel::ActNow,
            because: AlertBecause::Opened,
        }
        .into(),
    ]
}

fn about_work() -> Vec<ModerationEvent> {
    vec![
        CaseClaimed {
            by: ANA,
            lease_until: T0,
            taken_from: Some(ANA),
            reason: Some(prose()),
        }
        .into(),
        LeaseRenewed {
            by: ANA,
            lease_until: T0,
        }
        .into(),
        CaseReleased {
            by: ANA,
            hand_over: Some(prose()),
        }
        .into(),
        LeaseExpired {
            held_by: ANA,
            at: T0,
        }
        .into(),
        TextRevealed {
            by: ANA,
            scope: RevealScope::MethodDetail {
                span: Span::new(3..9),
            },
            posts: vec![POST],
            reason: None,
        }
        .into(),
        TextRevealed {
            by: ANA,
            scope: RevealScope::Case,
            posts: vec![POST],
            reason: Some(prose()),
        }
        .into(),
        NoteAdded { note: prose() }.into(),
        ContactRecorded {
            outcome: ContactOutcome::Reached,
            note: Some(prose()),
        }
        .into(),
        DecisionRecorded {
            decision: DECISION,
            outcome: DecisionOutcome::Act,
            policy: "harassment.threat".to_owned(),
            reason: prose(),
            posts: vec![POST],
            actions: vec![ACTION],
        }
        .into(),
        DecisionUndone { decision: DECISION }.into(),
        ClosureProposed {
            by: ANA,
            code: CloseCode::SupportGiven,
            reason: prose(),
        }
        .into(),
        CaseClosed {
            code: CloseCode::SupportGiven,
            reason: Some(prose()),
            proposed_by: Some(ANA),
        }
        .into(),
        CaseReopened {
            level: CrisisLevel::Urgent,
            look_due_at: Some(T0),
            reason: Some(Reason {
                code: "new_post".to_owned(),
                text: prose(),
            }),
        }
        .into(),
        SlaBreached {
            clock: SlaClock::FirstLook,
            due_at: T0,
            level: CrisisLevel::Urgent,
            cause: BreachCause::NoStaff,
        }
        .into(),
    ]
}

fn about_actions() -> Vec<ModerationEvent> {
    let action = Action {
        id: ACTION,
        case: CaseId::from_u128(0xca),
        target: ActionTarget::Post {
            post: POST,
            author: SUBJECT,
        },
        parts: vec![
            ActionPart::HidePart {
                span: Span::new(3..9),
            },
            ActionPart::Outreach { template: None },
            ActionPart::SuspendAuthor { secs: None },
        ],
        message: Some(prose()),
        policy: Some("crisis.method".to_owned()),
        requested_by: RequestedBy::Person,
        hold_until: T0,
        not_after: T0,
    };
    vec![
        ActionRequested {
            action,
            decision: Some(DECISION),
        }
        .into(),
        ActionUndone { action: ACTION }.into(),
        ActionDispatched {
            action: ACTION,
            sequence: 3,
            attempts: 1,
        }
        .into(),
        ActionConfirmed { action: ACTION }.into(),
        ActionFailed {
            action: ACTION,
            outcome: ActionOutcome::Gone,
            detail: Some(prose()),
        }
        .into(),
        ActionParked {
            action: ACTION,
            why: ParkedBecause::ObserveMode,
            attempts: 2,
        }
        .into(),
        MessageResent {
            message: MessageId::from_u128(0xae),
            reason: prose(),
        }
        .into(),
        ActionSuperseded {
            action: ACTION,
            by: ActionId::from_u128(0xad),
        }
        .into(),
        ActionUnanswered {
            action: ACTION,
            due_at: T0,
        }
        .into(),
        OutreachMoved {
            action: ACTION,
            step: OutreachStep::Replied,
            reply: Some(prose()),
        }
        .into(),
    ]
}

fn beside_cases() -> Vec<ModerationEvent> {
    vec![
        BatchAssessed {
            stage: Stage::Deep,
            ranges: vec![OffsetRange {
                source: "holdfast.posts.v1/0".to_owned(),
                first: 0,
                last: 9,
            }],
            count: 10,
            outcomes: BTreeMap::from([("clear".to_owned(), 10)]),
            ruleset: "abc".to_owned(),
            versions: BTreeMap::from([("lexicon".to_owned(), "1".to_owned())]),
            merkle_root: "00ff".to_owned(),
        }
        .into(),
        RecordDeadLettered {
            message: MESSAGE,
            origin: origin(),
            class: RejectClass::Poison,
            case: CaseId::from_u128(0xca),
        }
        .into(),
        DeadLetterReplayed {
            message: MESSAGE,
            reason: prose(),
            decoded: true,
        }
        .into(),
        IntakeResumed {
            source: "holdfast.posts.v1/0".to_owned(),
            unscreened_from: 5,
            resumed_at: 9,
            reason: prose(),
        }
        .into(),
        ProfileHintReceived { hint: prose() }.into(),
        ActionsStopped { reason: prose() }.into(),
        ActionsResumed { reason: prose() }.into(),
        BudgetExhausted {
            allowed: 50,
            refilled_at: T0,
        }
        .into(),
        ModelPromoted {
            classifier: "encoder".to_owned(),
            from: released("2026-11-24.1"),
            to: released("2026-12-01.1"),
            reason: prose(),
        }
        .into(),
        ModelDemoted {
            classifier: "encoder".to_owned(),
            from: released("2026-12-01.1"),
            to: released("2026-11-24.1"),
            reason: prose(),
        }
        .into(),
    ]
}

fn one_of_each() -> Vec<ModerationEvent> {
    [about_cases(), about_work(), about_actions(), beside_cases()].concat()
}

#[test]
fn the_bytes_of_every_event_are_pinned() {
    let lines: Vec<String> = one_of_each()
        .iter()
        .map(|event| {
            format!(
                "{} {} {}",
                event.event_type(),
                event.type_version(),
                event.to_json().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_type_of_event_has_its_bytes_pinned() {
    let pinned: BTreeSet<&str> = one_of_each()
        .iter()
        .map(ModerationEvent::event_type)
        .collect();
    let all: BTreeSet<&str> = ModerationEvent::TYPES.iter().copied().collect();
    assert_eq!(pinned, all);
}

#[test]
fn every_event_reads_back_from_its_bytes() {
    for event in one_of_each() {
        let json = event.to_json().unwrap();
        let read = upcast::decode(event.event_type(), event.type_version(), &json).unwrap();
        assert_eq!(read, event);
        assert_eq!(read.to_json().unwrap(), json);
    }
}
