//! What a batch does to cases, record by record.

use std::time::Duration;

use super::reports::{AppealFacts, ReportFacts};
use super::undecodable::RejectedFacts;
use super::*;
use crate::assessment::{Finding, Inputs};
use crate::event::{MemberJudged, ReportReceived};
use crate::intake::{DeletedBy, RejectClass, ReportReason};
use crate::post::AuthorRole;
use crate::signal::Unavailable;
use crate::testing::{CountedIds, T0};
use crate::{
    ActionPart, Assessment, CrisisReading, PostId, Recommendation, ReportId, Revision, Signal,
    Stage,
};

const SUBJECT: SubjectId = SubjectId::from_u128(77);

struct World {
    ids: CountedIds,
    promises: Promises,
}

impl World {
    fn new() -> Self {
        Self {
            ids: CountedIds::default(),
            promises: Promises::default(),
        }
    }

    fn book(&self) -> CaseBook<'_> {
        CaseBook::new(T0, &self.promises, &self.ids, 10)
    }
}

fn facts(post: u128) -> PostFacts {
    PostFacts {
        post: PostRef {
            post: PostId::from_u128(post),
            revision: Revision(1),
        },
        subject: SUBJECT,
        author: AuthorRole::Member,
        community: CommunityId::new("night-shift").unwrap(),
        posted_at: T0,
        language: Some("en".to_owned()),
        freshness: Freshness::Live,
        origin: Origin::Kafka {
            topic: "holdfast.posts.v1".to_owned(),
            partition: 0,
            offset: 1,
        },
    }
}

fn assessment(facts: &PostFacts, crisis: CrisisReading) -> Assessment {
    Assessment {
        post: facts.post,
        stage: Stage::Triage,
        crisis,
        harassment: Finding::Clear,
        stigma: Finding::Clear,
        attributions: vec![],
        method_detail: vec![],
        signals: vec![],
        matches: vec![],
        recommendation: Recommendation::default(),
        inputs: Inputs::default(),
    }
}

fn level(level: CrisisLevel) -> CrisisReading {
    CrisisReading::Level(level)
}

fn silent(pre_screen: bool) -> CrisisReading {
    CrisisReading::Unscored {
        at_least: CrisisLevel::None,
        pre_screen,
        causes: vec![Unavailable::TimedOut],
    }
}

fn unscored(facts: &PostFacts, pre_screen: bool) -> Assessment {
    let signal = Signal::unavailable(SignalKind::Crisis, "encoder", "1", Unavailable::TimedOut);
    Assessment {
        signals: vec![signal],
        ..assessment(facts, silent(pre_screen))
    }
}

fn tell(book: &mut CaseBook<'_>, facts: &PostFacts, crisis: CrisisReading) -> Outcome {
    book.assessed(facts, &assessment(facts, crisis))
}

fn types(changes: &CaseChanges) -> Vec<Vec<&'static str>> {
    let of = |events: &Vec<Told>| events.iter().map(|told| told.event.event_type()).collect();
    changes
        .streams
        .iter()
        .map(|(_, _, events)| of(events))
        .collect()
}

#[test]
fn an_ordinary_post_touches_no_case() {
    let world = World::new();
    let mut book = world.book();
    assert_eq!(
        tell(&mut book, &facts(1), level(CrisisLevel::None)),
        Outcome::Clear
    );
    assert!(book.finish().streams.is_empty());
}

#[test]
fn a_goodbye_opens_one_case_takes_its_claim_and_alerts_once() {
    let world = World::new();
    let mut book = world.book();
    let Outcome::InCase(case) = tell(&mut book, &facts(1), level(CrisisLevel::ActNow)) else {
        panic!()
    };
    let changes = book.finish();
    assert_eq!(
        types(&changes),
        [["CaseOpened", "PostAttached", "AlertRaised"]]
    );
    let key = ClaimKey::open_crisis(SUBJECT);
    assert_eq!(
        changes.claims,
        [ClaimChange::Take {
            key,
            holder: case.to_string()
        }]
    );
    assert_eq!(changes.alerts.len(), 1);
    assert_eq!(
        changes.alerts[0].look_due_at,
        Some(T0 + Duration::from_mins(5))
    );
}

