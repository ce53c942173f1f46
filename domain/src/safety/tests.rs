//! One test per row that concerns automation, named after it.

use super::*;
use crate::{CrisisLevel, Span};

const ORDINARY: CrisisReading = CrisisReading::Level(CrisisLevel::None);
const URGENT: CrisisReading = CrisisReading::Level(CrisisLevel::Urgent);

fn context(crisis: &CrisisReading) -> AutomaticContext<'_> {
    AutomaticContext {
        crisis,
        author: AuthorRole::Member,
        hides_method_or_incitement: false,
        in_episode: false,
        automated_messages_24h: 0,
        only_reports: false,
        only_stigma: false,
        budget_left: 10,
    }
}

fn hide_part() -> ActionPart {
    ActionPart::HidePart {
        span: Span { start: 3, end: 9 },
    }
}

fn outreach() -> ActionPart {
    ActionPart::Outreach {
        template: Some("method_hidden".to_owned()),
    }
}

fn restrictive() -> Vec<ActionPart> {
    vec![
        hide_part(),
        ActionPart::Hide,
        ActionPart::Collapse,
        ActionPart::LockReply,
        ActionPart::LimitAuthor { secs: 60 },
        ActionPart::SuspendAuthor { secs: None },
        ActionPart::Remove,
    ]
}

#[test]
fn n1_no_restrictive_action_on_crisis_content_at_any_level_from_soon_on() {
    for level in [CrisisLevel::Soon, CrisisLevel::Urgent, CrisisLevel::ActNow] {
        let reading = CrisisReading::Level(level);
        for part in restrictive() {
            let verdict = allow_automatic(std::slice::from_ref(&part), &context(&reading));
            assert_eq!(
                verdict,
                Err(Invariant::N1NoAutomaticPunishment),
                "{part:?} at {level}"
            );
        }
    }
}

#[test]
fn n1_a_member_whose_episode_is_open_is_not_limited_for_an_ordinary_post_either() {
    let in_episode = AutomaticContext {
        in_episode: true,
        ..context(&ORDINARY)
    };
    let limit = [ActionPart::LimitAuthor { secs: 60 }];
    assert_eq!(
        allow_automatic(&limit, &in_episode),
        Err(Invariant::N1NoAutomaticPunishment)
    );
    assert_eq!(allow_automatic(&limit, &context(&ORDINARY)), Ok(()));
    // What hurts others may still be hidden.
    assert_eq!(allow_automatic(&[ActionPart::Hide], &in_episode), Ok(()));
}

#[test]
fn n1_holds_as_well_while_the_post_is_unscored() {
    let silent = CrisisReading::Unscored {
        at_least: CrisisLevel::None,
        pre_screen: false,
        causes: vec![],
    };
    assert_eq!(
        allow_automatic(&[ActionPart::Hide], &context(&silent)),
        Err(Invariant::N1NoAutomaticPunishment)
    );
}

#[test]
fn n1_method_detail_alone_may_be_hidden_on_crisis_content_with_outreach() {
    let allowed = AutomaticContext {
        hides_method_or_incitement: true,
        ..context(&URGENT)
    };
    assert_eq!(
        allow_automatic(&[hide_part(), outreach()], &allowed),
        Ok(())
    );
    assert_eq!(
        allow_automatic(&[hide_part(), ActionPart::LockReply, outreach()], &allowed),
        Err(Invariant::N1NoAutomaticPunishment)
    );
}

#[test]
fn m3_hiding_method_detail_without_a_message_is_refused() {
    let allowed = AutomaticContext {
        hides_method_or_incitement: true,
        ..context(&URGENT)
    };
    assert_eq!(
        allow_automatic(&[hide_part()], &allowed),
        Err(Invariant::M3HideWithOutreach)
    );
}

#[test]
fn m2_an_ordinary_label_on_a_support_post_leaves_it_visible_and_is_allowed() {
    let label = ActionPart::Label {
        label: "support".to_owned(),
    };
    assert_eq!(allow_automatic(&[label], &context(&URGENT)), Ok(()));
}

#[test]
fn n3_a_second_automated_message_within_a_day_is_refused() {
    let again = AutomaticContext {
        automated_messages_24h: 1,
        ..context(&ORDINARY)
    };
    assert_eq!(
        allow_automatic(&[outreach()], &again),
        Err(Invariant::N3OneAutomatedMessage)
    );
}

#[test]
fn n5_a_report_alone_sends_no_message_to_its_target() {
    let reported = AutomaticContext {
        only_reports: true,
        ..context(&ORDINARY)
    };
    assert_eq!(
        allow_automatic(&[outreach()], &reported),
        Err(Invariant::N5NoMessageFromReport)
    );
    let nudge = ActionPart::Nudge {
        template: "kinder_words".to_owned(),
    };
    assert_eq!(
        allow_automatic(&[nudge], &reported),
        Err(Invariant::N5NoMessageFromReport)
    );
}

#[test]
fn suspension_and_removal_are_for_people_even_without_a_crisis() {
    for part in [
        ActionPart::Remove,
        ActionPart::SuspendAuthor { secs: Some(60) },
    ] {
        assert_eq!(
            allow_automatic(&[part], &context(&ORDINARY)),
            Err(Invariant::OnlySuggestExclusion)
        );
    }
}

#[test]
fn automation_never_punishes_a_moderator() {
    let staff = AutomaticContext {
        author: AuthorRole::Moderator,
        ..context(&ORDINARY)
    };
    assert_eq!(
        allow_automatic(&[ActionPart::Hide], &staff),
        Err(Invariant::NeverAgainstStaff)
    );
}

#[test]
fn automatic_steps_about_stigma_stop_at_a_label() {
    let stigma = AutomaticContext {
        only_stigma: true,
        ..context(&ORDINARY)
    };
    assert_eq!(
        allow_automatic(&[ActionPart::Collapse], &stigma),
        Err(Invariant::StigmaStopsAtLabel)
    );
    let label = ActionPart::Label {
        label: "language_that_may_hurt".to_owned(),
    };
    assert_eq!(allow_automatic(&[label], &stigma), Ok(()));
}

#[test]
fn when_the_budget_is_spent_restrictive_actions_become_reviews_and_care_goes_on() {
    let spent = AutomaticContext {
        budget_left: 0,
        ..context(&ORDINARY)
    };
    assert_eq!(
        allow_automatic(&[ActionPart::Hide], &spent),
        Err(Invariant::BudgetSpent)
    );
    assert_eq!(allow_automatic(&[outreach()], &spent), Ok(()));
}
