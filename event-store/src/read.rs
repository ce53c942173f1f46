//! The ports' reading side, and their small writes, on a database: one module per port.

mod accounts;
mod content;
mod control;
mod intake;
mod leadership;
pub(crate) mod log;
mod outbox;
mod pending;
mod posts;
mod projections;
mod queue;

use holdfast_domain::intake::Freshness;

use crate::error::StoreError;

pub(crate) use content::{open_prose, opened_dead_letter, owner_key, reject_class};
pub(crate) use intake::{PRECEDING_AT_MOST, PRECEDING_WITHIN};
pub(crate) use posts::{PostParts, SealedRevision, deleted_by, opened_posts};
pub(crate) use queue::row_lines;

/// How a freshness stands in tables.
pub(crate) const fn freshness_name(freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Live => "live",
        Freshness::Late => "late",
        Freshness::Backfill => "backfill",
    }
}

pub(crate) fn freshness(name: &str) -> Result<Freshness, StoreError> {
    match name {
        "live" => Ok(Freshness::Live),
        "late" => Ok(Freshness::Late),
        "backfill" => Ok(Freshness::Backfill),
        _ => Err(StoreError::corrupt(format!(
            "freshness {name} is not known"
        ))),
    }
}
