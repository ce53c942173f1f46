//! Whatever several people and the machine do in whatever order, these hold.

mod acting;
mod story;

use proptest::prelude::*;

use self::story::{Command, PEOPLE, Story, any_steps};
use super::Status;
use crate::{CrisisLevel, Role};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_case_that_ever_stood_at_act_now_never_closes_by_one_person(steps in any_steps()) {
        let (mut story, mut stood_at_act_now) = (Story::begin(), false);
        for step in steps {
            stood_at_act_now |= story.case.level == CrisisLevel::ActNow;
            let turn = story.take(&step);
            if turn.before.is_open() && !story.case.is_open() && stood_at_act_now {
                let (proposer, _) = turn.before.closure.expect("somebody proposed it");
                prop_assert_ne!(proposer, PEOPLE[step.who].id);
                prop_assert!(PEOPLE[step.who].role.may_confirm());
            }
        }
    }

    #[test]
    fn only_a_person_with_words_lowers_and_a_viewer_changes_nothing(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let turn = story.take(&step);
            if step.command.is_a_persons() && PEOPLE[step.who].role == Role::Viewer {
                prop_assert!(turn.events.is_empty());
            }
            if story.case.level < turn.before.level {
                prop_assert!(matches!(step.command, Command::Lower(_) | Command::Reopen(_)));
            }
        }
    }

    #[test]
    fn opening_again_forgets_neither_the_highest_level_nor_what_was_asked(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let turn = story.take(&step);
            prop_assert!(story.case.peak_level >= turn.before.peak_level);
            prop_assert!(story.case.peak_level >= story.case.level);
            if matches!(step.command, Command::Reopen(_)) {
                prop_assert_eq!(&story.case.actions, &turn.before.actions);
                prop_assert_eq!(&story.case.decisions, &turn.before.decisions);
            }
        }
    }

    #[test]
    fn at_most_one_person_holds_a_case_and_a_closed_one_nobody(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let before = story.case.clone();
            let turn = story.take(&step);
            if matches!(story.case.status, Status::Closed(_)) {
                prop_assert_eq!(story.case.holder(turn.now), None);
            }
            if let (Some(was), Some(is)) = (before.holder(turn.now), story.case.holder(turn.now)) {
                prop_assert!(was.holder == is.holder || matches!(step.command, Command::TakeOver));
            }
        }
    }

    #[test]
    fn a_note_is_written_down_and_changes_nothing_else(steps in any_steps()) {
        let mut story = Story::begin();
        for step in steps {
            let turn = story.take(&step);
            if !matches!(step.command, Command::Note) {
                continue;
            }
            let expected = usize::from(PEOPLE[step.who].role.may_decide());
            prop_assert_eq!(turn.events.len(), expected, "open or closed, held or not");
            let mut as_before = story.case.clone();
            as_before.version = turn.before.version;
            as_before.touched_at = turn.before.touched_at;
            prop_assert_eq!(as_before, turn.before);
        }
    }
}
