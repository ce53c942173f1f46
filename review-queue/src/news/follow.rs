//! Follows the projection and tells what it wrote.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::{CaseId, EventEnvelope, Position, StreamId};
use holdfast_event_store::{EventLog, Generation, Projections, StoreError};

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{CaseNews, News};
use crate::projection::QUEUE;

/// How many events are told at once.
const BATCH: usize = 1_000;
/// How often other instances' work is looked for.
const POLL: Duration = Duration::from_millis(500);

/// Reads what the projection has written since the last time, and tells it.
pub struct Follower {
    log: Arc<dyn EventLog>,
    projections: Arc<dyn Projections>,
    news: News,
    last: Option<Position>,
    began: bool,
}

impl Follower {
    /// Tells `news` from the present checkpoint on.
    pub fn new(log: Arc<dyn EventLog>, projections: Arc<dyn Projections>, news: News) -> Self {
        Self {
            log,
            projections,
            news,
            last: None,
            began: false,
        }
    }

    /// Tells until `stop`. The projection runs a little behind the log, so that it looks again soon
    /// after each append.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), StoreError> {
        let mut appended = self.log.appended();
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(failure) if failure.is_transient() => {
                    warn!(error = %failure, "news waits for the database");
                }
                Err(failure) => return Err(failure),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                _ = appended.changed() => tokio::time::sleep(Duration::from_millis(20)).await,
                () = tokio::time::sleep(POLL) => {}
            }
        }
        Ok(())
    }

    /// Tells what is new, and answers whether there may be more at once. Call it when something was
    /// appended, and every second for what other instances append.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        let states = self.projections.generations(QUEUE).await?;
        let Some(serving) = states.into_iter().find(|state| state.serving) else {
            return Ok(false);
        };
        if !self.began {
            self.began = true;
            self.last = serving.checkpoint;
            self.news.begin(self.last);
            return Ok(false);
        }
        if serving.checkpoint <= self.last {
            return Ok(false);
        }
        let mut events = self.log.read_after(self.last, BATCH).await?;
        events.retain(|event| Some(event.position) <= serving.checkpoint);
        self.tell(serving.generation, &events).await?;
        self.last = events.last().map(|event| event.position).max(self.last);
        Ok(self.last < serving.checkpoint)
    }

    async fn tell(
        &self,
        generation: Generation,
        events: &[EventEnvelope],
    ) -> Result<(), StoreError> {
        let mut changed: BTreeMap<CaseId, (Position, Vec<String>)> = BTreeMap::new();
        for event in events {
            if let StreamId::Case(case) = event.stream {
                let (position, what) = changed.entry(case).or_insert((event.position, Vec::new()));
                *position = event.position;
                what.push(event.event.event_type().to_owned());
            }
        }
        let cases: Vec<CaseId> = changed.keys().copied().collect();
        if cases.is_empty() {
            return Ok(());
        }
        let rows = self.projections.load_rows(generation, &cases).await?;
        let mut news: Vec<CaseNews> = Vec::new();
        for row in rows.iter().filter(|row| !row.synthetic) {
            let version = crate::service::case_of(row)?.version.0;
            if let Some((position, what)) = changed.remove(&row.case) {
                news.push(CaseNews::new(row, version, what, position));
            }
        }
        news.sort_by_key(|news| news.position);
        for news in news {
            self.news.tell(news);
        }
        Ok(())
    }
}
