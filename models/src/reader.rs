//! The learned reader: an encoder with its tokeniser and calibration, from text to probabilities.

use std::path::Path;

use crate::artifact::{Artifact, Calibration, logistic};
use crate::encoder::{Encoder, Segments};
use crate::error::ModelError;
use crate::tokeniser::{Pieces, Tokeniser};

/// Crisis, harassment and stigma stand first among the head's answers.
const SIGNALS: usize = 5;

/// A text beside the post that it answers, both normalised.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The text.
    pub text: &'a str,
    /// The post that it answers.
    pub parent: Option<&'a str>,
}

/// What is read in a text. All numbers are probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// That the crisis level is at least 1, 2, 3; never rising.
    pub crisis: [f32; 3],
    /// That somebody is attacked.
    pub harassment: f32,
    /// That something is stigmatised.
    pub stigma: f32,
    /// Each stigma attribution, in the manifest's order; they need not sum to one.
    pub attributions: Vec<f32>,
    /// Each functionality of the code book, in the manifest's order; they sum to one.
    pub functionalities: Vec<f32>,
}

/// An encoder ready to read texts.
pub struct Reader {
    artifact: Artifact,
    tokeniser: Tokeniser,
    encoder: Encoder,
}

impl Reader {
    /// Opens an artefact of an encoder.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let artifact = Artifact::open(folder)?;
        let manifest = &artifact.manifest;
        let (Some(shape), Some(reading)) = (manifest.shape, manifest.reading) else {
            return Err(ModelError::Weights {
                file: artifact.file("manifest.json").display().to_string(),
                problem: "shape and reading must stand in an encoder's manifest".to_owned(),
            });
        };
        Ok(Self {
            tokeniser: Tokeniser::open(&artifact.file("tokenizer.json"), reading)?,
            encoder: Encoder::open(&artifact.file("weights.safetensors"), shape)?,
            artifact,
        })
    }

    /// What it is made of.
    pub const fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Its tokeniser.
    pub const fn tokeniser(&self) -> &Tokeniser {
        &self.tokeniser
    }

    /// Its encoder.
    pub const fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Reads texts, in the order given. Long ones are read in windows, of which the highest of each
    /// answer counts: one sentence in a long post is enough.
    pub fn read(&self, texts: &[Reading<'_>]) -> Vec<Scores> {
        let (jobs, owners) = self.segments(texts);
        let mut highest: Vec<Vec<f32>> = vec![Vec::new(); texts.len()];
        for (owner, logits) in owners.into_iter().zip(self.encoder.logits(&jobs)) {
            let known = &mut highest[owner];
            if known.is_empty() {
                *known = logits;
            } else {
                for (known, new) in known.iter_mut().zip(logits) {
                    *known = known.max(new);
                }
            }
        }
        highest.iter().map(|logits| self.scores(logits)).collect()
    }

    /// What the encoder reads for texts, and which text each belongs to.
    pub fn segments(&self, texts: &[Reading<'_>]) -> (Vec<Segments>, Vec<usize>) {
        let (mut jobs, mut owners) = (Vec::new(), Vec::new());
        for (owner, text) in texts.iter().enumerate() {
            let pieces: Pieces = self.tokeniser.pieces(text.text);
            let parent = text.parent.map(|parent| self.tokeniser.pieces(parent).ids);
            for start in self.tokeniser.windows(pieces.ids.len()) {
                let window = self.tokeniser.window(start, pieces.ids.len());
                jobs.push(
                    self.tokeniser
                        .segments(&pieces.ids[window], parent.as_deref()),
                );
                owners.push(owner);
            }
        }
        (jobs, owners)
    }

    fn scores(&self, logits: &[f32]) -> Scores {
        let manifest = &self.artifact.manifest;
        let (signals, finer) = logits.split_at(SIGNALS);
        let (attributions, names) = finer.split_at(manifest.attributions.len());
        let (crisis, harassment, stigma) = signals_of(&manifest.calibration, signals);
        Scores {
            crisis,
            harassment,
            stigma,
            attributions: attributions.iter().map(|raw| logistic(*raw)).collect(),
            functionalities: shares(names),
        }
    }
}

/// The calibrated signals of raw answers.
pub(crate) fn signals_of(calibration: &Calibration, raw: &[f32]) -> ([f32; 3], f32, f32) {
    let p = |at: usize| calibration.signals[at].probability(raw[at]);
    let soon = p(0);
    let urgent = p(1).min(soon);
    ([soon, urgent, p(2).min(urgent)], p(3), p(4))
}

fn shares(raw: &[f32]) -> Vec<f32> {
    let highest = raw.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sizes: Vec<f32> = raw.iter().map(|one| (one - highest).exp()).collect();
    let whole: f32 = sizes.iter().sum();
    sizes.into_iter().map(|size| size / whole).collect()
}