#[test]
fn a_second_post_of_the_same_batch_joins_the_case_that_the_first_opened() {
    let world = World::new();
    let mut book = world.book();
    let first = tell(&mut book, &facts(1), level(CrisisLevel::Urgent));
    assert_eq!(
        tell(&mut book, &facts(2), level(CrisisLevel::Urgent)),
        first
    );
    assert_eq!(book.finish().alerts.len(), 1);
}

#[test]
fn a_calm_post_by_somebody_with_an_open_episode_joins_it_unalerted() {
    let world = World::new();
    let mut book = world.book();
    let first = tell(&mut book, &facts(1), level(CrisisLevel::Urgent));
    assert_eq!(tell(&mut book, &facts(2), level(CrisisLevel::None)), first);
    let changes = book.finish();
    assert_eq!(changes.alerts.len(), 1);
    assert_eq!(
        types(&changes)[0]
            .iter()
            .filter(|t| **t == "PostAttached")
            .count(),
        2
    );
}

#[test]
fn an_unscored_post_with_crisis_wording_is_a_case_of_its_own_read_as_urgent() {
    let world = World::new();
    let mut book = world.book();
    let Outcome::InCase(case) = book.assessed(&facts(1), &unscored(&facts(1), true)) else {
        panic!()
    };
    let case = book.case(case).unwrap();
    assert_eq!((case.level, case.unscored), (CrisisLevel::Urgent, true));
}

#[test]
fn unscored_posts_of_one_cause_share_an_incident_that_pages_once() {
    let world = World::new();
    let mut book = world.book();
    let first = book.assessed(&facts(1), &unscored(&facts(1), false));
    let other = PostFacts {
        subject: SubjectId::from_u128(78),
        ..facts(2)
    };
    let second = book.assessed(&other, &unscored(&other, false));
    let (Outcome::InIncident(a, 1), Outcome::InIncident(b, 2)) = (first, second) else {
        panic!()
    };
    assert_eq!(a, b);
    assert_eq!(book.finish().alerts.len(), 1);
}

#[test]
fn an_unscored_post_by_somebody_with_an_open_episode_joins_it() {
    let world = World::new();
    let mut book = world.book();
    let first = tell(&mut book, &facts(1), level(CrisisLevel::Soon));
    assert_eq!(book.assessed(&facts(2), &unscored(&facts(2), false)), first);
}

#[test]
fn a_member_of_an_incident_is_settled_once() {
    let world = World::new();
    let mut book = world.book();
    let Outcome::InIncident(incident, member) =
        book.assessed(&facts(1), &unscored(&facts(1), false))
    else {
        panic!()
    };
    book.settle(incident, member, MemberJudged::Judged);
    book.settle(incident, member, MemberJudged::Read);
    assert_eq!(book.case(incident).unwrap().members_left, 0);
    let judged = |types: &[&str]| {
        types
            .iter()
            .filter(|t| **t == "IncidentMemberJudged")
            .count()
    };
    assert_eq!(judged(&types(&book.finish())[0]), 1);
}

#[test]
fn a_flood_of_unreadable_records_makes_one_incident_and_the_goodbye_in_it_a_case_of_its_own() {
    let world = World::new();
    let mut book = world.book();
    let record = |n: u128, pre_screen| RejectedFacts {
        dead_letter: MessageId::from_u128(n),
        class: RejectClass::Schema,
        origin: Origin::Kafka {
            topic: "t".to_owned(),
            partition: 0,
            offset: n as i64,
        },
        subject: Some(SubjectId::from_u128(n)),
        community: CommunityId::new("unknown").unwrap(),
        at: T0,
        freshness: Freshness::Live,
        pre_screen,
    };
    for n in 0..5000 {
        book.undecodable(&record(n, n == 2741));
    }
    let changes = book.finish();
    assert_eq!(changes.streams.len(), 2);
    assert_eq!(changes.alerts.len(), 2);
    assert!(
        changes
            .alerts
            .iter()
            .any(|a| a.kind == CaseKind::Crisis && a.level == CrisisLevel::Urgent)
    );
}

