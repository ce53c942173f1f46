//! The pages: each one file here and one template of the same name in `templates/pages/`.
//!
//! A page is a struct of what its template shows, already in words; it decides nothing and asks
//! nobody. Every page has `sample()`, and one test renders all of them. To add a page: its file, its
//! template, its line in [`samples`], its route in [`super::routes`].

pub mod case;
pub mod detail;
pub mod help;
pub mod incident;
pub mod open_case;
pub mod problem;
pub mod queue;
pub mod search;
pub mod sign_in;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use super::shell::Shell;

/// Renders a page. A page that cannot be rendered is a defect of ours: the reader gets a sentence.
pub fn show(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "a page could not be rendered");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "This page could not be put together. Go back and try again.",
            )
                .into_response()
        }
    }
}

/// Every page in every sample that it has, by name; for the test that renders them all and for
/// looking at them.
pub fn samples() -> Vec<(&'static str, String)> {
    fn html(page: &impl Template) -> String {
        page.render().expect("a sample renders")
    }
    let mut pages = vec![
        ("sign-in", html(&sign_in::SignInPage::sample())),
        ("queue", html(&queue::QueuePage::sample())),
        ("queue-empty", html(&queue::QueuePage::sample_empty())),
        ("case", html(&case::CasePage::sample())),
        ("detail", html(&detail::DetailPage::sample())),
        ("incident", html(&incident::IncidentPage::sample())),
        ("search", html(&search::SearchPage::sample())),
        ("open-case", html(&open_case::OpenCasePage::sample())),
        ("help", html(&help::HelpPage::sample())),
        ("problem", html(&problem::ProblemPage::sample())),
    ];
    pages.extend(
        case::CasePage::samples()
            .into_iter()
            .map(|(name, page)| (name, html(&page))),
    );
    pages
}

/// The shell of every sample.
pub(super) fn sample_shell(title: &str) -> Shell {
    Shell::sample(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_renders_with_every_sample() {
        for (name, html) in samples() {
            assert!(html.starts_with("<!doctype html>"), "{name}");
            assert!(html.contains("</html>"), "{name}");
            assert!(html.contains("not a diagnosis"), "{name} lacks the purpose");
        }
    }

    #[test]
    fn hostile_text_is_escaped_wherever_it_is_shown() {
        let mut shown = 0;
        for (name, html) in samples() {
            shown += html.matches("document.title=").count();
            for raw in [
                "<script>doc",
                "<script>alert",
                "<img src=x",
                "</textarea><script",
                "<b>Bold",
                "<i>thanks",
            ] {
                assert!(!html.contains(raw), "{name} shows {raw}");
            }
        }
        assert!(shown > 20, "the samples show hostile text in many places");
    }

    #[test]
    fn no_page_carries_script_or_style_in_line() {
        for (name, html) in samples() {
            assert!(!html.contains(" style="), "{name}");
            assert!(!html.contains("<style"), "{name}");
            assert!(!html.contains(" onclick="), "{name}");
            assert_eq!(
                html.matches("<script").count(),
                html.matches("<script src=").count(),
                "{name}"
            );
        }
    }

    #[test]
    fn every_form_that_posts_carries_the_token() {
        for (name, html) in samples() {
            for form in html.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap_or_default();
                if form.contains("method=\"post\"") && name != "sign-in" {
                    assert!(form.contains("name=\"csrf\""), "{name}: {form}");
                }
            }
        }
    }

    #[test]
    fn no_page_shows_a_score_or_a_percentage() {
        for (name, html) in samples() {
            let words = html.split("<main").nth(1).unwrap_or_default();
            assert!(!words.contains('%'), "{name}");
            assert!(!words.contains("0."), "{name}");
        }
    }

    #[test]
    fn ids_on_a_page_are_used_once_and_labels_point_at_them() {
        for (name, html) in samples() {
            let mut ids: Vec<&str> = html
                .split(" id=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect();
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(all, ids.len(), "{name} uses an id twice");
            for attribute in [" for=\"", " aria-labelledby=\"", " aria-describedby=\""] {
                for target in html.split(attribute).skip(1) {
                    for id in target.split('"').next().unwrap_or_default().split(' ') {
                        assert!(ids.contains(&id), "{name}: nothing has the id {id}");
                    }
                }
            }
        }
    }
}
