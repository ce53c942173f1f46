//! What can be done with a case, as forms.

use holdfast_domain::action::ActionPart;
use holdfast_domain::case::ActionStatus;
use holdfast_domain::event::{ContactOutcome, DecisionOutcome};
use holdfast_domain::{ActionKind, CaseKind, CrisisLevel};

use super::{code, name, shown};
use crate::view::{CaseView, Command, ProseView};
use crate::web::pages::case::forms::{Claiming, Closing, Drafts, Forms, Offer, TemplateChoice};
use crate::web::pages::queue::Choice;
use crate::web::present::texts;
use crate::web::words::{self, LevelView, Moment};

/// What a page of forms needs beside the case.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Policies that a decision can rest on.
    pub policies: Vec<String>,
    /// Messages to start from.
    pub templates: Vec<TemplateChoice>,
    /// Why nothing is sent, where that is so.
    pub nothing_leaves: Option<String>,
    /// How many seconds a decision can be taken back.
    pub undo_secs: u64,
}

/// Who holds the case.
pub fn claiming(case: &CaseView) -> Claiming {
    match &case.holder {
        Some(holder) if holder.me => Claiming::Mine {
            until: Moment(holder.until),
        },
        Some(holder) => Claiming::Theirs {
            name: holder.name.clone(),
            until: Moment(holder.until),
            may_take_over: case.allows(Command::TakeOver),
        },
        None if case.allows(Command::Claim) => Claiming::Free,
        None => Claiming::Closed,
    }
}

/// The forms; none for a reader who may do nothing here.
pub fn forms(case: &CaseView, around: &Around, drafts: &Drafts) -> Option<Forms> {
    let acts = [
        Command::Note,
        Command::Claim,
        Command::Reopen,
        Command::ConfirmClosure,
    ];
    if !acts.into_iter().any(|command| case.allows(command)) {
        return None;
    }
    let mine = case.holder.as_ref().is_some_and(|holder| holder.me);
    let levels = |from: &dyn Fn(CrisisLevel) -> bool| -> Vec<Choice> {
        CrisisLevel::ALL
            .into_iter()
            .filter(|level| from(*level))
            .map(|level| Choice::new(code(&level), LevelView::from(level).word(), ""))
            .collect()
    };
    let crisis = case.kind == CaseKind::Crisis && case.is_open();
    Some(Forms {
        mine,
        raise: levels(&|level| crisis && level > case.level),
        lower: levels(&|level| crisis && level < case.level),
        lower_codes: words::LOWER_CODES
            .into_iter()
            .map(|reason| Choice::new(code(&reason), words::lower_code(reason), ""))
            .collect(),
        contact: contact(case),
        outcomes: outcomes(case, drafts),
        policies: policies(case, around, drafts),
        posts: posts(case, drafts),
        offers: offers(case, drafts),
        templates: around.templates.clone(),
        nothing_leaves: around.nothing_leaves.clone(),
        undo_secs: around.undo_secs,
        closing: closing(case),
    })
}

fn contact(case: &CaseView) -> Vec<Choice> {
    if !case.is_open() || case.member.is_none() {
        return Vec::new();
    }
    [
        ContactOutcome::Reached,
        ContactOutcome::Tried,
        ContactOutcome::Unreachable,
    ]
    .into_iter()
    .map(|outcome| Choice::new(code(&outcome), words::contact(outcome), ""))
    .collect()
}

fn outcomes(case: &CaseView, drafts: &Drafts) -> Vec<Choice> {
    if !case.is_open() || case.kind == CaseKind::Incident {
        return Vec::new();
    }
    let all: &[DecisionOutcome] = match case.kind {
        CaseKind::Appeal => &[
            DecisionOutcome::AppealGranted,
            DecisionOutcome::AppealRefused,
        ],
        CaseKind::Crisis => &[
            DecisionOutcome::Support,
            DecisionOutcome::Act,
            DecisionOutcome::NoAction,
        ],
        _ => &[
            DecisionOutcome::Act,
            DecisionOutcome::Support,
            DecisionOutcome::NoAction,
        ],
    };
    all.iter()
        .map(|outcome| Choice::new(code(outcome), words::outcome(*outcome), &drafts.outcome))
        .collect()
}

