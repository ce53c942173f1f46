//! Given these facts, when somebody commands this, then that: the life of a case in sentences.

use std::time::Duration;

use uuid::Uuid;

use super::deciding::Decide;
use super::{CloseCode, Refusal, Staff};
use crate::action::{ActionOutcome, RequestedBy};
use crate::event::*;
use crate::intake::{DeletedBy, Freshness, Origin, OutreachStep, ReportReason};
use crate::promises::Promises;
use crate::safety::Invariant;
use crate::testing::{Given, T0, given};
use crate::*;

const ANA: Staff = Staff {
    id: user(1),
    role: Role::Moderator,
};
const BEN: Staff = Staff {
    id: user(2),
    role: Role::Moderator,
};
const SENIOR: Staff = Staff {
    id: user(3),
    role: Role::Senior,
};
const VIEWER: Staff = Staff {
    id: user(4),
    role: Role::Viewer,
};

const fn user(n: u128) -> UserId {
    UserId::from_u128(n)
}

fn subject() -> SubjectId {
    SubjectId::from(Uuid::from_u128(77))
}

fn post() -> PostRef {
    PostRef {
        post: PostId::from(Uuid::from_u128(500)),
        revision: Revision(1),
    }
}

fn later(minutes: u64) -> Timestamp {
    T0 + Duration::from_mins(minutes)
}

fn words(text: &str) -> Prose {
    Prose::clear(subject(), text)
}

fn opened(kind: CaseKind, level: CrisisLevel) -> (Actor, ModerationEvent) {
    let opened = CaseOpened {
        kind,
        subject: Some(subject()),
        community: CommunityId::new("night-shift").unwrap(),
        level,
        unscored: false,
        because: OpenedBecause::Assessment,
        freshness: Freshness::Live,
        clock_from: T0,
        look_due_at: Some(T0 + Promises::default().for_level(level).first_look()),
    };
    (Actor::Automation, opened.into())
}

fn assessment(level: CrisisLevel) -> Assessment {
    Assessment {
        post: post(),
        stage: Stage::Triage,
        crisis: CrisisReading::Level(level),
        harassment: assessment::Finding::Clear,
        stigma: assessment::Finding::Clear,
        attributions: vec![],
        method_detail: vec![],
        signals: vec![],
        matches: vec![],
        recommendation: Recommendation::default(),
        inputs: assessment::Inputs::default(),
    }
}

fn attached(level: CrisisLevel) -> PostAttached {
    PostAttached {
        post: post(),
        posted_at: T0,
        freshness: Freshness::Live,
        look_due_at: None,
        language: None,
        assessment: Some(assessment(level)),
    }
}

fn with_post(level: CrisisLevel) -> (Actor, ModerationEvent) {
    (Actor::Automation, attached(level).into())
}

fn claimed_by(staff: Staff) -> (Actor, ModerationEvent) {
    let claimed = CaseClaimed {
        by: staff.id,
        lease_until: later(10),
        taken_from: None,
        reason: None,
    };
    (staff.into(), claimed.into())
}

fn an_episode() -> Given {
    given([
        opened(CaseKind::Crisis, CrisisLevel::Urgent),
        with_post(CrisisLevel::Urgent),
        claimed_by(ANA),
    ])
}

fn an_act_now_case(more: impl IntoIterator<Item = (Actor, ModerationEvent)>) -> Given {
    let start = [
        opened(CaseKind::Crisis, CrisisLevel::ActNow),
        with_post(CrisisLevel::ActNow),
        claimed_by(ANA),
    ];
    given(start.into_iter().chain(more))
}

fn action(n: u128, parts: Vec<ActionPart>, message: Option<&str>) -> Action {
    Action {
        id: ActionId::from(Uuid::from_u128(n)),
        case: CaseId::from(Uuid::from_u128(0xca5e)),
        target: ActionTarget::Post {
            post: post(),
            author: subject(),
        },
        parts,
        message: message.map(words),
        policy: Some("harassment.insult".to_owned()),
        requested_by: RequestedBy::Person,
        hold_until: later(1),
        not_after: later(60),
    }
}

