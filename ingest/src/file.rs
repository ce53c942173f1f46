//! NDJSON files, for posts from before Holdfast watched: one event or one plain record per line.
//!
//! Everything is backfill: assessed and listed for look-back, without pages, clocks or actions. A file is
//! read on from where it was left: its lines have a position in the store like the records of a topic,
//! under the file's name, with a digest of all lines before it.

mod lines;
mod progress;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::{
    Freshness, LiveFrom, Origin, PartitionKey, PositionAdvance, Received, StoredPosition,
};
use holdfast_domain::{Clock, Timestamp};
use tracing::warn;

use crate::config::BatchConfig;
use crate::decode::{Decoder, Transport};
use crate::error::IngestError;
use crate::handler::{Batch, BatchHandler, HandleError};
use crate::metrics::IngestMetrics;
use lines::Line;

pub(crate) use lines::Lines;

pub use progress::Progress;

/// Names a file's position as if it were a partition of this cluster.
const CLUSTER: &str = "file";
/// How often a batch is handed on again before the file is given up for now.
const ATTEMPTS: u32 = 8;

/// Reads files.
pub struct FileIntake {
    /// Takes the batches.
    pub handler: Arc<dyn BatchHandler>,
    /// Reads the lines.
    pub decoder: Decoder,
    /// Sizes of batches.
    pub batch: BatchConfig,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Where figures go.
    pub metrics: IngestMetrics,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileReport {
    /// Lines that were taken in before.
    pub skipped: u64,
    /// Lines taken in now.
    pub taken: u64,
    /// Of these, lines that could not be read and are dead letters now.
    pub rejected: u64,
}

impl FileIntake {
    /// Reads the file from where it was left to its end. Stopping at any moment loses nothing: the next
    /// call goes on after the last batch recorded.
    pub async fn run(&self, path: &Path, progress: &Progress) -> Result<FileReport, IngestError> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let key = self.key(&name);
        let mut lines = Lines::open(path, self.decoder.limits.max_record_bytes)?;
        progress.begin(lines.bytes_in_all());
        let stored = self
            .handler
            .position(&key)
            .await
            .map_err(|source| failed("the position", source))?;
        let mut expected = stored.as_ref().map(|stored| stored.next);
        let mut report = FileReport::default();
        match stored {
            Some(stored) => report.skipped = skip(&mut lines, &name, &stored)?,
            None => drop(
                self.handler
                    .begin(&key, LiveFrom::NOWHERE)
                    .await
                    .map_err(|source| failed("the position", source))?,
            ),
        }
        while let Some(batch) = self.next_batch(&mut lines, &name, &key, expected)? {
            self.hand_on(&batch).await?;
            expected = batch.advance.as_ref().map(|advance| advance.next);
            report.taken += batch.records.len() as u64;
            report.rejected += batch
                .records
                .iter()
                .filter(|record| record.content.is_err())
                .count() as u64;
            progress.at(lines.bytes_read());
        }
        progress.end();
        Ok(report)
    }

    fn key(&self, name: &str) -> PartitionKey {
        PartitionKey {
            cluster: CLUSTER.to_owned(),
            group: self.decoder.tenant().to_string(),
            topic: name.to_owned(),
            partition: 0,
        }
    }

    fn next_batch(
        &self,
        lines: &mut Lines,
        name: &str,
        key: &PartitionKey,
        expected: Option<i64>,
    ) -> Result<Option<Batch>, IngestError> {
        let now = self.clock.now();
        let (mut records, mut bytes, mut last) = (Vec::new(), 0, None);
        while records.len() < self.batch.max_records && bytes < self.batch.max_bytes {
            let Some(line) = lines.next()? else { break };
            bytes += line.bytes.len();
            let place = (line.number as i64 + 1, lines.digest());
            // An empty line is no record, and still moves the position.
            if !line.is_blank() {
                records.push(self.decode(&line, name, now));
            }
            last = Some(place);
        }
        let Some((next, last_digest)) = last.filter(|_| !records.is_empty()) else {
            return Ok(None);
        };
        let advance = PositionAdvance {
            partition: key.clone(),
            expected,
            next,
            last_digest,
        };
        Ok(Some(Batch {
            tenant: self.decoder.tenant().clone(),
            source: format!("file/{name}"),
            records,
            advance: Some(advance),
        }))
    }

    fn decode(&self, line: &Line, name: &str, now: Timestamp) -> Received {
        let origin = Origin::File {
            name: name.to_owned(),
            line: line.number,
        };
        let transport = Transport {
            origin,
            key: None,
            time: None,
            received_at: now,
        };
        let received = match line.cut_from {
            Some(length) => self.decoder.too_large(transport, &line.bytes, length),
            None => self.decoder.json(transport, &line.bytes),
        };
        Received {
            freshness: Freshness::Backfill,
            ..received
        }
    }

    async fn hand_on(&self, batch: &Batch) -> Result<(), IngestError> {
        let mut wait = Duration::from_millis(200);
        for attempt in 1.. {
            match self.handler.handle(batch).await {
                Ok(()) => break,
                Err(HandleError::Transient(error)) if attempt < ATTEMPTS => {
                    warn!(%error, "a batch of {} was not taken, again in {wait:?}", batch.source);
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(source) => return Err(failed(&batch.source, source)),
            }
        }
        self.metrics.recorded(batch, "file", self.clock.now());
        Ok(())
    }
}

/// Skips the lines taken in before, and makes sure that they are the ones they were.
fn skip(lines: &mut Lines, name: &str, stored: &StoredPosition) -> Result<u64, IngestError> {
    let last = u64::try_from(stored.next - 1).unwrap_or_default();
    let other = || IngestError::OtherFile {
        name: name.to_owned(),
        line: last,
    };
    while let Some(line) = lines.next()? {
        if line.number == last {
            return if lines.digest() == stored.last_digest {
                Ok(last)
            } else {
                Err(other())
            };
        }
    }
    Err(other())
}

fn failed(what: &str, source: HandleError) -> IngestError {
    IngestError::Handle {
        what: what.to_owned(),
        source,
    }
}