/// The policies whose rules matched come first, then all others.
fn policies(case: &CaseView, around: &Around, drafts: &Drafts) -> Vec<Choice> {
    let matched = case
        .posts
        .iter()
        .rev()
        .filter_map(|post| post.assessment.as_ref())
        .flat_map(|assessment| assessment.rules.iter().map(|rule| rule.rule.clone()));
    let mut policies: Vec<String> = Vec::new();
    for policy in matched.chain(around.policies.iter().cloned()) {
        if !policies.contains(&policy) {
            policies.push(policy);
        }
    }
    let own = format!("{}.judgement", case.kind.as_str());
    if !policies.contains(&own) {
        policies.push(own.clone());
    }
    policies
        .into_iter()
        .map(|policy| {
            let label = if policy == own {
                "the team's own judgement, no written rule".to_owned()
            } else {
                policy.clone()
            };
            Choice::new(policy, label, &drafts.policy)
        })
        .collect()
}

fn posts(case: &CaseView, drafts: &Drafts) -> Vec<Choice> {
    let mut posts: Vec<&crate::view::PostView> = case.posts.iter().collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.posted_at));
    posts
        .into_iter()
        .map(|post| {
            Choice::new(
                texts::reference(post.post),
                format!("posted {}", Moment(post.posted_at).words()),
                &drafts.post,
            )
        })
        .collect()
}

/// What the platform can be asked for: what the policy suggests first, then what it supports.
fn offers(case: &CaseView, drafts: &Drafts) -> Vec<Offer> {
    if case.member.is_none() {
        return Vec::new();
    }
    let suggested: Vec<ActionPart> = case
        .posts
        .iter()
        .rev()
        .filter_map(|post| post.assessment.as_ref())
        .flat_map(|assessment| assessment.suggested.clone())
        .filter(|part| case.supported.contains(&part.kind()))
        .collect();
    let crisis = case.kind == CaseKind::Crisis;
    let mut offers: Vec<Offer> = Vec::new();
    let by_hand = case
        .supported
        .iter()
        .filter(|kind| **kind != ActionKind::Restore || can_be_restored(case))
        .filter_map(|kind| by_hand(*kind));
    for part in suggested.iter().cloned().chain(by_hand) {
        let value = code(&part);
        let same = |offer: &Offer| {
            offer.value == value
                || (offer.suggested && part.kind() == ActionKind::Outreach && offer.speaks)
        };
        if offers.iter().any(same) || (part.kind().is_restrictive() && case.posts.is_empty()) {
            continue;
        }
        offers.push(Offer {
            label: label(&part),
            restrictive: part.kind().is_restrictive(),
            speaks: part.kind() == ActionKind::Outreach,
            needs_message: part.kind() == ActionKind::Outreach
                || (crisis && part.kind().is_restrictive()),
            suggested: suggested.contains(&part),
            chosen: drafts.actions.contains(&value),
            value,
        });
    }
    // Help first, then what only marks, then what takes something away.
    offers.sort_by_key(|offer| (offer.restrictive, !offer.suggested, !offer.speaks));
    offers
}

/// Whether something was taken from the member that can be given back.
fn can_be_restored(case: &CaseView) -> bool {
    let taken = |action: &crate::view::ActionView| {
        action.parts.iter().any(|part| part.kind().is_restrictive())
            && matches!(
                action.status,
                ActionStatus::Dispatched | ActionStatus::Confirmed | ActionStatus::Unanswered
            )
    };
    case.kind == CaseKind::Appeal || case.actions.iter().any(taken)
}

/// The part that a person can ask for without a policy naming its details.
const fn by_hand(kind: ActionKind) -> Option<ActionPart> {
    Some(match kind {
        ActionKind::Outreach => ActionPart::Outreach { template: None },
        ActionKind::Hide => ActionPart::Hide,
        ActionKind::Collapse => ActionPart::Collapse,
        ActionKind::LockReply => ActionPart::LockReply,
        ActionKind::LimitAuthor => ActionPart::LimitAuthor { secs: 86_400 },
        ActionKind::SuspendAuthor => ActionPart::SuspendAuthor {
            secs: Some(604_800),
        },
        ActionKind::Remove => ActionPart::Remove,
        ActionKind::Restore => ActionPart::Restore,
        ActionKind::HidePart | ActionKind::Label | ActionKind::Nudge => return None,
    })
}

