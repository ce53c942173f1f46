//! Random commands by several people, the relay and the platform, played against one case.

use std::time::Duration;

use proptest::prelude::*;

use crate::action::{ActionOutcome, RequestedBy};
use crate::case::deciding::Decide;
use crate::case::{CloseCode, Refusal, Staff};
use crate::event::{
    CaseOpened, ContactOutcome, DecisionOutcome, LowerCode, OpenedBecause, ParkedBecause,
    PostAttached, Reason,
};
use crate::intake::Freshness;
use crate::promises::Promises;
use crate::prose::{Algorithm, Sealed};
use crate::testing::T0;
use crate::*;

const SUBJECT: SubjectId = SubjectId::from_u128(77);
const CASE: CaseId = CaseId::from_u128(1);

pub(super) const PEOPLE: [Staff; 4] = [
    staff(1, Role::Moderator),
    staff(2, Role::Moderator),
    staff(3, Role::Senior),
    staff(4, Role::Viewer),
];

const fn staff(id: u128, role: Role) -> Staff {
    Staff {
        id: UserId::from_u128(id),
        role,
    }
}

/// Numbers pick among what there is: decisions, actions.
#[derive(Debug, Clone)]
pub(super) enum Command {
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
    Decide(Vec<Ask>),
    Undo(usize),
    Dispatch(usize),
    Park(usize),
    Supersede(usize),
    Unanswered(usize),
    Answer(usize, ActionOutcome),
}

/// What a decision asks of the platform.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    HideInSilence,
    HideWithMessage,
    Message,
    Label,
}

impl Command {
    pub(super) const fn is_a_persons(&self) -> bool {
        !matches!(
            self,
            Self::Post(_)
                | Self::Dispatch(_)
                | Self::Park(_)
                | Self::Supersede(_)
                | Self::Unanswered(_)
                | Self::Answer(..)
        )
    }
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) who: usize,
    pub(super) command: Command,
    minutes: u64,
}

fn any_level() -> impl Strategy<Value = CrisisLevel> {
    prop::sample::select(CrisisLevel::ALL.to_vec())
}

fn any_asks() -> impl Strategy<Value = Vec<Ask>> {
    let ask = prop_oneof![
        1 => Just(Ask::HideInSilence),
        2 => Just(Ask::HideWithMessage),
        2 => Just(Ask::Message),
        1 => Just(Ask::Label),
    ];
    prop::collection::vec(ask, 0..3)
}

fn any_command() -> impl Strategy<Value = Command> {
    let of_the_case = prop_oneof![
        4 => Just(Command::Claim),
        1 => Just(Command::TakeOver),
        1 => Just(Command::Release),
        1 => any_level().prop_map(Command::Raise),
        1 => any_level().prop_map(Command::Lower),
        1 => Just(Command::Contact(ContactOutcome::Tried)),
        3 => prop::sample::select(vec![CloseCode::SupportGiven, CloseCode::FalseAlarm])
            .prop_map(Command::Close),
        2 => any_level().prop_map(Command::Reopen),
        1 => Just(Command::Note),
        1 => any_level().prop_map(Command::Post),
    ];
    let answers = vec![ActionOutcome::Done, ActionOutcome::Failed];
    let of_actions = prop_oneof![
        4 => any_asks().prop_map(Command::Decide),
        4 => any::<usize>().prop_map(Command::Undo),
        3 => any::<usize>().prop_map(Command::Dispatch),
        1 => any::<usize>().prop_map(Command::Park),
        1 => any::<usize>().prop_map(Command::Supersede),
        1 => any::<usize>().prop_map(Command::Unanswered),
        2 => (any::<usize>(), prop::sample::select(answers))
            .prop_map(|(nth, outcome)| Command::Answer(nth, outcome)),
    ];
    prop_oneof![of_the_case, of_actions]
}

/// Up to sixty commands, minutes apart: long enough for leases to end now and then.
pub(super) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let minutes = prop_oneof![4 => 0..3_u64, 1 => 3..40_u64];
    let step = (0..PEOPLE.len(), any_command(), minutes).prop_map(|(who, command, minutes)| Step {
        who,
        command,
        minutes,
    });
    prop::collection::vec(step, 1..60)
}

/// A case and everything that was recorded of it.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) case: Case,
    pub(super) log: Vec<EventEnvelope>,
    now: Timestamp,
    turns: u128,
}

/// What came of one step.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) before: Case,
    pub(super) now: Timestamp,
    pub(super) events: Vec<ModerationEvent>,
    pub(super) refusal: Option<Refusal>,
}

impl Story {
    pub(super) fn begin() -> Self {
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
        let opened = ModerationEvent::from(opened);
        let mut story = Self {
            case: Case::begin(CASE, &opened, T0).unwrap(),
            log: Vec::new(),
            now: T0,
            turns: 0,
        };
        story.record(opened, Actor::Automation);
        let first = story.posted(1, CrisisLevel::Soon);
        for event in first {
            story.apply(event, &Actor::Automation);
        }
        story
    }

    pub(super) fn take(&mut self, step: &Step) -> Turn {
        self.now = self.now + Duration::from_mins(step.minutes);
        self.turns += 1;
        let before = self.case.clone();
        let (events, refusal) = match self.run(PEOPLE[step.who], &step.command) {
            Ok(events) => (events, None),
            Err(refusal) => (Vec::new(), Some(refusal)),
        };
        let actor = match step.command {
            Command::Post(_) => Actor::Automation,
            Command::Answer(..) => Actor::Platform,
            _ if step.command.is_a_persons() => PEOPLE[step.who].into(),
            _ => Actor::System,
        };
        for event in events.clone() {
            self.apply(event, &actor);
        }
        Turn {
            before,
            now: self.now,
            events,
            refusal,
        }
    }

