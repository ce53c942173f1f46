//! Decisions, what they ask of the platform, and taking them back.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::story::{Command, Story, any_steps};
use crate::action::RequestedBy;
use crate::case::{ActionStatus, Refusal};
use crate::event::upcast;
use crate::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_was_taken_back_is_never_sent(steps in any_steps()) {
        let mut story = Story::begin();
        for step in &steps {
            story.take(step);
        }
        let mut taken_back = BTreeSet::new();
        for event in story.log.iter().map(|envelope| &envelope.event) {
            match event {
                ModerationEvent::ActionUndone(event) => {
                    prop_assert!(taken_back.insert(event.action), "taken back twice");
                }
                ModerationEvent::ActionDispatched(event) => {
                    prop_assert!(!taken_back.contains(&event.action));
                }
                ModerationEvent::ActionConfirmed(event) => {
                    prop_assert!(!taken_back.contains(&event.action));
                }
                _ => {}
            }
        }
        for action in taken_back {
            prop_assert_eq!(story.case.actions[&action].status, ActionStatus::Undone);
        }
    }

    #[test]
    fn what_has_left_the_house_is_not_taken_back(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let picked = match step.command {
                Command::Undo(nth) => Some(story.decision(nth)),
                _ => None,
            };
            let turn = story.take(&step);
            let Some(decision) = picked.and_then(|picked| {
                turn.before.decisions.iter().find(|known| known.decision == picked)
            }) else {
                continue;
            };
            let waits = |id| turn.before.actions[id].status == ActionStatus::Requested;
            if turn.refusal.is_none() {
                prop_assert!(!decision.undone && decision.actions.iter().all(waits));
                prop_assert_eq!(turn.events.len(), decision.actions.len() + 1);
                continue;
            }
            prop_assert!(turn.events.is_empty());
            if let Some(Refusal::TooLate(action)) = turn.refusal {
                prop_assert!(!waits(&action));
            }
        }
    }

    #[test]
    fn a_decision_is_made_by_somebody_who_holds_the_case(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let turn = story.take(&step);
            for event in &turn.events {
                let ModerationEvent::DecisionRecorded(decided) = event else { continue };
                let holder = turn.before.holder(turn.now).map(|lease| lease.holder);
                let recorded = story.case.decisions.iter().find(|d| d.decision == decided.decision);
                prop_assert!(holder.is_some());
                prop_assert_eq!(recorded.and_then(|recorded| recorded.by), holder);
            }
        }
    }

    #[test]
    fn every_action_goes_back_to_a_persons_decision_and_none_hides_in_silence(steps in any_steps()) {
        let mut story = Story::begin();
        for step in &steps {
            story.take(step);
        }
        for envelope in &story.log {
            let ModerationEvent::ActionRequested(asked) = &envelope.event else { continue };
            let of = story.case.decisions.iter().find(|d| Some(d.decision) == asked.decision);
            prop_assert!(envelope.actor.is_person());
            prop_assert_eq!(asked.action.requested_by, RequestedBy::Person);
            prop_assert!(of.is_some_and(|decision| decision.actions.contains(&asked.action.id)));
            prop_assert!(!asked.action.is_restrictive() || asked.action.has_outreach());
        }
    }

    #[test]
    fn a_case_reads_back_from_its_stored_bytes_as_the_commands_left_it(steps in any_steps()) {
        let mut story = Story::begin();
        for step in &steps {
            story.take(step);
        }
        let stored = story.log.iter().map(|envelope| {
            let event = &envelope.event;
            let json = event.to_json().unwrap();
            let event = upcast::decode(event.event_type(), event.type_version(), &json).unwrap();
            EventEnvelope { event, ..envelope.clone() }
        });
        let stored: Vec<_> = stored.collect();
        let folded = Case::fold(story.case.id, &stored);
        prop_assert_eq!(folded.as_ref(), Some(&story.case));
    }
}
