//! Whatever posts come in and whatever policies recommend, automation stays within its bounds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::assessment::{Finding, Inputs};
use crate::post::AuthorRole;
use crate::testing::{CountedIds, T0};
use crate::{
    ActionKind, ActionPart, Assessment, CrisisReading, PostId, Recommendation, Revision, Span,
    Stage,
};

/// Where a post tells a method, when it does.
const METHOD: Span = Span { start: 10, end: 20 };

#[derive(Debug, Clone)]
struct Arrival {
    member: u128,
    author: AuthorRole,
    crisis: CrisisReading,
    harassment: Finding,
    stigma: Finding,
    tells_method: bool,
    automatic: Vec<ActionPart>,
}

fn any_reading() -> impl Strategy<Value = CrisisReading> {
    let level = || prop::sample::select(CrisisLevel::ALL.to_vec());
    prop_oneof![
        3 => Just(CrisisReading::Level(CrisisLevel::None)),
        2 => level().prop_map(CrisisReading::Level),
        1 => (level(), any::<bool>()).prop_map(|(at_least, pre_screen)| CrisisReading::Unscored {
            at_least,
            pre_screen,
            causes: vec![],
        }),
    ]
}

fn any_part() -> impl Strategy<Value = ActionPart> {
    prop_oneof![
        2 => Just(ActionPart::HidePart { span: METHOD }),
        1 => Just(ActionPart::HidePart { span: Span { start: 5, end: 20 } }),
        2 => Just(ActionPart::Hide),
        1 => Just(ActionPart::Collapse),
        1 => Just(ActionPart::Label { label: "unkind".to_owned() }),
        1 => Just(ActionPart::Nudge { template: "rephrase".to_owned() }),
        3 => Just(ActionPart::Outreach { template: None }),
        1 => Just(ActionPart::LockReply),
        2 => Just(ActionPart::LimitAuthor { secs: 60 }),
        1 => Just(ActionPart::SuspendAuthor { secs: None }),
        1 => Just(ActionPart::Remove),
    ]
}

fn any_arrival() -> impl Strategy<Value = Arrival> {
    let finding = || prop::sample::select(vec![Finding::Clear, Finding::Review]);
    let author = prop_oneof![5 => Just(AuthorRole::Member), 1 => Just(AuthorRole::Moderator)];
    let parts = prop::collection::vec(any_part(), 0..4);
    let judged = (any_reading(), finding(), finding(), any::<bool>());
    (1..3_u128, author, judged, parts).prop_map(|(member, author, judged, automatic)| Arrival {
        member,
        author,
        crisis: judged.0,
        harassment: judged.1,
        stigma: judged.2,
        tells_method: judged.3,
        automatic,
    })
}

impl Arrival {
    fn facts(&self, post: u128) -> PostFacts {
        PostFacts {
            post: PostRef {
                post: PostId::from_u128(post),
                revision: Revision(1),
            },
            subject: SubjectId::from_u128(self.member),
            author: self.author,
            community: CommunityId::new("night-shift").unwrap(),
            posted_at: T0,
            language: None,
            freshness: Freshness::Live,
            origin: Origin::Kafka {
                topic: "holdfast.posts.v1".to_owned(),
                partition: 0,
                offset: 1,
            },
        }
    }

    fn assessment(&self, post: u128) -> Assessment {
        Assessment {
            post: self.facts(post).post,
            stage: Stage::Triage,
            crisis: self.crisis.clone(),
            harassment: self.harassment,
            stigma: self.stigma,
            attributions: vec![],
            method_detail: self.tells_method.then_some(METHOD).into_iter().collect(),
            signals: vec![],
            matches: vec![],
            recommendation: Recommendation {
                automatic: self.automatic.clone(),
                ..Recommendation::default()
            },
            inputs: Inputs::default(),
        }
    }
}

/// One action that automation asked for, the post that led to it, and whether its author's episode
/// was open by then.
struct Done<'a> {
    action: Action,
    arrival: &'a Arrival,
    in_episode: bool,
}

const BUDGET: u32 = 2;

fn play(arrivals: &[Arrival]) -> Vec<Done<'_>> {
    let (ids, promises) = (CountedIds::default(), Promises::default());
    let mut book = CaseBook::new(T0, &promises, &ids, BUDGET);
    let mut done = Vec::new();
    for (post, arrival) in (1..).zip(arrivals) {
        let before = book.actions.len();
        book.assessed(&arrival.facts(post), &arrival.assessment(post));
        let episode = ClaimKey::open_crisis(SubjectId::from_u128(arrival.member));
        let in_episode = book.held(&episode).is_some();
        done.extend(book.actions[before..].iter().map(|(action, _)| Done {
            action: action.clone(),
            arrival,
            in_episode,
        }));
    }
    done
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn automation_never_restricts_a_person_in_crisis(
        arrivals in prop::collection::vec(any_arrival(), 1..12),
    ) {
        for done in play(&arrivals) {
            let kinds: Vec<_> = done.action.parts.iter().map(ActionPart::kind).collect();
            if done.in_episode {
                prop_assert!(!kinds.contains(&ActionKind::LimitAuthor));
            }
            if !done.arrival.crisis.protects() {
                continue;
            }
            for part in done.action.parts.iter().filter(|part| part.kind().is_restrictive()) {
                prop_assert_eq!(part, &ActionPart::HidePart { span: METHOD });
                prop_assert!(done.arrival.tells_method && done.action.has_outreach());
            }
        }
    }

    #[test]
    fn automation_shuts_nobody_out_and_leaves_staff_alone(
        arrivals in prop::collection::vec(any_arrival(), 1..12),
    ) {
        for done in play(&arrivals) {
            for kind in done.action.parts.iter().map(ActionPart::kind) {
                prop_assert!(!matches!(kind, ActionKind::SuspendAuthor | ActionKind::Remove));
            }
            let member = done.arrival.author == AuthorRole::Member;
            prop_assert!(member || !done.action.is_restrictive());
        }
    }

    #[test]
    fn automation_keeps_to_its_budget_and_speaks_once_a_case_and_day(
        arrivals in prop::collection::vec(any_arrival(), 1..12),
    ) {
        let done = play(&arrivals);
        let restricting = done.iter().filter(|done| done.action.is_restrictive()).count();
        prop_assert!(restricting <= BUDGET as usize);
        let mut spoken: BTreeMap<CaseId, u32> = BTreeMap::new();
        for done in &done {
            let speaks = |kind| matches!(kind, ActionKind::Outreach | ActionKind::Nudge);
            if done.action.parts.iter().map(ActionPart::kind).any(speaks) {
                *spoken.entry(done.action.case).or_default() += 1;
            }
        }
        prop_assert!(spoken.values().all(|times| *times == 1));
    }
}