    /// The action that a number picks.
    pub(super) fn action(&self, nth: usize) -> ActionId {
        let count = self.case.actions.len().max(1);
        let found = self.case.actions.keys().nth(nth % count);
        found.copied().unwrap_or(ActionId::from_u128(0))
    }

    /// The decision that a number picks.
    pub(super) fn decision(&self, nth: usize) -> DecisionId {
        let count = self.case.decisions.len().max(1);
        let found = self.case.decisions.get(nth % count);
        found.map_or(DecisionId::from_u128(0), |found| found.decision)
    }

    fn run(&self, by: Staff, command: &Command) -> Result<Vec<ModerationEvent>, Refusal> {
        let (case, now, promises) = (&self.case, self.now, Promises::default());
        match command {
            Command::Claim => case.claim(by, now),
            Command::TakeOver => case.take_over(by, words(), now),
            Command::Release => case.release(by, None, now),
            Command::Raise(to) => case.raise(by, *to, None, &promises, now),
            Command::Lower(to) => case.lower(by, *to, LowerCode::Idiom, words(), now),
            Command::Contact(outcome) => case.record_contact(by, *outcome, None),
            Command::Close(code) => case.close(by, *code, Some(words()), now),
            Command::Reopen(level) => {
                let reason = Reason {
                    code: "new_post".to_owned(),
                    text: words(),
                };
                case.reopen(by, *level, reason, &promises, now)
            }
            Command::Note => case.note(by, words()),
            Command::Post(level) => Ok(self.posted(self.turns + 1, *level)),
            Command::Decide(asks) => case.decide(by, self.decide(asks), now),
            Command::Undo(nth) => case.undo(by, self.decision(*nth)),
            Command::Dispatch(nth) => case.dispatched(self.action(*nth), 1, 1).map(one),
            Command::Park(nth) => {
                let why = ParkedBecause::Expired;
                case.parked(self.action(*nth), why, 3).map(one)
            }
            Command::Supersede(nth) => {
                let newer = ActionId::from_u128(9);
                case.superseded(self.action(*nth), newer).map(one)
            }
            Command::Unanswered(nth) => case.unanswered(self.action(*nth), now).map(one),
            Command::Answer(nth, outcome) => {
                let moved = case.reported_back(self.action(*nth), *outcome, None)?;
                Ok(moved.into_iter().collect())
            }
        }
    }

    fn decide(&self, asks: &[Ask]) -> Decide {
        let numbered = (0..).zip(asks);
        let actions = numbered.map(|(n, ask)| self.asked(self.turns * 10 + n, *ask));
        Decide {
            decision: DecisionId::from_u128(self.turns),
            outcome: DecisionOutcome::Act,
            policy: "crisis.goodbye".to_owned(),
            reason: words(),
            posts: vec![reference(1)],
            actions: actions.collect(),
        }
    }

    fn asked(&self, id: u128, ask: Ask) -> Action {
        let outreach = || ActionPart::Outreach { template: None };
        let parts = match ask {
            Ask::HideInSilence => vec![ActionPart::Hide],
            Ask::HideWithMessage => vec![ActionPart::Hide, outreach()],
            Ask::Message => vec![outreach()],
            Ask::Label => vec![ActionPart::Label {
                label: "hard_to_read".to_owned(),
            }],
        };
        Action {
            id: ActionId::from_u128(id),
            case: CASE,
            target: ActionTarget::Post {
                post: reference(1),
                author: SUBJECT,
            },
            parts,
            message: Some(words()),
            policy: None,
            requested_by: RequestedBy::Person,
            hold_until: self.now + Duration::from_secs(15),
            not_after: self.now + Duration::from_hours(24),
        }
    }

    fn posted(&self, post: u128, level: CrisisLevel) -> Vec<ModerationEvent> {
        self.case
            .attach(attached(post, level), &Promises::default(), self.now)
    }

    fn apply(&mut self, mut event: ModerationEvent, actor: &Actor) {
        event.for_each_prose(&mut |_, prose| *prose = sealed());
        self.case.apply(&event, self.now, actor);
        self.record(event, actor.clone());
    }

    fn record(&mut self, event: ModerationEvent, actor: Actor) {
        let place = self.log.len() as u64;
        self.log.push(EventEnvelope {
            position: Position(place),
            id: EventId::from_u128(u128::from(place)),
            tenant: TenantId::default(),
            stream: StreamId::Case(CASE),
            version: StreamVersion(place + 1),
            occurred_at: self.now,
            recorded_at: self.now,
            actor,
            causation: None,
            correlation: None,
            event,
        });
    }
}

fn one(event: ModerationEvent) -> Vec<ModerationEvent> {
    vec![event]
}

fn words() -> Prose {
    Prose::clear(SUBJECT, "because")
}

fn sealed() -> Prose {
    Prose::Sealed(Sealed {
        owner: SUBJECT.into(),
        generation: 1,
        algorithm: Algorithm::XChaCha20Poly1305,
        nonce: vec![7; 24],
        bytes: vec![9; 23],
    })
}

fn reference(post: u128) -> PostRef {
    PostRef {
        post: PostId::from_u128(post),
        revision: Revision(1),
    }
}

fn attached(post: u128, level: CrisisLevel) -> PostAttached {
    let post = reference(post);
    PostAttached {
        post,
        posted_at: T0,
        freshness: Freshness::Live,
        look_due_at: None,
        language: None,
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