fn label(part: &ActionPart) -> String {
    let words = words::action(part.kind());
    match part {
        ActionPart::Label { label } => format!("{words}: {}", words::label(label)),
        ActionPart::Nudge { template } => format!("{words}: {}", words::label(template)),
        ActionPart::LimitAuthor { secs } | ActionPart::SuspendAuthor { secs: Some(secs) } => {
            format!(
                "{words} for {}",
                words::span(std::time::Duration::from_secs(*secs))
            )
        }
        ActionPart::SuspendAuthor { secs: None } => format!("{words} until lifted"),
        _ => words.to_owned(),
    }
}

fn closing(case: &CaseView) -> Closing {
    if !case.is_open() {
        let levels = if case.kind == CaseKind::Crisis {
            CrisisLevel::ALL
                .into_iter()
                .rev()
                .map(|level| {
                    Choice::new(
                        code(&level),
                        LevelView::from(level).word(),
                        &code(&case.level),
                    )
                })
                .collect()
        } else {
            Vec::new()
        };
        return Closing::Reopen { levels };
    }
    let chosen = case.closure.as_ref().map(|closure| code(&closure.code));
    let codes: Vec<Choice> = words::CLOSE_CODES
        .into_iter()
        .map(|ending| {
            Choice::new(
                code(&ending),
                words::close_code(ending),
                chosen.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    match &case.closure {
        Some(closure) => {
            let (by, how) = (
                name(&closure.by),
                words::close_code(closure.code).to_owned(),
            );
            if case.allows(Command::ConfirmClosure) {
                Closing::Confirm {
                    by,
                    code: how,
                    reason: proposed_reason(case),
                    codes,
                }
            } else {
                Closing::Waiting { by, code: how }
            }
        }
        None if case.takes_two_to_close => Closing::Propose { codes },
        None => Closing::Direct { codes },
    }
}

/// Why the closing was proposed.
fn proposed_reason(case: &CaseView) -> Option<String> {
    case.timeline
        .iter()
        .rev()
        .find(|entry| entry.what == "ClosureProposed")
        .and_then(|entry| entry.texts.first())
        .and_then(|text| match &text.text {
            ProseView::Masked => None,
            other => shown(other),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(case: &CaseView) -> Forms {
        forms(case, &Around::default(), &Drafts::default()).expect("the sample may act")
    }

    #[test]
    fn only_what_the_platform_supports_is_offered() {
        let mut case = CaseView::sample();
        case.supported = vec![ActionKind::Outreach];
        let offers = made(&case).offers;
        assert!(offers.iter().all(|offer| offer.speaks), "{offers:?}");
        assert_eq!(offers.len(), 1);
    }

    #[test]
    fn help_is_offered_before_what_takes_something_away() {
        let offers = made(&CaseView::sample()).offers;
        let first_restriction = offers.iter().position(|offer| offer.restrictive).unwrap();
        assert!(
            offers[first_restriction..]
                .iter()
                .all(|offer| offer.restrictive)
        );
    }

    #[test]
    fn giving_back_is_offered_only_where_something_was_taken() {
        let mut case = CaseView::sample();
        let restore = |case: &CaseView| {
            made(case)
                .offers
                .iter()
                .any(|o| o.value.contains("restore"))
        };
        assert!(!restore(&case));
        case.actions[0].parts = vec![ActionPart::Hide];
        assert!(restore(&case));
    }

    #[test]
    fn a_level_is_offered_only_on_the_side_where_it_leads() {
        let forms = made(&CaseView::sample());
        let raise: Vec<&str> = forms.raise.iter().map(|c| c.label.as_str()).collect();
        let lower: Vec<&str> = forms.lower.iter().map(|c| c.label.as_str()).collect();
        assert_eq!(raise, ["Act now"]);
        assert_eq!(lower, ["No urgency", "Soon"]);
    }

    #[test]
    fn somebody_who_may_do_nothing_gets_no_forms() {
        let mut case = CaseView::sample();
        case.allowed = vec![Command::Reveal];
        assert!(forms(&case, &Around::default(), &Drafts::default()).is_none());
    }
}
