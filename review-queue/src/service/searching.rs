//! Finding cases by what the platform or we call them.

use std::collections::BTreeMap;

use holdfast_domain::{CaseId, Sensitive};
use holdfast_event_store::{CaseFilter, CaseRow, Find};

use super::ReviewService;
use super::items::{item, number};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::SearchResults;

/// How many cases are looked through for a short number, from the most urgent on.
const LOOKED_THROUGH: usize = 4_000;
const PAGE: usize = 200;

impl ReviewService {
    /// Cases by member, post, link or number, as far as the viewer may see them.
    pub async fn search(&self, who: &Access, query: &str) -> Result<SearchResults, ReviewError> {
        let query = query.trim();
        if query.is_empty() {
            return Err(ReviewError::field("q", "say what to look for"));
        }
        if !who.may_view() {
            return Err(ReviewError::Forbidden {
                what: "searching takes a role that reads cases",
            });
        }
        let mut rows: BTreeMap<CaseId, CaseRow> = BTreeMap::new();
        for row in self.by_number(who, query).await? {
            rows.insert(row.case, row);
        }
        for row in self.by_name(who, query).await? {
            rows.insert(row.case, row);
        }
        let names = self.names(&who.tenant).await?;
        let now = self.now();
        let mut cases = rows
            .values()
            .map(|row| item(row, who, &names, now))
            .collect::<Result<Vec<_>, _>>()?;
        cases.sort_by_key(|case| std::cmp::Reverse((case.opened_at, case.case)));
        cases.truncate(PAGE);
        Ok(SearchResults { cases })
    }

    async fn by_name(&self, who: &Access, query: &str) -> Result<Vec<CaseRow>, ReviewError> {
        let parts = self.parts();
        let word = Sensitive::new(query.to_owned());
        let mut ways = vec![Find::Author(word.clone()), Find::Post(word.clone())];
        if query.starts_with("http://") || query.starts_with("https://") {
            ways = vec![Find::Url(word)];
        }
        let viewer = who.viewer();
        let mut rows = Vec::new();
        for way in ways {
            let found = parts.content.find(&who.tenant, &way).await?;
            for subject in found.subjects {
                rows.extend(parts.queue.cases_of_subject(&viewer, subject).await?);
            }
            for post in found.posts {
                rows.extend(parts.queue.cases_of_post(&viewer, post).await?);
            }
        }
        Ok(rows)
    }

    /// A case by its whole id or by the short number that people say.
    async fn by_number(&self, who: &Access, query: &str) -> Result<Vec<CaseRow>, ReviewError> {
        if let Ok(id) = query.parse::<CaseId>() {
            let row = self.parts().queue.case_row(&who.viewer(), id).await?;
            return Ok(row.into_iter().collect());
        }
        let short = query.trim_start_matches('#').to_ascii_lowercase();
        if short.len() != 8 || !short.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let (viewer, filter) = (who.viewer(), CaseFilter::default());
        let (mut found, mut after) = (Vec::new(), None);
        for _ in 0..LOOKED_THROUGH / PAGE {
            let queue = &self.parts().queue;
            let page = queue.queue(&viewer, &filter, after.as_ref(), PAGE).await?;
            found.extend(
                page.rows
                    .into_iter()
                    .filter(|row| number(row.case) == short),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(found)
    }
}
