//! Answers: where to go next, and what to say when something did not work.

use axum::response::{IntoResponse, Redirect, Response};
use holdfast_domain::{IdSource, Refusal};
use http::StatusCode;

use super::pages;
use super::pages::problem::ProblemPage;
use super::present::capital;
use super::shell::{Notice, Shell, Tone};
use crate::error::ReviewError;

/// What came of a form, as the next page says it. Only these words ever come from an address.
const DONE: [(&str, &str); 15] = [
    ("claimed", "The case is yours."),
    ("renewed", "You keep the case."),
    ("released", "You handed the case back."),
    ("taken-over", "You took the case over."),
    ("noted", "Your note is saved."),
    (
        "raised",
        "The level is raised, and people were asked to look.",
    ),
    ("lowered", "The level is lowered."),
    ("contact", "The contact is recorded."),
    ("decided", "Your decision is recorded."),
    ("undone", "The decision is taken back. Nothing was sent."),
    (
        "proposed",
        "Closing is proposed. A second person has to confirm it.",
    ),
    ("closed", "The case is closed."),
    ("reopened", "The case is open again."),
    ("opened", "The case is open."),
    (
        "joined",
        "The member has an open case; what you wrote was added there.",
    ),
];

/// The sentence for what was done.
pub fn notice(done: Option<&str>) -> Option<Notice> {
    let done = done?;
    DONE.iter()
        .find(|(code, _)| *code == done)
        .map(|(_, text)| Notice {
            tone: Tone::Good,
            text: (*text).to_owned(),
        })
}

/// Sends the browser on, by GET.
pub fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// Why something did not work, for a person.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The answer's status.
    pub status: StatusCode,
    /// One sentence.
    pub sentence: String,
    /// What to do.
    pub advice: String,
    /// The number under which the log knows more.
    pub reference: Option<String>,
}

/// Puts an error into words. Failures of ours get a number and go to the log under it.
pub fn problem(error: &ReviewError, ids: &dyn IdSource) -> Problem {
    use ReviewError as E;
    let status = match error {
        E::NotSignedIn => StatusCode::UNAUTHORIZED,
        E::BadCsrf | E::Forbidden { .. } => StatusCode::FORBIDDEN,
        E::NotFound { .. } => StatusCode::NOT_FOUND,
        E::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        E::Store(_) | E::Append(_) | E::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        E::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    };
    let reference = status.is_server_error().then(|| reference(error, ids));
    Problem {
        status,
        sentence: sentence(error),
        advice: advice(error).to_owned(),
        reference,
    }
}

fn sentence(error: &ReviewError) -> String {
    use ReviewError as E;
    match error {
        E::Invalid(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|field| format!("{} {}", field_name(&field.field), field.message))
                .collect();
            format!("{}.", capital(&fields.join("; ")))
        }
        E::Refused(Refusal::Unsafe(invariant)) => format!(
            "This would not be safe: {}. Send a message together with it, or choose something else.",
            invariant.why()
        ),
        E::Refused(Refusal::Closed { .. }) => "The case is closed. Reopen it first.".to_owned(),
        E::Refused(Refusal::TooLate(_)) => {
            "It is too late to take this back: it has been sent. Decide anew to reverse it."
                .to_owned()
        }
        E::Store(_) | E::Append(_) => "That did not work: the store did not answer. Nothing was \
             recorded."
            .to_owned(),
        E::Internal(_) => {
            "That did not work, by a mistake of ours. Nothing was recorded.".to_owned()
        }
        other => format!("{}.", capital(&other.to_string())),
    }
}

/// The words that stand at the field on the page.
fn field_name(field: &str) -> &str {
    match field.trim_start_matches('/') {
        "reason" => "the reason",
        "hand_over" => "the hand-over",
        "note" => "the note",
        "message" => "the message",
        "policy" => "the policy",
        "actions" => "what you ask for",
        "community" => "the community",
        "platform" => "the platform",
        other => other,
    }
}

const fn advice(error: &ReviewError) -> &'static str {
    use ReviewError as E;
    match error {
        E::NotFound { .. } => "Check the address or search for it.",
        E::BadCsrf => "Go back, load the page again, and send the form once more.",
        E::Forbidden { .. } => "Ask your lead if you need this.",
        E::Store(_) | E::Append(_) | E::Internal(_) | E::Busy => {
            "Go back and try again in a minute. If it happens again, give the reference to whoever \
             runs Holdfast for you."
        }
        _ => "Go back and look at the form again.",
    }
}

/// Logs the chain of causes under a number and answers the number.
fn reference(error: &ReviewError, ids: &dyn IdSource) -> String {
    let id = ids.next().simple().to_string();
    let reference = format!("{}-{}", &id[24..28], &id[28..32]);
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(reference = %reference, error = %chain, "a page of the console failed");
    reference
}

/// A page for what did not work.
pub fn problem_page(shell: Shell, problem: Problem, back: &str) -> Response {
    let page = ProblemPage {
        shell,
        title: problem.sentence,
        advice: problem.advice,
        reference: problem.reference,
        back: back.to_owned(),
    };
    pages::show(problem.status, &page)
}

#[cfg(test)]
mod tests {
    use holdfast_domain::safety::Invariant;
    use holdfast_domain::testing::CountedIds;

    use super::*;

    #[test]
    fn a_failure_of_ours_gets_a_sentence_and_a_number() {
        let problem = problem(
            &ReviewError::Internal("secret detail"),
            &CountedIds::default(),
        );
        assert!(!problem.sentence.contains("secret"));
        assert_eq!(problem.reference.as_deref(), Some("0000-0001"));
    }

    #[test]
    fn a_missing_reason_is_named_as_the_page_names_it() {
        let error = ReviewError::field("reason", "must not be empty");
        let problem = problem(&error, &CountedIds::default());
        assert_eq!(problem.sentence, "The reason must not be empty.");
        assert_eq!(problem.reference, None);
    }

    #[test]
    fn an_unsafe_wish_says_why_it_is() {
        let error = ReviewError::Refused(Refusal::Unsafe(Invariant::M3HideWithOutreach));
        let sentence = problem(&error, &CountedIds::default()).sentence;
        assert!(sentence.contains("told why, that they are not in trouble"));
        assert!(!sentence.contains("M3"));
    }

    #[test]
    fn an_address_cannot_put_words_on_a_page() {
        assert!(notice(Some("<b>you are fired</b>")).is_none());
        assert!(notice(Some("noted")).is_some());
    }
}
