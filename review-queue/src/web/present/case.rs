//! The case page.

use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{ActionId, CaseKind, Timestamp};

use super::forms::{self, Around};
use super::{capital, name, queue, shown, texts, timeline};
use crate::view::{ActionView, CaseView, DecisionView, RevealedCase};
use crate::web::pages::case::forms::Drafts;
use crate::web::pages::case::{
    ActionLine, CasePage, DecisionLine, EarlierCase, Explanation, Head, NoteLine, ReportLine,
    RuleLine, Undo,
};
use crate::web::shell::Shell;
use crate::web::words::{self, Moment};

/// The page of a case, its texts shown where they were revealed.
pub fn page(
    shell: Shell,
    case: &CaseView,
    revealed: Option<&RevealedCase>,
    around: &Around,
    drafts: Drafts,
) -> CasePage {
    let now = shell.now.0;
    let member = member(case);
    let mut posts: Vec<_> = case.posts.iter().enumerate().collect();
    // What brought the case here stands first: the most urgent post, then the newest.
    posts.sort_by_key(|(_, post)| {
        let level = post.assessment.as_ref().map(|assessment| assessment.level);
        std::cmp::Reverse((level, post.posted_at))
    });
    CasePage {
        head: head(case, now),
        stale: None,
        wrong: None,
        posts: posts
            .into_iter()
            .flat_map(|(at, post)| {
                let others = revealed
                    .into_iter()
                    .flat_map(|case| &case.posts)
                    .filter(|text| text.post.post == post.post.post && text.post != post.post);
                let others = (1..).zip(others).map(move |(number, other)| {
                    texts::other_version(format!("e{at}-{number}"), post.post, other)
                });
                std::iter::once(texts::of_case(at, post, member.as_deref(), revealed)).chain(others)
            })
            .collect(),
        thread: if revealed.is_some() {
            thread(case, revealed)
        } else {
            Vec::new()
        },
        revealed: revealed.is_some(),
        asks_why: case.reveal_needs_reason,
        may_reveal: case.allows(crate::view::Command::Reveal),
        explanation: explanation(case),
        reports: reports(case, revealed),
        notes: notes(case),
        decisions: decisions(case),
        automatic: automatic(case),
        earlier: earlier(case),
        timeline: timeline::timeline(&case.timeline, revealed),
        claiming: forms::claiming(case),
        forms: forms::forms(case, around, &drafts),
        drafts,
        undo: undo(case, now),
        shell,
    }
}

fn member(case: &CaseView) -> Option<String> {
    let member = case.member.as_ref()?;
    if member.erased {
        return Some("(erased)".to_owned());
    }
    member.name.as_ref().map(|name| name.reveal().clone())
}

/// The first lines of a case.
pub fn head(case: &CaseView, now: Timestamp) -> Head {
    let level = queue::level(case.kind, case.level);
    let posted_at = case.posts.iter().map(|post| post.posted_at).max();
    let mut remarks: Vec<String> = Vec::new();
    match case.freshness {
        holdfast_domain::intake::Freshness::Live => {}
        holdfast_domain::intake::Freshness::Late => remarks.push("arrived late".to_owned()),
        holdfast_domain::intake::Freshness::Backfill => remarks.push("look-back".to_owned()),
    }
    if let Some(contact) = &case.contact {
        remarks.push(format!(
            "contact: {}",
            words::contact(contact.outcome).to_lowercase()
        ));
    }
    if case.closure.is_some() {
        remarks.push("closing waits for a second person".to_owned());
    }
    Head {
        case: case.case.to_string(),
        version: case.seen,
        kind: words::kind(case.kind).to_owned(),
        number: case.number.clone(),
        line: queue::line(level, &known(case), posted_at, now),
        level,
        unscored: case.unscored,
        closed: case
            .closed
            .map(|code| words::close_code(code).to_lowercase()),
        due: queue::due(case.look_due_at, case.looked_at, now).filter(|_| case.is_open()),
        community: case.community.to_string(),
        member: member(case),
        posted_at: posted_at.map(Moment),
        remarks,
    }
}

/// What is known without reading the text.
fn known(case: &CaseView) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for assessment in case
        .posts
        .iter()
        .rev()
        .filter_map(|p| p.assessment.as_ref())
    {
        let labels = assessment.labels.iter().chain(&assessment.attributions);
        for label in labels.map(|label| words::label(label)) {
            if !known.contains(&label) {
                known.push(label);
            }
        }
        if assessment.method_details > 0 && !known.iter().any(|label| label == "method detail") {
            known.push("method detail".to_owned());
        }
    }
    if known.is_empty() {
        let rules = &explanation(case).rules;
        known.extend(
            rules
                .first()
                .map(|rule| rule.because.trim_end_matches('.').to_owned()),
        );
    }
    if case.kind != CaseKind::Incident && case.posts.len() > 1 {
        known.push(words::count(case.posts.len(), "post", "posts"));
    }
    if !case.reports.is_empty() {
        known.push(words::count(case.reports.len(), "report", "reports"));
    }
    if let Some(incident) = &case.incident {
        known.push(format!(
            "{} of {} records unread",
            incident.left, incident.total
        ));
    }
    known
}

