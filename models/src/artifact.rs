//! Artefacts: folders of released weights, immutable, each with a manifest that names every file's digest.
//!
//! `models/artifacts/<name>/<version>/` holds `manifest.json`, the files that it lists, a model card and
//! the evaluation it was released with. A file whose digest differs is refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::encoder::Shape;
use crate::error::ModelError;
use crate::mapped;
use crate::tokeniser::Reading;

/// What an artefact says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    /// Which model: `encoder` or `linear`.
    pub name: String,
    /// Which version of it, e.g. `2026-11-24.1`.
    pub version: String,
    /// The licence of the weights.
    pub licence: String,
    /// What it may be used for.
    pub intended_use: String,
    /// What it learned from.
    pub data: Vec<DataUsed>,
    /// SHA-256 of each file, as lower-case hex.
    pub files: BTreeMap<String, String>,
    /// How raw answers become probabilities.
    pub calibration: Calibration,
    /// The encoder's shape; none for the linear tier.
    #[serde(default)]
    pub shape: Option<Shape>,
    /// How much the encoder reads at once.
    #[serde(default)]
    pub reading: Option<Reading>,
    /// Names of the stigma attributions, in the order of the head's answers.
    #[serde(default)]
    pub attributions: Vec<String>,
    /// Names of the code book's functionalities, in the order of the head's answers.
    #[serde(default)]
    pub functionalities: Vec<String>,
    /// Languages whose quality was measured well enough to count an answer of "nothing" (BCP 47).
    #[serde(default)]
    pub languages: Vec<String>,
}

/// A source of the training data.
#[derive(Debug, Clone, Deserialize)]
pub struct DataUsed {
    /// Its name.
    pub source: String,
    /// Its licence.
    pub licence: String,
    /// How many rows of it.
    pub rows: u64,
}

/// Scale and shift of raw answers, fitted on rows that were held out of training.
#[derive(Debug, Clone, Deserialize)]
pub struct Calibration {
    /// Crisis at least 1, 2, 3; harassment; stigma.
    pub signals: [Line; 5],
}

/// A straight line on the scale of log odds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Line {
    /// What a raw answer is multiplied by.
    pub scale: f32,
    /// What is added then.
    pub shift: f32,
}

impl Line {
    /// The probability that a raw answer stands for.
    pub fn probability(self, raw: f32) -> f32 {
        logistic(raw * self.scale + self.shift)
    }
}

pub(crate) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// A folder that has been checked.
#[derive(Debug, Clone)]
pub struct Artifact {
    folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl Artifact {
    /// Reads the manifest and checks the digest of every file that it lists.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("manifest.json");
        let file = path.display().to_string();
        let text = fs::read(&path).map_err(|source| ModelError::Io {
            file: file.clone(),
            source,
        })?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|source| ModelError::Manifest { file, source })?;
        for (name, expected) in &manifest.files {
            check(&folder.join(name), expected)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Where a file of it lies.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its name in signals and records: version and the beginning of the weights' digest.
    pub fn identity(&self) -> String {
        let digest = self
            .manifest
            .files
            .get("weights.safetensors")
            .map_or("", |digest| &digest[..digest.len().min(8)]);
        format!("{}-{digest}", self.manifest.version)
    }
}

fn check(path: &Path, expected: &str) -> Result<(), ModelError> {
    let file = path.display().to_string();
    let map = mapped::map(path).map_err(|source| ModelError::Io {
        file: file.clone(),
        source,
    })?;
    let mut found = String::new();
    for byte in Sha256::digest(&map[..]) {
        write!(found, "{byte:02x}").expect("writing to a string");
    }
    if found != expected {
        return Err(ModelError::Digest {
            file,
            expected: expected.to_owned(),
            found,
        });
    }
    Ok(())
}
