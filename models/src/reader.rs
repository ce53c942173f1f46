//! The learned reader: an encoder with its tokeniser and calibration, from text to probabilities.

use std::ops::Range;
use std::path::Path;

use crate::artifact::{Artifact, Calibration, logistic};
use crate::encoder::{Encoder, Precision, Segments};
use crate::error::ModelError;
#[cfg(feature = "rust-bert")]
use crate::rust_bert::RustBert;
use crate::tokeniser::Tokeniser;

/// Crisis, harassment and stigma stand first among the head's answers.
const SIGNALS: usize = 5;
/// Where the head says that crisis, harassment and stigma are there at all.
const PRESENCE: [usize; 3] = [0, 3, 4];

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
    /// The bytes of the text in which crisis, harassment and stigma were read most strongly: one of the
    /// windows over a long text, all of a short one.
    pub strongest: [Range<usize>; 3],
}

/// A window over a text, to be read.
struct Job {
    /// Which text.
    owner: usize,
    /// The bytes of it.
    bytes: Range<usize>,
    segments: Segments,
}

/// The highest answers of a text's windows so far.
#[derive(Default)]
struct Highest {
    logits: Vec<f32>,
    strongest: [Range<usize>; 3],
}

impl Highest {
    fn hear(&mut self, logits: &[f32], bytes: &Range<usize>) {
        if self.logits.is_empty() {
            self.logits = vec![f32::NEG_INFINITY; logits.len()];
        }
        for (strongest, at) in self.strongest.iter_mut().zip(PRESENCE) {
            if logits[at] > self.logits[at] {
                strongest.clone_from(bytes);
            }
        }
        for (known, new) in self.logits.iter_mut().zip(logits) {
            *known = known.max(*new);
        }
    }
}

/// An encoder ready to read texts.
pub struct Reader {
    artifact: Artifact,
    tokeniser: Tokeniser,
    encoder: Encoder,
    /// What reads instead of the encoder.
    #[cfg(feature = "rust-bert")]
    instead: Option<RustBert>,
}

impl Reader {
    /// Opens an artefact of an encoder.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        Self::open_in(folder, Precision::Single)
    }

    /// Opens an artefact of an encoder, to be read in some precision.
    pub fn open_in(folder: &Path, precision: Precision) -> Result<Self, ModelError> {
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
            encoder: Encoder::open(&artifact.file("weights.safetensors"), shape, precision)?,
            artifact,
            #[cfg(feature = "rust-bert")]
            instead: None,
        })
    }

    /// Opens an artefact of an encoder, to be read by `rust_bert` on libtorch.
    #[cfg(feature = "rust-bert")]
    pub fn open_rust_bert(folder: &Path) -> Result<Self, ModelError> {
        let mut reader = Self::open(folder)?;
        reader.instead = Some(RustBert::open(&reader.artifact)?);
        Ok(reader)
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
    pub fn read(&self, texts: &[Reading<'_>]) -> Result<Vec<Scores>, ModelError> {
        let (segments, places): (Vec<Segments>, Vec<_>) = self
            .jobs(texts)?
            .into_iter()
            .map(|job| (job.segments, (job.owner, job.bytes)))
            .unzip();
        let mut highest: Vec<Highest> = texts.iter().map(|_| Highest::default()).collect();
        for ((owner, bytes), logits) in places.iter().zip(self.logits(&segments)?) {
            highest[*owner].hear(&logits, bytes);
        }
        Ok(highest.into_iter().map(|one| self.scores(one)).collect())
    }

    /// The head's raw answers, from what the reader was opened with.
    #[cfg_attr(
        not(feature = "rust-bert"),
        expect(clippy::unnecessary_wraps, reason = "only the second backend can fail")
    )]
    fn logits(&self, segments: &[Segments]) -> Result<Vec<Vec<f32>>, ModelError> {
        #[cfg(feature = "rust-bert")]
        if let Some(instead) = &self.instead {
            return instead.logits(segments);
        }
        Ok(self.encoder.logits(segments))
    }

    /// What the encoder reads for texts, window by window.
    pub fn segments(&self, texts: &[Reading<'_>]) -> Result<Vec<Segments>, ModelError> {
        let jobs = self.jobs(texts)?.into_iter();
        Ok(jobs.map(|job| job.segments).collect())
    }

    fn jobs(&self, texts: &[Reading<'_>]) -> Result<Vec<Job>, ModelError> {
        let mut jobs = Vec::new();
        for (owner, text) in texts.iter().enumerate() {
            let pieces = self.tokeniser.pieces(text.text)?;
            let parent = text.parent.map(|parent| self.tokeniser.pieces(parent));
            let parent = parent.transpose()?.map(|parent| parent.ids);
            let starts = self.tokeniser.windows(pieces.ids.len());
            for start in &starts {
                let window = self.tokeniser.window(*start, pieces.ids.len());
                let bytes = match &pieces.bytes[window.clone()] {
                    [first, .., last] if starts.len() > 1 => first.start..last.end,
                    _ => 0..text.text.len(),
                };
                let segments = self
                    .tokeniser
                    .segments(&pieces.ids[window], parent.as_deref());
                jobs.push(Job {
                    owner,
                    bytes,
                    segments,
                });
            }
        }
        Ok(jobs)
    }

    fn scores(&self, highest: Highest) -> Scores {
        let manifest = &self.artifact.manifest;
        let (signals, finer) = highest.logits.split_at(SIGNALS);
        let (attributions, names) = finer.split_at(manifest.attributions.len());
        let (crisis, harassment, stigma) = signals_of(&manifest.calibration, signals);
        Scores {
            crisis,
            harassment,
            stigma,
            attributions: attributions.iter().map(|raw| logistic(*raw)).collect(),
            functionalities: shares(names),
            strongest: highest.strongest,
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