fn report(n: u128, reason: ReportReason, words_level: CrisisLevel) -> ReportFacts {
    ReportFacts {
        report: ReportReceived {
            report: ReportId::from_u128(n),
            reporter: SubjectId::from_u128(1000 + n),
            post: Some(facts(1).post),
            post_received: false,
            reason,
            words: None,
            quoted: None,
            external_id: None,
        },
        subject: SUBJECT,
        community: CommunityId::new("night-shift").unwrap(),
        made_at: T0,
        freshness: Freshness::Live,
        words_level,
    }
}

#[test]
fn a_report_about_a_post_never_received_opens_an_unscored_case() {
    let world = World::new();
    let mut book = world.book();
    let case = book.reported(report(1, ReportReason::Other, CrisisLevel::None));
    let case = book.case(case).unwrap();
    assert!(case.unscored && case.kind == CaseKind::Harassment);
}

#[test]
fn reports_on_one_member_collapse_into_one_case_whatever_their_reasons() {
    let world = World::new();
    let mut book = world.book();
    let first = book.reported(report(1, ReportReason::Harassment, CrisisLevel::None));
    assert_eq!(
        book.reported(report(2, ReportReason::Stigma, CrisisLevel::None)),
        first
    );
    assert_eq!(
        book.reported(report(3, ReportReason::Other, CrisisLevel::None)),
        first
    );
    assert_eq!(book.case(first).unwrap().reports.len(), 3);
}

#[test]
fn a_report_about_manners_whose_words_tell_of_danger_is_a_crisis_case() {
    let world = World::new();
    let mut book = world.book();
    let case = book.reported(report(1, ReportReason::Other, CrisisLevel::ActNow));
    let found = book.case(case).unwrap();
    assert_eq!(
        (found.kind, found.level),
        (CaseKind::Crisis, CrisisLevel::ActNow)
    );
}

#[test]
fn an_appeal_is_always_a_case_of_its_own() {
    let world = World::new();
    let mut book = world.book();
    let appeal = || AppealFacts {
        subject: SUBJECT,
        community: CommunityId::new("night-shift").unwrap(),
        action: None,
        words: None,
        made_at: T0,
        freshness: Freshness::Live,
    };
    assert_ne!(book.appealed(appeal()), book.appealed(appeal()));
}

#[test]
fn m2_deleting_a_post_marks_every_case_that_holds_it_and_closes_none() {
    let world = World::new();
    let mut book = world.book();
    let Outcome::InCase(case) = tell(&mut book, &facts(1), level(CrisisLevel::ActNow)) else {
        panic!()
    };
    assert_eq!(
        book.deleted(facts(1).post.post, DeletedBy::Author),
        Some(case)
    );
    let case = book.case(case).unwrap();
    assert!(case.is_open() && case.posts[0].deleted.is_some());
    assert_eq!(case.level, CrisisLevel::ActNow);
}

#[test]
fn backfill_is_listed_without_page_or_clock_and_goes_live_with_the_next_live_post() {
    let world = World::new();
    let mut book = world.book();
    let old = PostFacts {
        freshness: Freshness::Backfill,
        ..facts(1)
    };
    let Outcome::InCase(case) = tell(&mut book, &old, level(CrisisLevel::ActNow)) else {
        panic!()
    };
    assert_eq!(
        (book.case(case).unwrap().look_due_at, book.alerts.len()),
        (None, 0)
    );
    tell(&mut book, &facts(2), level(CrisisLevel::Soon));
    assert_eq!(
        book.case(case).unwrap().look_due_at,
        Some(T0 + Duration::from_mins(5))
    );
    assert_eq!(book.finish().alerts.len(), 1);
}