fn thread(
    case: &CaseView,
    revealed: Option<&RevealedCase>,
) -> Vec<crate::web::pages::case::PostView> {
    case.thread
        .posts
        .iter()
        .enumerate()
        .map(|(at, post)| texts::of_thread(at, post, revealed))
        .collect()
}

fn explanation(case: &CaseView) -> Explanation {
    let mut explained = Explanation::default();
    for assessment in case
        .posts
        .iter()
        .rev()
        .filter_map(|p| p.assessment.as_ref())
    {
        for rule in &assessment.rules {
            let line = RuleLine {
                rule: format!("{} v{}", rule.rule, rule.version),
                because: capital(&rule.because),
                level: rule.level.map(Into::into),
            };
            let list = match rule.mode {
                RuleMode::Live => &mut explained.rules,
                RuleMode::Shadow => &mut explained.shadow,
            };
            if !list.iter().any(|known| known.rule == line.rule) {
                list.push(line);
            }
        }
        for silence in &assessment.silences {
            let line = capital(&format!(
                "{} for {}: no complete judgement stands behind the level.",
                queue::silence(silence),
                silence.signal
            ));
            if !explained.silences.contains(&line) {
                explained.silences.push(line);
            }
        }
    }
    explained.versions = versions(case);
    explained
}

/// What judged the posts, by name; where later posts were judged by another version, one after the other.
fn versions(case: &CaseView) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for assessment in case
        .posts
        .iter()
        .filter_map(|post| post.assessment.as_ref())
    {
        let rules = std::iter::once(("rules", &assessment.ruleset));
        let classifiers = assessment.versions.iter();
        let classifiers = classifiers.map(|(name, version)| (name.as_str(), version));
        for (name, version) in rules.chain(classifiers) {
            if version.is_empty() {
                continue;
            }
            let version = short(version);
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, versions)) if versions.contains(&version) => {}
                Some((_, versions)) => versions.push(version),
                None => found.push((name.to_owned(), vec![version])),
            }
        }
    }
    let joined = found.into_iter();
    joined
        .map(|(name, versions)| (name, versions.join(", then ")))
        .collect()
}

/// A digest as people compare it; a version with a name is told in full.
fn short(version: &str) -> String {
    if version.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        version.chars().take(12).collect()
    } else {
        version.to_owned()
    }
}

fn reports(case: &CaseView, revealed: Option<&RevealedCase>) -> Vec<ReportLine> {
    case.reports
        .iter()
        .map(|report| {
            let word = |field: &str| {
                revealed
                    .and_then(|case| case.words_of(report.event, field))
                    .and_then(|words| words.text.as_ref())
                    .map(|text| text.reveal().clone())
            };
            let said = word("words").or_else(|| report.words.as_ref().and_then(shown));
            let quoted = word("quoted").map(|quoted| format!("Copied by the platform: {quoted}"));
            let words: Vec<String> = said.into_iter().chain(quoted).collect();
            let about = if report.post_received {
                ""
            } else {
                ", about a post that never reached us"
            };
            ReportLine {
                at: Moment(report.at),
                reason: format!(
                    "reporter {}: {}{about}",
                    report.reporter,
                    words::report_reason(report.reason)
                ),
                covered: words.is_empty() && (report.words.is_some() || report.quoted.is_some()),
                words: (!words.is_empty()).then(|| words.join("\n")),
            }
        })
        .collect()
}

fn notes(case: &CaseView) -> Vec<NoteLine> {
    case.timeline
        .iter()
        .rev()
        .filter(|entry| entry.what == "NoteAdded" || entry.what == "CaseReleased")
        .filter_map(|entry| {
            let text = entry.texts.first()?;
            Some(NoteLine {
                at: Moment(entry.occurred_at),
                who: name(&entry.by),
                text: super::prose(&text.text),
            })
        })
        .collect()
}

fn decisions(case: &CaseView) -> Vec<DecisionLine> {
    case.decisions
        .iter()
        .rev()
        .map(|decision| DecisionLine {
            at: Moment(decision.at),
            who: name(&decision.by),
            outcome: words::outcome(decision.outcome).to_owned(),
            policy: decision.policy.clone(),
            reason: shown(&decision.reason),
            undone: decision.undone,
            actions: decision
                .actions
                .iter()
                .filter_map(|id| action(case, *id))
                .map(line)
                .collect(),
        })
        .collect()
}

fn action(case: &CaseView, id: ActionId) -> Option<&ActionView> {
    case.actions.iter().find(|action| action.action == id)
}

