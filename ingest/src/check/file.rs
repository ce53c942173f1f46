//! Checking a file.

use std::path::Path;

use holdfast_domain::Clock;
use holdfast_domain::intake::Origin;

use super::{CheckReport, Checker};
use crate::decode::{Decoder, Transport};
use crate::error::IngestError;
use crate::file::Lines;

/// Reads up to `records` lines of a file and says what they would become.
pub fn check_file(
    path: &Path,
    decoder: &Decoder,
    clock: &dyn Clock,
    records: usize,
) -> Result<CheckReport, IngestError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut lines = Lines::open(path, decoder.limits.max_record_bytes)?;
    let mut checker = Checker::default();
    let mut taken = 0;
    while taken < records {
        let Some(line) = lines.next()? else { break };
        if line.is_blank() {
            continue;
        }
        taken += 1;
        let origin = Origin::File {
            name: name.clone(),
            line: line.number,
        };
        let transport = Transport {
            origin,
            key: None,
            time: None,
            received_at: clock.now(),
        };
        let received = match line.cut_from {
            Some(length) => decoder.too_large(transport, &line.bytes, length),
            None => decoder.json(transport, &line.bytes),
        };
        checker.take(&received, None, 0);
    }
    Ok(checker.finish(name, false))
}