fn decide(actions: Vec<Action>) -> Decide {
    Decide {
        decision: DecisionId::from(Uuid::from_u128(900)),
        outcome: DecisionOutcome::Act,
        policy: "harassment.insult".to_owned(),
        reason: words("second warning"),
        posts: vec![post()],
        actions,
    }
}

fn outreach() -> ActionPart {
    ActionPart::Outreach { template: None }
}

// Claiming

#[test]
fn a_second_moderator_is_told_who_holds_the_case() {
    an_episode()
        .when(|case| case.claim(BEN, later(5)))
        .then_refuses(&Refusal::HeldBy {
            holder: ANA.id,
            until: later(10),
        });
}

#[test]
fn a_holder_who_claims_again_keeps_the_case_longer() {
    an_episode()
        .when(|case| case.claim(ANA, later(5)))
        .then(&["LeaseRenewed"]);
}

#[test]
fn an_expired_lease_gives_way_and_its_end_is_recorded() {
    an_episode()
        .when(|case| case.claim(BEN, later(11)))
        .then(&["LeaseExpired", "CaseClaimed"]);
}

#[test]
fn a_viewer_cannot_claim() {
    given([opened(CaseKind::Crisis, CrisisLevel::Soon)])
        .when(|case| case.claim(VIEWER, later(1)))
        .then_refuses(&Refusal::NotAllowed { role: Role::Viewer });
}

#[test]
fn taking_over_takes_a_senior_and_a_reason() {
    an_episode()
        .when(|case| case.take_over(BEN, words("she is off shift"), later(5)))
        .then_refuses(&Refusal::NotAllowed {
            role: Role::Moderator,
        });
    an_episode()
        .when(|case| case.take_over(SENIOR, words("  "), later(5)))
        .then_refuses(&Refusal::ReasonMissing { field: "reason" });
    an_episode()
        .when(|case| case.take_over(SENIOR, words("she is off shift"), later(5)))
        .then(&["CaseClaimed"]);
}

// Levels

#[test]
fn anybody_on_duty_may_raise_without_holding_the_case() {
    an_episode()
        .when(|case| {
            case.raise(
                BEN,
                CrisisLevel::ActNow,
                None,
                &Promises::default(),
                later(5),
            )
        })
        .then(&["LevelRaised"]);
}

#[test]
fn raising_never_moves_the_first_look_later() {
    let case = an_episode()
        .when(|case| {
            case.raise(
                BEN,
                CrisisLevel::ActNow,
                None,
                &Promises::default(),
                later(29),
            )
        })
        .then(&["LevelRaised"])
        .case();
    assert_eq!(case.look_due_at, Some(later(30)));
}

#[test]
fn m10_lowering_takes_the_holder_a_code_and_words() {
    let lower = |staff, text: &'static str| {
        move |case: &Case| {
            case.lower(
                staff,
                CrisisLevel::Soon,
                LowerCode::Idiom,
                words(text),
                later(5),
            )
        }
    };
    an_episode()
        .when(lower(ANA, " "))
        .then_refuses(&Refusal::ReasonMissing { field: "reason" });
    an_episode()
        .when(lower(BEN, "a song title"))
        .then_refuses(&Refusal::HeldBy {
            holder: ANA.id,
            until: later(10),
        });
    an_episode()
        .when(lower(ANA, "a song title"))
        .then(&["LevelLowered"]);
}

#[test]
fn a_calmer_post_never_lowers_the_level() {
    let case = an_episode().case();
    let calmer = PostAttached {
        post: PostRef {
            post: PostId::from(Uuid::from_u128(501)),
            revision: Revision(1),
        },
        ..attached(CrisisLevel::None)
    };
    let events = case.attach(calmer, &Promises::default(), later(5));
    assert_eq!(
        events
            .iter()
            .map(ModerationEvent::event_type)
            .collect::<Vec<_>>(),
        ["PostAttached"]
    );
}

