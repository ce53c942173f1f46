//! The queue.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_domain::{CrisisLevel, Timestamp};
use holdfast_event_store::{CaseFilter, QueueCursor};

use super::items::item;
use super::{QueueFilter, ReviewService};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::QueuePage;

/// Most cases on a page.
pub(crate) const LARGEST_PAGE: usize = 200;

impl ReviewService {
    /// A page of what waits, the most urgent first; `after` is the `next` of the page before.
    pub async fn queue(
        &self,
        who: &Access,
        filter: &QueueFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<QueuePage, ReviewError> {
        if !who.may_view() {
            return Err(ReviewError::Forbidden {
                what: "seeing the queue takes a role that reads cases",
            });
        }
        let after = after.map(read_cursor).transpose()?;
        let now = self.now();
        let page = self
            .parts()
            .queue
            .queue(
                &who.viewer(),
                &asked(filter, now),
                after.as_ref(),
                limit.clamp(1, LARGEST_PAGE),
            )
            .await?;
        let names = self.names(&who.tenant).await?;
        let items = page.rows.iter().map(|row| item(row, who, &names, now));
        Ok(QueuePage {
            items: items.collect::<Result<_, _>>()?,
            next: page.next.as_ref().map(write_cursor),
        })
    }

    /// The languages of the open cases that a person may see.
    pub(crate) async fn languages(&self, who: &Access) -> Result<Vec<String>, ReviewError> {
        Ok(self.parts().queue.languages(&who.viewer()).await?)
    }

    /// Shows the cases as they are counted now. Called when the figures are asked for.
    pub async fn count_cases(&self) -> Result<(), ReviewError> {
        let now = self.now();
        let counts = self.parts().queue.counts(now).await?;
        self.metrics().show_cases(&counts, now);
        Ok(())
    }
}

fn asked(filter: &QueueFilter, now: Timestamp) -> CaseFilter {
    CaseFilter {
        open: Some(!filter.closed),
        kinds: filter.kinds.clone(),
        min_level: filter.min_level,
        communities: filter.communities.clone(),
        holder: filter.holder,
        unheld_at: filter.unheld.then_some(now),
        // Rows hold languages without region and in small letters.
        language: filter.language.as_deref().map(main_language),
        backfill: Some(filter.backfill),
        synthetic: false,
    }
}

fn main_language(tag: &str) -> String {
    let main = tag.split(['-', '_']).next().unwrap_or(tag);
    main.to_ascii_lowercase()
}

fn write_cursor(cursor: &QueueCursor) -> String {
    let due = cursor
        .look_due_at
        .map_or_else(|| "-".to_owned(), |due| due.as_micros().to_string());
    let text = format!(
        "{} {due} {} {}",
        cursor.level.number(),
        cursor.opened_at.as_micros(),
        cursor.case
    );
    URL_SAFE_NO_PAD.encode(text)
}

fn read_cursor(text: &str) -> Result<QueueCursor, ReviewError> {
    parse_cursor(text).ok_or_else(|| {
        ReviewError::field(
            "after",
            "is no cursor; take `next` of the page before as it is",
        )
    })
}

fn parse_cursor(text: &str) -> Option<QueueCursor> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = text.split(' ');
    let level = CrisisLevel::from_number(parts.next()?.parse().ok()?)?;
    let look_due_at = match parts.next()? {
        "-" => None,
        due => Some(Timestamp::from_micros(due.parse().ok()?)),
    };
    Some(QueueCursor {
        level,
        look_due_at,
        opened_at: Timestamp::from_micros(parts.next()?.parse().ok()?),
        case: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use holdfast_domain::CaseId;

    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        for look_due_at in [None, Some(Timestamp::from_micros(-5))] {
            let cursor = QueueCursor {
                level: CrisisLevel::Urgent,
                look_due_at,
                opened_at: Timestamp::from_micros(1_700_000_000_000_001),
                case: CaseId::from_u128(7),
            };
            assert_eq!(parse_cursor(&write_cursor(&cursor)), Some(cursor));
        }
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        assert!(read_cursor("bmV4dA").is_err());
    }
}