fn line(action: &ActionView) -> ActionLine {
    let what: Vec<&str> = action
        .parts
        .iter()
        .map(|part| words::action(part.kind()))
        .collect();
    let outreach = action.outreach.map(|step| match step {
        holdfast_domain::intake::OutreachStep::Delivered => ", delivered",
        holdfast_domain::intake::OutreachStep::Read => ", read by the member",
        holdfast_domain::intake::OutreachStep::Replied => ", answered by the member",
    });
    ActionLine {
        what: what.join(" + "),
        status: format!(
            "{}{}",
            words::action_status(action.status),
            outreach.unwrap_or_default()
        ),
        at: Moment(action.at),
        needs_care: words::action_needs_care(action.status),
        message: action.message.as_ref().and_then(shown),
    }
}

/// Actions that stand behind no decision.
fn automatic(case: &CaseView) -> Vec<ActionLine> {
    let decided: Vec<ActionId> = case
        .decisions
        .iter()
        .flat_map(|decision: &DecisionView| decision.actions.iter().copied())
        .collect();
    case.actions
        .iter()
        .filter(|action| !decided.contains(&action.action))
        .map(line)
        .collect()
}

fn earlier(case: &CaseView) -> Vec<EarlierCase> {
    case.other_cases
        .iter()
        .map(|item| EarlierCase {
            case: item.case.to_string(),
            title: format!(
                "{} {}, opened {}",
                words::kind(item.kind),
                item.number,
                Moment(item.opened_at).words()
            ),
            status: queue::status(item),
        })
        .collect()
}

fn undo(case: &CaseView, now: Timestamp) -> Option<Undo> {
    let undo = case.undo.as_ref().filter(|undo| undo.until > now)?;
    let decision = case
        .decisions
        .iter()
        .find(|decision| decision.decision == undo.decision)?;
    let asked: Vec<String> = decision
        .actions
        .iter()
        .filter_map(|id| action(case, *id))
        .map(|action| timeline::parts(&action.parts))
        .collect();
    let what = std::iter::once(words::outcome(decision.outcome).to_lowercase())
        .chain(asked)
        .collect::<Vec<_>>()
        .join(", ");
    Some(Undo {
        decision: undo.decision.to_string(),
        what,
        until: Moment(undo.until),
        secs_left: undo.until.since(now).as_secs(),
    })
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    fn rendered(revealed: bool) -> String {
        let revealed = revealed.then(RevealedCase::sample);
        page(
            Shell::sample("a case"),
            &CaseView::sample(),
            revealed.as_ref(),
            &Around::default(),
            Drafts::default(),
        )
        .render()
        .expect("the page renders")
    }

    #[test]
    fn a_case_tells_every_version_that_judged_its_posts_in_full() {
        let mut case = CaseView::sample();
        let mut later = case.posts[0].clone();
        for (post, version) in [
            (&mut case.posts[0], "a-0123abcd"),
            (&mut later, "b-4567cdef"),
        ] {
            let assessment = post.assessment.as_mut().expect("the sample is judged");
            let version = format!("2026-11-24.1{version}");
            assessment.versions.insert("encoder".to_owned(), version);
            assessment.ruleset = "0123456789abcdef".repeat(4);
        }
        case.posts.truncate(1);
        case.posts.push(later);
        let told = versions(&case);
        let of = |name: &str| {
            told.iter()
                .find(|(known, _)| known == name)
                .map(|(_, v)| v.as_str())
        };
        let both = "2026-11-24.1a-0123abcd, then 2026-11-24.1b-4567cdef";
        assert_eq!(of("encoder"), Some(both));
        assert_eq!(of("rules"), Some("0123456789ab"));
    }

    #[test]
    fn a_case_nobody_revealed_shows_no_word_of_a_member() {
        let html = rendered(false);
        assert!(!html.contains("everyone, I have the"));
        assert!(!html.contains("she said goodbye"));
        assert!(html.contains("Text covered"));
    }

    #[test]
    fn a_revealed_case_shows_texts_and_reports_and_still_covers_method_detail() {
        let html = rendered(true);
        assert!(html.contains("everyone, I have the"));
        assert!(html.contains("she said goodbye"));
        assert!(!html.contains("pills"));
    }

    #[test]
    fn the_most_urgent_post_stands_before_newer_ones() {
        let mut case = CaseView::sample();
        let mut newer = case.posts[0].clone();
        newer.posted_at = newer.posted_at + std::time::Duration::from_mins(5);
        newer.assessment = None;
        case.posts.push(newer);
        let page = page(
            Shell::sample("a case"),
            &case,
            None,
            &Around::default(),
            Drafts::default(),
        );
        assert!(page.posts[0].level.is_some());
        assert!(page.posts[1].level.is_none());
    }

    #[test]
    fn a_sent_action_reads_as_sent_and_not_confirmed() {
        assert!(rendered(false).contains("sent, not confirmed"));
    }
}