#[test]
fn a_more_urgent_post_raises_the_level_and_alerts_again() {
    let case = an_episode().case();
    let worse = PostAttached {
        post: PostRef {
            post: PostId::from(Uuid::from_u128(501)),
            revision: Revision(1),
        },
        ..attached(CrisisLevel::ActNow)
    };
    let events = case.attach(worse, &Promises::default(), later(5));
    assert_eq!(
        case.alert_for(&events, later(5)),
        Some(AlertBecause::LevelRose)
    );
}

#[test]
fn further_posts_at_the_same_level_alert_only_when_nobody_has_been_there_for_long() {
    let case = an_episode().case();
    let again = PostAttached {
        post: PostRef {
            post: PostId::from(Uuid::from_u128(501)),
            revision: Revision(1),
        },
        ..attached(CrisisLevel::Urgent)
    };
    let events = case.attach(again, &Promises::default(), later(5));
    assert_eq!(case.alert_for(&events, later(5)), None);
    assert_eq!(
        case.alert_for(&events, later(13 * 60)),
        Some(AlertBecause::NewPost)
    );
}

#[test]
fn an_older_revision_replaces_nothing() {
    let case = an_episode().case();
    let older = PostAttached {
        post: PostRef {
            revision: Revision(0),
            ..post()
        },
        ..attached(CrisisLevel::ActNow)
    };
    let bare = PostAttached {
        assessment: None,
        ..older.clone()
    };
    assert_eq!(case.attach(bare, &Promises::default(), later(5)), vec![]);
    let mut case = case;
    for event in case.attach(older.clone(), &Promises::default(), later(5)) {
        case.apply(&event, later(5), &Actor::Automation);
    }
    let known = case.post(post().post).unwrap();
    assert_eq!((known.post, known.holds(older.post)), (post(), true));
    assert_eq!(case.level, CrisisLevel::ActNow, "what it says counts");
    assert_eq!(case.attach(older, &Promises::default(), later(6)), vec![]);
}

#[test]
fn what_was_edited_away_stays_part_of_the_case() {
    let mut case = an_episode().case();
    let edited = PostAttached {
        post: PostRef {
            revision: Revision(9),
            ..post()
        },
        ..attached(CrisisLevel::None)
    };
    for event in case.attach(edited.clone(), &Promises::default(), later(5)) {
        case.apply(&event, later(5), &Actor::Automation);
    }
    let known = case.post(post().post).unwrap();
    assert_eq!(known.post, edited.post);
    assert_eq!(known.earlier.len(), 1);
    assert!(known.holds(post()));
    assert!(case.is_crisis_content());
}

// Deciding

#[test]
fn nobody_decides_about_a_case_that_they_do_not_hold() {
    given([
        opened(CaseKind::Harassment, CrisisLevel::None),
        with_post(CrisisLevel::None),
    ])
    .when(|case| case.decide(ANA, decide(vec![]), later(1)))
    .then_refuses(&Refusal::NotHeld);
}

#[test]
fn a_decision_asks_for_its_actions_at_once() {
    given([
        opened(CaseKind::Harassment, CrisisLevel::None),
        with_post(CrisisLevel::None),
        claimed_by(ANA),
    ])
    .when(|case| {
        case.decide(
            ANA,
            decide(vec![action(1, vec![ActionPart::Hide], None)]),
            later(1),
        )
    })
    .then(&["DecisionRecorded", "ActionRequested"]);
}

#[test]
fn a_decision_without_a_reason_is_refused() {
    an_episode()
        .when(|case| {
            case.decide(
                ANA,
                Decide {
                    reason: words(""),
                    ..decide(vec![])
                },
                later(1),
            )
        })
        .then_refuses(&Refusal::ReasonMissing { field: "reason" });
}

