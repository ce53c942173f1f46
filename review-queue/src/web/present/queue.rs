//! The rows of the queue.

use holdfast_domain::event::{IncidentCause, OpenedBecause};
use holdfast_domain::intake::Freshness;
use holdfast_domain::{CaseKind, CrisisLevel, Timestamp};

use super::capital;
use crate::view::{DecidingRule, Holder, QueueItem, Silence};
use crate::web::pages::queue::{Due, Owner, QueueRow};
use crate::web::words::{self, LevelView, Moment};

/// A case as a row.
pub fn row(item: &QueueItem, now: Timestamp) -> QueueRow {
    QueueRow {
        case: item.case.to_string(),
        mark: format!(
            "{}-{}",
            item.version,
            item.holder
                .as_ref()
                .map_or(String::new(), |h| h.user.to_string())
        ),
        level: level(item.kind, item.level),
        unscored: item.unscored,
        kind: words::kind(item.kind).to_owned(),
        title: item.number.clone(),
        reasons: reasons(item),
        community: item.community.to_string(),
        language: item
            .language
            .as_deref()
            .map(|language| words::language(language).to_owned()),
        posts: posts(item),
        opened_at: Moment(item.opened_at),
        due: due(item.look_due_at, item.looked_at, now),
        owner: item.holder.as_ref().map(owner),
        new_post: item.new_post,
        remark: remark(item),
        may_claim: item.may_claim,
    }
}

/// How the case stands, for search.
pub fn status(item: &QueueItem) -> String {
    match item.closed {
        Some(code) => format!("closed: {}", words::close_code(code).to_lowercase()),
        None => "open".to_owned(),
    }
}

/// The level to show: an incident says how soon by itself, a matter has none.
pub fn level(_kind: CaseKind, level: CrisisLevel) -> LevelView {
    level.into()
}

/// The promise that still runs.
pub fn due(due_at: Option<Timestamp>, looked_at: Option<Timestamp>, now: Timestamp) -> Option<Due> {
    match (due_at, looked_at) {
        (Some(due_at), None) => Some(Due::new(due_at, now)),
        _ => None,
    }
}

fn owner(holder: &Holder) -> Owner {
    Owner {
        name: holder.name.clone(),
        me: holder.me,
    }
}

fn posts(item: &QueueItem) -> usize {
    item.posts
}

/// Why it is here, a few words each.
pub fn reasons(item: &QueueItem) -> Vec<String> {
    let mut reasons: Vec<String> = item
        .labels
        .iter()
        .map(|label| words::label(label))
        .collect();
    if item.reports > 0 {
        reasons.push(words::count(item.reports, "report", "reports"));
    }
    match &item.because {
        OpenedBecause::Hand => reasons.push("opened by hand".to_owned()),
        OpenedBecause::Appeal => reasons.push("a member objects".to_owned()),
        OpenedBecause::Unjudged { cause } => reasons.push(cause_in_short(cause)),
        OpenedBecause::Assessment | OpenedBecause::Report => {}
    }
    if item.kind == CaseKind::Incident && item.members_left > 0 {
        reasons.push(format!("{} unread", item.members_left));
    }
    // Every card says why it is there: where nothing else does, the rule that weighs most.
    if reasons.is_empty() {
        reasons.extend(item.rule.as_ref().map(rule_in_short));
    }
    reasons.extend(item.silences.iter().take(1).map(silence));
    if reasons.is_empty() {
        reasons.push(without_a_rule(item).to_owned());
    }
    reasons
}

/// The rule's own words, or its name where its owner wrote none.
fn rule_in_short(rule: &DecidingRule) -> String {
    match rule.because.trim().trim_end_matches('.') {
        "" => words::label(rule.rule.rsplit('.').next().unwrap_or(&rule.rule)),
        because => because.to_owned(),
    }
}

/// Why a case is here to which no label, rule or report points.
const fn without_a_rule(item: &QueueItem) -> &'static str {
    match item.kind {
        CaseKind::Crisis => "sounds like a crisis",
        CaseKind::Harassment => "sounds like harassment",
        CaseKind::Stigma => "sounds like stigma",
        CaseKind::Appeal => "a member objects",
        CaseKind::Incident => "records wait",
    }
}

/// A classifier that gave no answer, in a few words.
pub fn silence(silence: &Silence) -> String {
    format!("{} {}", silence.classifier, words::unavailable(silence.why))
}

fn cause_in_short(cause: &IncidentCause) -> String {
    match cause {
        IncidentCause::Classifier { name, why } => {
            format!("{name} {}", words::unavailable(*why))
        }
        IncidentCause::Undecodable { .. } => "records could not be read".to_owned(),
    }
}

fn remark(item: &QueueItem) -> Option<String> {
    if item.closure_proposed {
        return Some("closing waits for a second person".to_owned());
    }
    match item.freshness {
        Freshness::Live => None,
        Freshness::Late => Some("arrived late".to_owned()),
        Freshness::Backfill => Some("look-back".to_owned()),
    }
}

/// One sentence that tells what is known without reading the text.
pub fn line(
    item_level: LevelView,
    reasons: &[String],
    posted: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let mut line = if reasons.is_empty() {
        item_level.meaning().to_owned()
    } else {
        reasons.join(", ")
    };
    if let Some(posted) = posted {
        line.push_str(", newest post ");
        line.push_str(&words::ago(posted, now));
    }
    line.push('.');
    capital(&line)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_row_says_why_the_case_is_here_and_who_has_it() {
        let item = QueueItem {
            holder: Some(Holder::sample()),
            ..QueueItem::sample()
        };
        let row = row(&item, item.opened_at + Duration::from_mins(1));
        assert_eq!(
            row.reasons,
            ["goodbye", "1 report", "lexicon did not answer in time"]
        );
        assert!(row.owner.is_some_and(|owner| owner.me));
        assert!(row.unscored);
    }

    #[test]
    fn a_row_without_labels_tells_the_rule_and_without_a_rule_what_it_sounds_like() {
        let rule = |because: &str| QueueItem {
            labels: vec![],
            reports: 0,
            silences: vec![],
            rule: Some(DecidingRule {
                rule: "crisis.says_goodbye".to_owned(),
                because: because.to_owned(),
            }),
            ..QueueItem::sample()
        };
        assert_eq!(reasons(&rule("farewell wording.")), ["farewell wording"]);
        assert_eq!(reasons(&rule(" ")), ["says goodbye"]);
        let none = QueueItem {
            rule: None,
            ..rule("")
        };
        assert_eq!(reasons(&none), ["sounds like a crisis"]);
    }

    #[test]
    fn a_promise_that_was_kept_has_no_clock() {
        let now = Timestamp::from_secs(1_700_000_000);
        assert!(due(Some(now), Some(now), now).is_none());
        assert!(due(Some(now), None, now + Duration::from_secs(1)).is_some_and(|due| due.late));
    }
}