#[test]
fn a_platform_clock_running_ahead_does_not_delay_the_first_look() {
    let world = World::new();
    let mut book = world.book();
    let ahead = PostFacts {
        posted_at: T0 + Duration::from_mins(10),
        ..facts(1)
    };
    let Outcome::InCase(case) = tell(&mut book, &ahead, level(CrisisLevel::ActNow)) else {
        panic!()
    };
    assert_eq!(
        book.case(case).unwrap().look_due_at,
        Some(T0 + Duration::from_mins(5))
    );
}

#[test]
fn n1_an_automatic_hide_on_a_crisis_post_becomes_a_review() {
    let world = World::new();
    let mut book = world.book();
    let mut judged = assessment(&facts(1), level(CrisisLevel::Urgent));
    judged.recommendation.automatic = vec![ActionPart::Hide];
    assert!(matches!(
        book.assessed(&facts(1), &judged),
        Outcome::InCase(_)
    ));
    let changes = book.finish();
    assert!(changes.actions.is_empty());
}

#[test]
fn an_automatic_action_within_the_budget_is_asked_for_once_and_beyond_it_reviewed() {
    let world = World::new();
    let mut book = CaseBook::new(T0, &world.promises, &world.ids, 1);
    for post in 1..=3 {
        let facts = PostFacts {
            subject: SubjectId::from_u128(post),
            ..facts(post)
        };
        let mut judged = assessment(&facts, level(CrisisLevel::None));
        judged.harassment = Finding::Review;
        judged.recommendation.automatic = vec![ActionPart::Hide];
        book.assessed(&facts, &judged);
        book.assessed(
            &facts,
            &Assessment {
                stage: Stage::Deep,
                ..judged
            },
        );
    }
    let changes = book.finish();
    assert_eq!(changes.actions.len(), 1);
    assert_eq!(
        changes.streams.len(),
        3,
        "what the budget does not allow is put before a person"
    );
}

#[test]
fn the_deep_stage_records_a_second_assessment_in_the_same_case() {
    let world = World::new();
    let mut book = world.book();
    let first = tell(&mut book, &facts(1), level(CrisisLevel::Soon));
    let deep = Assessment {
        stage: Stage::Deep,
        ..assessment(&facts(1), level(CrisisLevel::ActNow))
    };
    assert_eq!(book.assessed(&facts(1), &deep), first);
    let changes = book.finish();
    assert_eq!(
        types(&changes)[0],
        [
            "CaseOpened",
            "PostAttached",
            "AlertRaised",
            "AssessmentRecorded",
            "LevelRaised",
            "AlertRaised"
        ]
    );
}

#[test]
fn a_case_loaded_from_the_log_is_appended_to_at_the_version_it_was_loaded_at() {
    let world = World::new();
    let mut first = world.book();
    let Outcome::InCase(id) = tell(&mut first, &facts(1), level(CrisisLevel::Soon)) else {
        panic!()
    };
    let loaded = first.case(id).unwrap().clone();
    let mut second = world.book();
    second.enter(loaded.clone(), [ClaimKey::open_crisis(SUBJECT)]);
    tell(&mut second, &facts(2), level(CrisisLevel::Soon));
    let changes = second.finish();
    assert_eq!(
        (changes.streams[0].0, changes.streams[0].1),
        (id, loaded.version)
    );
    assert!(changes.claims.is_empty());
}

#[test]
fn a_language_that_nobody_covers_for_manners_alone_fills_no_incident() {
    let world = World::new();
    let mut book = world.book();
    let mut judged = assessment(&facts(1), level(CrisisLevel::None));
    let why = Unavailable::LanguageNotCovered;
    judged.signals = vec![Signal::unavailable(
        SignalKind::Harassment,
        "lexicon",
        "1",
        why,
    )];
    judged.harassment = Finding::Unknown;
    assert_eq!(book.assessed(&facts(1), &judged), Outcome::Clear);
}