#[test]
fn m3_a_person_may_hide_crisis_content_only_together_with_a_message() {
    an_episode()
        .when(|case| {
            case.decide(
                ANA,
                decide(vec![action(1, vec![ActionPart::Hide], None)]),
                later(1),
            )
        })
        .then_refuses(&Refusal::Unsafe(Invariant::M3HideWithOutreach));
    let kind = action(
        1,
        vec![ActionPart::Hide, outreach()],
        Some("you are not in trouble"),
    );
    an_episode()
        .when(|case| case.decide(ANA, decide(vec![kind]), later(1)))
        .then(&["DecisionRecorded", "ActionRequested"]);
}

#[test]
fn outreach_says_something() {
    an_episode()
        .when(|case| {
            case.decide(
                ANA,
                decide(vec![action(1, vec![outreach()], Some(" "))]),
                later(1),
            )
        })
        .then_refuses(&Refusal::ReasonMissing { field: "message" });
}

fn decided() -> Given {
    let hold = action(1, vec![outreach()], Some("are you safe right now?"));
    an_episode()
        .when(|case| case.decide(ANA, decide(vec![hold]), later(1)))
        .then(&["DecisionRecorded", "ActionRequested"])
}

fn by_ana(mut case: Case) -> Case {
    case.decisions[0].by = Some(ANA.id);
    case
}

#[test]
fn a_decision_is_undone_while_its_action_is_in_the_house() {
    let case = by_ana(decided().case());
    let undone = case.undo(ANA, case.decisions[0].decision).unwrap();
    assert_eq!(
        undone
            .iter()
            .map(ModerationEvent::event_type)
            .collect::<Vec<_>>(),
        ["ActionUndone", "DecisionUndone"]
    );
}

#[test]
fn an_action_that_has_left_the_house_cannot_be_undone() {
    let mut case = by_ana(decided().case());
    let id = ActionId::from(Uuid::from_u128(1));
    let sent = case.dispatched(id, 1, 1).unwrap();
    case.apply(&sent, later(2), &Actor::System);
    assert_eq!(
        case.undo(ANA, case.decisions[0].decision),
        Err(Refusal::TooLate(id))
    );
}

#[test]
fn somebody_elses_decision_is_theirs_to_undo() {
    let case = by_ana(decided().case());
    assert_eq!(
        case.undo(BEN, case.decisions[0].decision),
        Err(Refusal::NotYourDecision)
    );
    assert!(case.undo(SENIOR, case.decisions[0].decision).is_ok());
}

#[test]
fn the_platform_reporting_twice_changes_nothing_more() {
    let mut case = decided().case();
    let id = ActionId::from(Uuid::from_u128(1));
    let confirmed = case
        .reported_back(id, ActionOutcome::Done, None)
        .unwrap()
        .unwrap();
    case.apply(&confirmed, later(2), &Actor::Platform);
    assert_eq!(case.reported_back(id, ActionOutcome::Done, None), Ok(None));
    assert_eq!(
        case.reported_back(id, ActionOutcome::Failed, None),
        Ok(None)
    );
}

#[test]
fn an_older_step_of_a_message_changes_nothing() {
    let mut case = decided().case();
    let id = ActionId::from(Uuid::from_u128(1));
    let read = case
        .outreach_moved(id, OutreachStep::Read, None)
        .unwrap()
        .unwrap();
    case.apply(&read, later(2), &Actor::Platform);
    assert_eq!(
        case.outreach_moved(id, OutreachStep::Delivered, None),
        Ok(None)
    );
}

// Closing

fn close(
    staff: Staff,
    code: CloseCode,
    reason: Option<&'static str>,
) -> impl FnOnce(&Case) -> Result<Vec<ModerationEvent>, Refusal> {
    move |case| case.close(staff, code, reason.map(words), later(5))
}

#[test]
fn n7_an_act_now_case_is_not_closed_by_one_person() {
    an_act_now_case([])
        .when(close(ANA, CloseCode::SupportGiven, Some("spoke to her")))
        .then(&["ClosureProposed"])
        .when(close(ANA, CloseCode::SupportGiven, Some("spoke to her")))
        .then_refuses(&Refusal::SamePerson);
}

