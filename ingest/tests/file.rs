//! Files, resumed and mistaken for one another.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use holdfast_domain::intake::{
    Freshness, LiveFrom, Origin, PartitionKey, Received, StoredPosition,
};
use holdfast_domain::testing::{ManualClock, T0};
use holdfast_domain::{PlatformId, TenantId};
use holdfast_ingest::config::BatchConfig;
use holdfast_ingest::contract::message_types;
use holdfast_ingest::file::{FileIntake, FileReport, Progress};
use holdfast_ingest::{
    Batch, BatchHandler, Decoder, HandleError, IngestConfig, IngestError, IngestMetrics,
};
use prometheus::Registry;

#[derive(Default)]
struct Recorder {
    position: Mutex<Option<StoredPosition>>,
    records: Mutex<Vec<Received>>,
    /// Batches taken before the handler fails for good.
    patience: Mutex<Option<u32>>,
}

#[async_trait]
impl BatchHandler for Recorder {
    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, HandleError> {
        assert_eq!(partition.cluster, "file");
        Ok(self.position.lock().unwrap().clone())
    }

    async fn begin(&self, _: &PartitionKey, live_from: LiveFrom) -> Result<LiveFrom, HandleError> {
        Ok(live_from)
    }

    async fn handle(&self, batch: &Batch) -> Result<(), HandleError> {
        if let Some(left) = self.patience.lock().unwrap().as_mut() {
            *left = left
                .checked_sub(1)
                .ok_or(HandleError::Stop("the power is out".into()))?;
        }
        let advance = batch.advance.clone().unwrap();
        let mut position = self.position.lock().unwrap();
        assert_eq!(
            position.as_ref().map(|stored| stored.next),
            advance.expected
        );
        *position = Some(StoredPosition {
            next: advance.next,
            last_digest: advance.last_digest,
            live_from: LiveFrom::NOWHERE,
        });
        self.records
            .lock()
            .unwrap()
            .extend(batch.records.iter().cloned());
        Ok(())
    }
}

fn intake(recorder: &Arc<Recorder>) -> FileIntake {
    FileIntake {
        handler: Arc::clone(recorder) as Arc<dyn BatchHandler>,
        decoder: Decoder::new(
            &IngestConfig::default(),
            TenantId::default(),
            PlatformId::new("forum").unwrap(),
        ),
        batch: BatchConfig {
            max_records: 3,
            ..BatchConfig::default()
        },
        clock: Arc::new(ManualClock::at(T0)),
        metrics: IngestMetrics::register(&Registry::new()).unwrap(),
    }
}

struct TestFile(PathBuf);

impl TestFile {
    fn with(name: &str, lines: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("holdfast-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, lines).unwrap();
        Self(path)
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn ten_lines() -> String {
    let lines: Vec<_> = message_types()
        .iter()
        .map(|message| message.example.to_string())
        .collect();
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn a_file_is_read_on_from_where_it_was_left_and_all_of_it_is_backfill() {
    let file = TestFile::with("resumed.ndjson", &ten_lines());
    let recorder = Arc::new(Recorder::default());
    *recorder.patience.lock().unwrap() = Some(2);
    let error = intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap_err();
    assert!(matches!(error, IngestError::Handle { .. }));
    *recorder.patience.lock().unwrap() = None;
    let report = intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap();
    assert_eq!(
        report,
        FileReport {
            skipped: 6,
            taken: 4,
            rejected: 0
        }
    );
    let records = recorder.records.lock().unwrap();
    let lines: Vec<_> = records
        .iter()
        .map(|record| match record.origin {
            Origin::File { line, .. } => line,
            _ => unreachable!("all come from the file"),
        })
        .collect();
    assert_eq!(lines, (1..=10).collect::<Vec<_>>());
    assert!(
        records
            .iter()
            .all(|record| record.freshness == Freshness::Backfill)
    );
}

#[tokio::test]
async fn a_file_that_was_read_to_its_end_is_not_read_again_and_may_grow() {
    let file = TestFile::with("grown.ndjson", &ten_lines());
    let recorder = Arc::new(Recorder::default());
    intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap();
    let report = intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap();
    assert_eq!(
        report,
        FileReport {
            skipped: 10,
            taken: 0,
            rejected: 0
        }
    );
    std::fs::write(&file.0, ten_lines() + "\n\nnot json\n").unwrap();
    let report = intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap();
    assert_eq!(
        report,
        FileReport {
            skipped: 10,
            taken: 1,
            rejected: 1
        }
    );
}

#[tokio::test]
async fn another_file_of_the_same_name_is_refused() {
    let recorder = Arc::new(Recorder::default());
    let file = TestFile::with("same.ndjson", &ten_lines());
    intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap();
    let file = TestFile::with(
        "same.ndjson",
        &ten_lines().replace("Rough week", "Long week"),
    );
    let error = intake(&recorder)
        .run(&file.0, &Progress::none())
        .await
        .unwrap_err();
    assert!(
        matches!(error, IngestError::OtherFile { line: 10, .. }),
        "{error}"
    );
}
