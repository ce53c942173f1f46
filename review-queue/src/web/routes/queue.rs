//! The queue.

use axum::extract::{Query, State};
use axum::response::Response;
use holdfast_domain::{CaseKind, CommunityId, CrisisLevel};
use http::StatusCode;
use serde::Deserialize;

use crate::error::ReviewError;
use crate::service::QueueFilter;
use crate::web::console::Console;
use crate::web::pages;
use crate::web::pages::queue::{Choice, Filter, QueuePage};
use crate::web::present::queue::row;
use crate::web::respond;
use crate::web::session::SignedIn;
use crate::web::shell::Place;
use crate::web::words::{self, LevelView};

/// How many cases stand on a page.
const PAGE: usize = 50;

/// What the address asks for. Unknown values narrow nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    level: String,
    owner: String,
    community: String,
    language: String,
    show: String,
    after: Option<String>,
    done: Option<String>,
}

pub(super) async fn page(
    State(console): State<Console>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let filter = asked.filter(&who);
    let found = console
        .service()
        .queue(&who.access, &filter, asked.after.as_deref(), PAGE)
        .await;
    let house = console.house(&who).await;
    let mut shell = console.shell(&who, &house, "Queue").at(Place::Queue);
    shell.notice = respond::notice(asked.done.as_deref());
    match found {
        Ok(found) => {
            let now = shell.now.0;
            // Without them the page still shows the cases.
            let languages = console.service().languages(&who.access).await;
            let languages = languages.unwrap_or_default();
            let page = QueuePage {
                rows: found.items.iter().map(|item| row(item, now)).collect(),
                filters: asked.filters(&who, languages),
                narrowed: asked.narrows(),
                next: found.next.map(|next| asked.address_after(&next)),
                first: asked.after.is_none(),
                shell,
            };
            pages::show(StatusCode::OK, &page)
        }
        // A place in the queue that no longer reads: begin at the top.
        Err(ReviewError::Invalid(_)) if asked.after.is_some() => respond::go("/queue"),
        Err(error) => respond::problem_page(shell, console.problem(&error), "/help"),
    }
}

impl Asked {
    fn filter(&self, who: &SignedIn) -> QueueFilter {
        QueueFilter {
            closed: self.show == "closed",
            kinds: CaseKind::parse(&self.kind).into_iter().collect(),
            min_level: level(&self.level),
            communities: CommunityId::new(self.community.clone())
                .into_iter()
                .collect(),
            holder: (self.owner == "me").then_some(who.access.user),
            unheld: self.owner == "nobody",
            language: (!self.language.is_empty()).then(|| self.language.clone()),
            backfill: self.show == "look-back",
        }
    }

    fn narrows(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    fn fields(&self) -> [(&'static str, &String); 6] {
        [
            ("kind", &self.kind),
            ("level", &self.level),
            ("owner", &self.owner),
            ("community", &self.community),
            ("language", &self.language),
            ("show", &self.show),
        ]
    }

    fn address_after(&self, next: &str) -> String {
        let mut address = "/queue?".to_owned();
        for (name, value) in self.fields() {
            if !value.is_empty() {
                address.extend([name, "=", &encoded(value), "&"]);
            }
        }
        address + "after=" + &encoded(next)
    }

    fn filters(&self, who: &SignedIn, languages: Vec<String>) -> Vec<Filter> {
        let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        let kinds = CaseKind::ALL.map(|kind| pair(kind.as_str(), words::kind(kind)));
        let levels = ["act_now", "urgent", "soon"]
            .map(|name| pair(name, level(name).map_or("", |l| LevelView::from(l).word())));
        let mut filters = vec![
            filter("kind", "About", &self.kind, with(any("everything"), kinds)),
            filter(
                "level",
                "At least",
                &self.level,
                with(any("any level"), levels),
            ),
            filter(
                "owner",
                "With",
                &self.owner,
                with(any("anybody"), [pair("nobody", "nobody"), pair("me", "me")]),
            ),
            filter(
                "show",
                "Show",
                &self.show,
                with(
                    any("open cases"),
                    [
                        pair("closed", "closed cases"),
                        pair("look-back", "look-back"),
                    ],
                ),
            ),
        ];
        filters.extend(self.language_filter(languages));
        // Whoever sees single communities can pick one; whoever sees all types it into the address.
        if let Some(communities) = who.access.communities().filter(|known| known.len() > 1) {
            let communities = communities
                .into_iter()
                .map(|community| (community.to_string(), community.to_string()));
            filters.push(filter(
                "community",
                "In",
                &self.community,
                with(any("all communities"), communities),
            ));
        }
        filters
    }

    /// The languages that wait; nothing to choose where there is but one.
    fn language_filter(&self, mut languages: Vec<String>) -> Option<Filter> {
        if !self.language.is_empty() && !languages.contains(&self.language) {
            languages.push(self.language.clone());
        }
        let offered = languages.len() > 1 || !self.language.is_empty();
        let named = languages.into_iter().map(|language| {
            let name = words::language(&language).to_owned();
            (language, name)
        });
        offered.then(|| {
            filter(
                "language",
                "Language",
                &self.language,
                with(any("any language"), named),
            )
        })
    }
}

fn filter(
    name: &'static str,
    label: &'static str,
    chosen: &str,
    options: Vec<(String, String)>,
) -> Filter {
    Filter {
        name,
        label,
        options: options
            .into_iter()
            .map(|(value, label)| Choice::new(value, label, chosen))
            .collect(),
    }
}

fn any(label: &str) -> (String, String) {
    (String::new(), label.to_owned())
}

fn with<T>(first: T, rest: impl IntoIterator<Item = T>) -> Vec<T> {
    std::iter::once(first).chain(rest).collect()
}

fn level(name: &str) -> Option<CrisisLevel> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// A value as part of an address.
fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filters() {
        let asked = Asked {
            kind: "crisis".to_owned(),
            language: "a&b".to_owned(),
            ..Asked::default()
        };
        assert_eq!(
            asked.address_after("x/y"),
            "/queue?kind=crisis&language=a%26b&after=x%2Fy"
        );
    }
}