#[test]
fn n7_the_second_person_is_senior_or_a_clinician() {
    let proposed = || {
        an_act_now_case([])
            .when(close(ANA, CloseCode::SupportGiven, Some("spoke to her")))
            .then(&["ClosureProposed"])
    };
    proposed()
        .when(close(BEN, CloseCode::SupportGiven, None))
        .then_refuses(&Refusal::SecondPersonTooJunior);
    proposed()
        .when(close(SENIOR, CloseCode::SupportGiven, None))
        .then(&["CaseClosed"]);
}

#[test]
fn n7_closing_without_contact_takes_a_reason() {
    an_act_now_case([])
        .when(close(ANA, CloseCode::UnableToReach, None))
        .then_refuses(&Refusal::ReasonMissing { field: "reason" });
}

#[test]
fn n7_lowering_first_opens_no_way_around_the_second_person() {
    let lowered = LevelLowered {
        from: CrisisLevel::ActNow,
        to: CrisisLevel::Soon,
        code: LowerCode::Other,
        reason: words("calmer"),
    };
    an_act_now_case([(ANA.into(), lowered.into())])
        .when(close(ANA, CloseCode::Resolved, Some("a song title")))
        .then(&["ClosureProposed"]);
}

#[test]
fn an_incident_closes_only_when_every_record_was_judged_or_read() {
    let member = IncidentMemberAdded {
        member: 1,
        post: Some(post()),
        dead_letter: None,
        origin: Origin::Hand,
        freshness: Freshness::Live,
    };
    let incident = given([
        opened(CaseKind::Incident, CrisisLevel::Soon),
        (Actor::Automation, member.into()),
        claimed_by(ANA),
    ]);
    let mut case = incident.case();
    assert_eq!(
        case.close(ANA, CloseCode::Resolved, None, later(5)),
        Err(Refusal::MembersLeft { left: 1 })
    );
    let settled = case.settle_member(1, MemberJudged::Judged).unwrap();
    case.apply(&settled, later(6), &Actor::Automation);
    assert_eq!(case.settle_member(1, MemberJudged::Read), None);
    assert!(case.close(ANA, CloseCode::Resolved, None, later(6)).is_ok());
}

#[test]
fn a_closed_case_opens_again_with_a_new_clock_and_without_the_old_contact() {
    let contact = ContactRecorded {
        outcome: ContactOutcome::Reached,
        note: None,
    };
    let closed = CaseClosed {
        code: CloseCode::SupportGiven,
        reason: None,
        proposed_by: Some(ANA.id),
    };
    let case = an_act_now_case([(ANA.into(), contact.into()), (SENIOR.into(), closed.into())])
        .when(|case| {
            let reason = Reason {
                code: "new_post".to_owned(),
                text: words("wrote again"),
            };
            case.reopen(
                BEN,
                CrisisLevel::Urgent,
                reason,
                &Promises::default(),
                later(90),
            )
        })
        .then(&["CaseReopened"])
        .case();
    assert_eq!((case.level, case.contact), (CrisisLevel::Urgent, None));
    assert_eq!(case.look_due_at, Some(later(120)));
}

// What must never close a case

#[test]
fn deleting_the_post_leaves_a_mark_and_the_case_open() {
    let mut case = an_episode().case();
    for event in case.post_deleted(post().post, DeletedBy::Author) {
        case.apply(&event, later(5), &Actor::Platform);
    }
    assert!(case.is_open());
    assert_eq!(case.level, CrisisLevel::Urgent);
    assert_eq!(case.posts[0].deleted, Some(DeletedBy::Author));
}

#[test]
fn the_same_report_twice_counts_once() {
    let report = ReportReceived {
        report: ReportId::from(Uuid::from_u128(8)),
        reporter: SubjectId::from(Uuid::from_u128(9)),
        post: Some(post()),
        post_received: true,
        reason: ReportReason::Other,
        words: None,
        quoted: None,
        external_id: None,
    };
    let mut case = an_episode().case();
    for event in case.report(report.clone()) {
        case.apply(&event, later(5), &Actor::Member);
    }
    assert_eq!(case.report(report), vec![]);
}
