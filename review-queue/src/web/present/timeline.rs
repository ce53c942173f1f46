//! What happened, in sentences.

use holdfast_domain::event::{
    ActionRequested, AlertBecause, BreachCause, OpenedBecause, RevealScope,
};
use holdfast_domain::intake::OutreachStep;
use holdfast_domain::{ActionPart, ModerationEvent, UserId};

use super::{shown, who};
use crate::view::{RevealedCase, TimelineEntry, Who};
use crate::web::pages::case::Entry;
use crate::web::words::{self, LevelView, Moment};

/// The whole timeline, the newest first. What members wrote stands in it once it was revealed.
pub fn timeline(entries: &[TimelineEntry], revealed: Option<&RevealedCase>) -> Vec<Entry> {
    let names = Names::of(entries);
    entries
        .iter()
        .rev()
        .map(|entry| sentence(entry, &names, revealed))
        .collect()
}

/// The names of colleagues that the timeline knows.
pub struct Names<'a>(Vec<(UserId, &'a str)>);

impl<'a> Names<'a> {
    /// Everybody who did something.
    pub fn of(entries: &'a [TimelineEntry]) -> Self {
        Self(
            entries
                .iter()
                .filter_map(|entry| match &entry.by {
                    Who::User { id, name, .. } => Some((*id, name.as_str())),
                    _ => None,
                })
                .collect(),
        )
    }

    fn get(&self, user: UserId) -> &str {
        self.0
            .iter()
            .find(|(id, _)| *id == user)
            .map_or("a colleague", |(_, name)| name)
    }
}

/// One entry as a sentence.
pub fn sentence(
    entry: &TimelineEntry,
    names: &Names<'_>,
    revealed: Option<&RevealedCase>,
) -> Entry {
    let said = entry.texts.iter().find_map(|text| {
        let revealed = revealed
            .and_then(|case| case.words_of(entry.id, &text.field))
            .and_then(|words| words.text.as_ref())
            .map(|text| text.reveal().clone());
        revealed.or_else(|| shown(&text.text))
    });
    Entry {
        at: Moment(entry.occurred_at),
        who: who(&entry.by),
        what: format!("{}.", what(&entry.event, names)),
        said,
    }
}

fn level(level: holdfast_domain::CrisisLevel) -> &'static str {
    LevelView::from(level).word()
}

/// What happened, without who and without the full stop.
fn what(event: &ModerationEvent, names: &Names<'_>) -> String {
    use ModerationEvent as E;
    match event {
        E::CaseOpened(opened) => format!(
            "opened the case at “{}”: {}",
            level(opened.level),
            because(&opened.because)
        ),
        E::PostAttached(_) => "added a post to the case".to_owned(),
        E::AssessmentRecorded(recorded) => format!(
            "judged a post again: it asks for “{}”",
            level(recorded.assessment.crisis.reading_level())
        ),
        E::PostDeletedByAuthor(deleted) => format!(
            "noted that a post is gone: {}; the case stays",
            words::deleted_by(deleted.by).to_lowercase()
        ),
        E::ReportReceived(report) => {
            format!("reported: {}", words::report_reason(report.reason))
        }
        E::AppealReceived(_) => "objected to a decision".to_owned(),
        E::IncidentMemberAdded(member) => {
            format!("listed record {}, which could not be judged", member.member)
        }
        E::IncidentMemberJudged(member) => format!("settled record {}", member.member),
        E::LevelRaised(raised) => format!(
            "raised the level from “{}” to “{}”",
            level(raised.from),
            level(raised.to)
        ),
        E::LevelLowered(lowered) => format!(
            "lowered the level from “{}” to “{}”: {}",
            level(lowered.from),
            level(lowered.to),
            words::lower_code(lowered.code).to_lowercase()
        ),
        E::AlertRaised(alert) => format!(
            "asked people to look at “{}”, {}",
            level(alert.level),
            alerted(alert.because)
        ),
        E::CaseClaimed(claimed) => match claimed.taken_from {
            Some(from) => format!("took the case over from {}", names.get(from)),
            None => "claimed the case".to_owned(),
        },
        E::LeaseRenewed(_) => "kept the case longer".to_owned(),
        E::CaseReleased(_) => "handed the case back".to_owned(),
        E::LeaseExpired(expired) => {
            format!(
                "ended the claim of {}: its time ran out",
                names.get(expired.held_by)
            )
        }
        E::TextRevealed(revealed) => match revealed.scope {
            RevealScope::Case => format!(
                "read the texts of the case and its thread ({})",
                words::count(revealed.posts.len(), "post", "posts")
            ),
            RevealScope::MethodDetail { .. } => "opened one covered detail of a method".to_owned(),
            RevealScope::IncidentMember { member } => format!("read record {member}"),
        },
        E::NoteAdded(_) => "wrote a note".to_owned(),
        E::ContactRecorded(contact) => format!(
            "recorded contact: {}",
            words::contact(contact.outcome).to_lowercase()
        ),
        E::DecisionRecorded(decided) => format!(
            "decided: {} (policy {})",
            words::outcome(decided.outcome).to_lowercase(),
            decided.policy
        ),
        E::DecisionUndone(_) => "took the decision back before anything was sent".to_owned(),
        E::ActionRequested(requested) => asked_for(requested),
        other => what_became(other),
    }
}

