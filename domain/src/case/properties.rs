//! Whatever several people and the machine do in whatever order, these hold.

use std::time::Duration;

use proptest::prelude::*;

use super::{CloseCode, Staff, Status};
use crate::event::{CaseOpened, ContactOutcome, LowerCode, OpenedBecause, PostAttached, Reason};
use crate::intake::Freshness;
use crate::promises::Promises;
use crate::testing::T0;
use crate::*;

const SUBJECT: SubjectId = SubjectId::from_u128(77);

#[derive(Debug, Clone, Copy)]
enum Command {
    Claim,
    TakeOver,
    Release,
    Raise(CrisisLevel),
    Lower(CrisisLevel),
    Contact(ContactOutcome),
    Close(CloseCode),
    Reopen(CrisisLevel),
    Note,
    Post(CrisisLevel),
}

#[derive(Debug, Clone, Copy)]
struct Step {
    who: usize,
    command: Command,
    minutes: u64,
}

const PEOPLE: [Staff; 4] = [
    Staff {
        id: UserId::from_u128(1),
        role: Role::Moderator,
    },
    Staff {
        id: UserId::from_u128(2),
        role: Role::Moderator,
    },
    Staff {
        id: UserId::from_u128(3),
        role: Role::Senior,
    },
    Staff {
        id: UserId::from_u128(4),
        role: Role::Viewer,
    },
];

fn any_level() -> impl Strategy<Value = CrisisLevel> {
    prop::sample::select(CrisisLevel::ALL.to_vec())
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => Just(Command::Claim),
        1 => Just(Command::TakeOver),
        1 => Just(Command::Release),
        1 => any_level().prop_map(Command::Raise),
        1 => any_level().prop_map(Command::Lower),
        1 => Just(Command::Contact(ContactOutcome::Tried)),
        3 => prop::sample::select(vec![CloseCode::SupportGiven, CloseCode::FalseAlarm]).prop_map(Command::Close),
        1 => any_level().prop_map(Command::Reopen),
        1 => Just(Command::Note),
        1 => any_level().prop_map(Command::Post),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    (0..PEOPLE.len(), any_command(), 0..40_u64).prop_map(|(who, command, minutes)| Step {
        who,
        command,
        minutes,
    })
}

fn words() -> Prose {
    Prose::clear(SUBJECT, "because")
}

fn open_case() -> Case {
    let opened = CaseOpened {
        kind: CaseKind::Crisis,
        subject: Some(SUBJECT),
        community: CommunityId::new("night-shift").unwrap(),
        level: CrisisLevel::Soon,
        unscored: false,
        because: OpenedBecause::Assessment,
        freshness: Freshness::Live,
        clock_from: T0,
        look_due_at: Some(T0 + Duration::from_hours(4)),
    };
    Case::begin(CaseId::from_u128(1), &opened.into(), T0).unwrap()
}

fn run(case: &Case, step: Step, post: u128, now: Timestamp) -> Option<Vec<ModerationEvent>> {
    let (by, promises) = (PEOPLE[step.who], Promises::default());
    match step.command {
        Command::Claim => case.claim(by, now).ok(),
        Command::TakeOver => case.take_over(by, words(), now).ok(),
        Command::Release => case.release(by, None, now).ok(),
        Command::Raise(to) => case.raise(by, to, None, &promises, now).ok(),
        Command::Lower(to) => case.lower(by, to, LowerCode::Idiom, words(), now).ok(),
        Command::Contact(outcome) => case.record_contact(by, outcome, None).ok(),
        Command::Close(code) => case.close(by, code, Some(words()), now).ok(),
        Command::Reopen(level) => {
            let reason = Reason {
                code: "new_post".to_owned(),
                text: words(),
            };
            case.reopen(by, level, reason, &promises, now).ok()
        }
        Command::Note => case.note(by, words()).ok(),
        Command::Post(level) => Some(case.attach(attached(post, level), &promises, now)),
    }
}

fn attached(post: u128, level: CrisisLevel) -> PostAttached {
    let post = PostRef {
        post: PostId::from_u128(post),
        revision: Revision(1),
    };
    PostAttached {
        post,
        posted_at: T0,
        freshness: Freshness::Live,
        look_due_at: None,
        assessment: Some(Assessment {
            post,
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
        }),
    }
}

fn actor(step: Step) -> Actor {
    match step.command {
        Command::Post(_) => Actor::Automation,
        _ => PEOPLE[step.who].into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_case_that_stood_at_act_now_never_closes_by_one_person(steps in prop::collection::vec(any_step(), 1..60)) {
        let (mut case, mut now) = (open_case(), T0);
        for (n, step) in (1..).zip(steps) {
            now = now + Duration::from_mins(step.minutes);
            let (before, events) = (case.clone(), run(&case, step, n, now).unwrap_or_default());
            for event in &events {
                case.apply(event, now, &actor(step));
            }
            if before.is_open() && !case.is_open() && before.peak_level == CrisisLevel::ActNow {
                let (proposer, _) = before.closure.expect("somebody proposed it");
                prop_assert_ne!(proposer, PEOPLE[step.who].id);
                prop_assert!(PEOPLE[step.who].role.may_confirm());
            }
        }
    }

    #[test]
    fn only_a_person_with_words_lowers_and_a_viewer_changes_nothing(steps in prop::collection::vec(any_step(), 1..60)) {
        let (mut case, mut now) = (open_case(), T0);
        for (n, step) in (1..).zip(steps) {
            now = now + Duration::from_mins(step.minutes);
            let (before, events) = (case.clone(), run(&case, step, n, now).unwrap_or_default());
            for event in &events {
                case.apply(event, now, &actor(step));
            }
            if !matches!(step.command, Command::Post(_)) && PEOPLE[step.who].role == Role::Viewer {
                prop_assert!(events.is_empty());
            }
            if case.level < before.level {
                prop_assert!(matches!(step.command, Command::Lower(_) | Command::Reopen(_)));
            }
        }
    }

    #[test]
    fn at_most_one_person_holds_a_case_and_a_closed_one_nobody(steps in prop::collection::vec(any_step(), 1..60)) {
        let (mut case, mut now) = (open_case(), T0);
        for (n, step) in (1..).zip(steps) {
            now = now + Duration::from_mins(step.minutes);
            let before = case.clone();
            for event in &run(&case, step, n, now).unwrap_or_default() {
                case.apply(event, now, &actor(step));
            }
            if matches!(case.status, Status::Closed(_)) {
                prop_assert_eq!(case.holder(now), None);
            }
            if let (Some(was), Some(is)) = (before.holder(now), case.holder(now)) {
                prop_assert!(was.holder == is.holder || matches!(step.command, Command::TakeOver));
            }
        }
    }
}
