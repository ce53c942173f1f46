//! Lines of a file, none of them larger in memory than a record may be.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::IngestError;

/// A line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Which, from 1.
    pub number: u64,
    /// Its bytes; of a longer line the beginning.
    pub bytes: Vec<u8>,
    /// How long it really is, where it was cut.
    pub cut_from: Option<usize>,
}

impl Line {
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }
}

/// Reads a file line by line.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    limit: usize,
    number: u64,
    read: u64,
    in_all: u64,
    hasher: Sha256,
}

impl Lines {
    pub(crate) fn open(path: &Path, limit: usize) -> Result<Self, IngestError> {
        let unreadable = |source| IngestError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let in_all = file.metadata().map_err(unreadable)?.len();
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(256 * 1024, file),
            limit,
            number: 0,
            read: 0,
            in_all,
            hasher: Sha256::new(),
        })
    }

    pub(crate) const fn bytes_in_all(&self) -> u64 {
        self.in_all
    }

    /// Digest of everything read so far: knows the file again up to here.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.hasher.clone().finalize().into()
    }

    pub(crate) const fn bytes_read(&self) -> u64 {
        self.read
    }

    pub(crate) fn next(&mut self) -> Result<Option<Line>, IngestError> {
        self.read_line().map_err(|source| IngestError::File {
            path: self.path.clone(),
            source,
        })
    }

    fn read_line(&mut self) -> std::io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let most = self.limit as u64 + 1;
        let mut length = self
            .reader
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(None);
        }
        let ended = bytes.last() == Some(&b'\n');
        if ended {
            bytes.pop();
            bytes.pop_if(|byte| *byte == b'\r');
        } else if length as u64 == most {
            length += self.skip_rest()?;
        }
        self.number += 1;
        self.read += length as u64;
        let cut_from = (length > self.limit + 1 || bytes.len() > self.limit).then_some(length);
        bytes.truncate(self.limit);
        // A last line without its end may get one when the file grows.
        self.hasher.update(&bytes);
        self.hasher.update(b"\n");
        Ok(Some(Line {
            number: self.number,
            bytes,
            cut_from,
        }))
    }

    fn skip_rest(&mut self) -> std::io::Result<usize> {
        let mut skipped = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            if used == 0 {
                return Ok(skipped);
            }
            self.reader.consume(used);
            skipped += used;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_beyond_the_limit_is_cut_and_the_next_one_is_whole() {
        let path = std::env::temp_dir().join(format!("holdfast-lines-{}", std::process::id()));
        std::fs::write(
            &path,
            format!("short\r\n{}\nexactly10!\nend", "x".repeat(600_000)),
        )
        .unwrap();
        let mut lines = Lines::open(&path, 10).unwrap();
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((
                line.number,
                String::from_utf8(line.bytes).unwrap(),
                line.cut_from,
            ));
        }
        std::fs::remove_file(&path).unwrap();
        let expected = [
            (1, "short", None),
            (2, "xxxxxxxxxx", Some(600_001)),
            (3, "exactly10!", None),
            (4, "end", None),
        ];
        assert_eq!(
            all,
            expected.map(|(number, text, cut)| (number, text.to_owned(), cut))
        );
        assert_eq!(lines.bytes_read(), lines.bytes_in_all());
    }
}