/// What became of actions and of the case.
fn what_became(event: &ModerationEvent) -> String {
    use ModerationEvent as E;
    match event {
        E::ActionUndone(_) => "cancelled an action before it was sent".to_owned(),
        E::ActionDispatched(_) => "sent an action to the platform; not confirmed yet".to_owned(),
        E::ActionConfirmed(_) => "confirmed that an action was carried out".to_owned(),
        E::ActionFailed(failed) => format!(
            "did not carry out an action: {}",
            words::action_status(holdfast_domain::case::ActionStatus::Failed {
                outcome: failed.outcome
            })
        ),
        E::ActionParked(parked) => format!(
            "stopped trying an action, {}",
            words::action_status(holdfast_domain::case::ActionStatus::Parked { why: parked.why })
        ),
        E::MessageResent(_) => "had a message sent again that was given up".to_owned(),
        E::ActionSuperseded(_) => "dropped an action that a newer one replaces".to_owned(),
        E::ActionUnanswered(_) => "got no answer about an action in time".to_owned(),
        E::OutreachMoved(moved) => match moved.step {
            OutreachStep::Delivered => "delivered the message".to_owned(),
            OutreachStep::Read => "showed the message to the member, who read it".to_owned(),
            OutreachStep::Replied => "brought the member's answer".to_owned(),
        },
        E::ClosureProposed(proposed) => format!(
            "proposed to close: {}",
            words::close_code(proposed.code).to_lowercase()
        ),
        E::CaseClosed(closed) => format!(
            "closed the case: {}{}",
            words::close_code(closed.code).to_lowercase(),
            if closed.proposed_by.is_some() {
                ", as the second person"
            } else {
                ""
            }
        ),
        E::CaseReopened(reopened) => {
            format!("opened the case again at “{}”", level(reopened.level))
        }
        E::SlaBreached(breached) => format!(
            "recorded that nobody looked in time, at “{}”{}",
            level(breached.level),
            cause(breached.cause)
        ),
        E::RecordDeadLettered(_) => "received a record that could not be read".to_owned(),
        E::DeadLetterReplayed(_) => "put an unreadable record through again".to_owned(),
        E::ProfileHintReceived(_) => "shared something for the member's sake".to_owned(),
        E::ActionsStopped(_) => "stopped all actions".to_owned(),
        E::ActionsResumed(_) => "let actions go on".to_owned(),
        E::BudgetExhausted(_) => "used up the budget of automatic actions".to_owned(),
        E::ModelPromoted(event) => {
            format!("promoted the {} {}", event.classifier, event.to.version)
        }
        E::ModelDemoted(event) => {
            format!("demoted the {} {}", event.classifier, event.from.version)
        }
        other => format!("recorded {}", other.event_type()),
    }
}

fn asked_for(requested: &ActionRequested) -> String {
    format!("asked the platform to {}", parts(&requested.action.parts))
}

/// The parts of an action inside a sentence.
pub fn parts(parts: &[ActionPart]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| words::action_done(part.kind()))
        .collect();
    parts.join(" and ")
}

const fn because(because: &OpenedBecause) -> &'static str {
    match because {
        OpenedBecause::Assessment => "the machine reading of a post asks for it",
        OpenedBecause::Report => "a member reported",
        OpenedBecause::Appeal => "a member objects to a decision",
        OpenedBecause::Hand => "by hand",
        OpenedBecause::Unjudged { .. } => "posts could not be judged",
    }
}

const fn alerted(because: AlertBecause) -> &'static str {
    match because {
        AlertBecause::Opened => "since the case was opened",
        AlertBecause::LevelRose => "since the level rose",
        AlertBecause::NewPost => "since a new post came in and nobody had looked for a while",
        AlertBecause::Reopened => "since the case was opened again",
        AlertBecause::SlaBreached => "since nobody looked in time",
        AlertBecause::Incident => "since posts cannot be judged",
        AlertBecause::ActionStuck => "since an action did not reach its goal",
    }
}

const fn cause(cause: BreachCause) -> &'static str {
    match cause {
        BreachCause::NoStaff => ": nobody took the case",
        BreachCause::LeaseExpired => ": a claim ran out unread",
        BreachCause::PipelineLag => ": it reached the queue too late",
        BreachCause::Other => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_as_a_sentence_with_who_said_what() {
        let entries = [TimelineEntry::sample()];
        let told = timeline(&entries, None);
        assert_eq!(told[0].who, "Ana Ruiz, moderator,");
        assert_eq!(told[0].what, "wrote a note.");
        assert_eq!(
            told[0].said.as_deref(),
            Some("She answered the first message.")
        );
    }
}
