//! Text to word pieces, as the trunk was trained with them, and to what the encoder reads.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use tokenizers::Tokenizer;

use crate::encoder::Segments;
use crate::error::ModelError;

const CLS: u32 = 101;
const SEP: u32 = 102;

/// How much is read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Reading {
    /// Word pieces of a text with its two separators; longer texts are read in windows.
    pub window: usize,
    /// Word pieces of the parent post with its separator.
    pub parent: usize,
}

/// The trunk's tokeniser.
pub struct Tokeniser {
    tokenizer: Tokenizer,
    reading: Reading,
}

/// A text's word pieces and the bytes that each came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// Their numbers.
    pub ids: Vec<u32>,
    /// The bytes of the text that each stands for.
    pub bytes: Vec<Range<usize>>,
}

impl Tokeniser {
    /// Reads `tokenizer.json`.
    pub(crate) fn open(path: &Path, reading: Reading) -> Result<Self, ModelError> {
        let wrong = |problem: String| ModelError::Tokeniser {
            file: path.display().to_string(),
            problem,
        };
        let mut tokenizer = Tokenizer::from_file(path).map_err(|error| wrong(error.to_string()))?;
        // The file may say to pad every text to 128 pieces, which would make short posts slow.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { tokenizer, reading })
    }

    /// The word pieces of a normalised text; what is no known piece is one unknown piece.
    pub fn pieces(&self, text: &str) -> Result<Pieces, ModelError> {
        // The library's own words may quote the text.
        let encoded = self
            .tokenizer
            .encode(text, false)
            .map_err(|_| ModelError::NotCut)?;
        let bytes = encoded.get_offsets().iter().map(|(from, to)| *from..*to);
        Ok(Pieces {
            ids: encoded.get_ids().to_vec(),
            bytes: bytes.collect(),
        })
    }

    /// Where the windows over a text begin: each shares a third with the one before.
    pub fn windows(&self, pieces: usize) -> Vec<usize> {
        let room = self.reading.window - 2;
        let step = room - room / 3;
        let mut starts = vec![0];
        let mut start = step;
        while start + room / 3 < pieces {
            starts.push(start);
            start += step;
        }
        starts
    }

    /// The pieces of the window from `start`.
    pub fn window(&self, start: usize, pieces: usize) -> Range<usize> {
        start..(start + self.reading.window - 2).min(pieces)
    }

    /// What the encoder reads for a window of a text, beside the post that it answers.
    pub fn segments(&self, window: &[u32], parent: Option<&[u32]>) -> Segments {
        let mut ids = Vec::with_capacity(window.len() + 2);
        ids.push(CLS);
        ids.extend_from_slice(window);
        ids.push(SEP);
        let second = ids.len();
        if let Some(parent) = parent.filter(|parent| !parent.is_empty()) {
            ids.extend(parent.iter().take(self.reading.parent - 1));
            ids.push(SEP);
        }
        Segments { ids, second }
    }
}
