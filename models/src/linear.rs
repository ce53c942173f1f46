//! The linear tier: hashed runs of words, one weight for each signal.
//!
//! Fast enough to read everything (some microseconds a post), good enough to say where nothing is.

mod features;
pub mod train;

use std::path::Path;

use crate::artifact::Artifact;
use crate::error::ModelError;
use crate::reader::signals_of;
use crate::weights::Weights;

pub use features::Features;

/// Answers of the tier: crisis at least 1, 2, 3; harassment; stigma.
pub const OUTPUTS: usize = 5;
/// Numbers of a bucket: the answers, filled up to a cache-friendly size.
const STRIDE: usize = 8;

/// What the tier reads in a text. All numbers are probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearScores {
    /// That the crisis level is at least 1, 2, 3; never rising.
    pub crisis: [f32; 3],
    /// That somebody is attacked.
    pub harassment: f32,
    /// That something is stigmatised.
    pub stigma: f32,
}

/// The weights, ready to read.
pub struct Linear {
    artifact: Artifact,
    table: Vec<[f32; STRIDE]>,
    bias: [f32; OUTPUTS],
}

impl Linear {
    /// Opens an artefact of a linear tier.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let artifact = Artifact::open(folder)?;
        let path = artifact.file("weights.safetensors");
        let weights = Weights::open(&path)?;
        let buckets = weights.shape("table")?.first().copied().unwrap_or(0);
        if !buckets.is_power_of_two() {
            return Err(ModelError::Weights {
                file: path.display().to_string(),
                problem: format!("table has {buckets} rows, expected a power of two"),
            });
        }
        let flat = weights.numbers("table", &[buckets, OUTPUTS])?;
        let bias = weights.numbers("bias", &[OUTPUTS])?;
        let row =
            |numbers: &[f32]| std::array::from_fn(|at| numbers.get(at).copied().unwrap_or(0.0));
        Ok(Self {
            artifact,
            table: flat.chunks_exact(OUTPUTS).map(row).collect(),
            bias: std::array::from_fn(|at| bias[at]),
        })
    }

    /// What it is made of.
    pub const fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Reads a normalised text.
    pub fn read(&self, text: &str) -> LinearScores {
        let raw = self.raw(text);
        let (crisis, harassment, stigma) = signals_of(&self.artifact.manifest.calibration, &raw);
        LinearScores {
            crisis,
            harassment,
            stigma,
        }
    }

    fn raw(&self, text: &str) -> [f32; OUTPUTS] {
        let mask = self.table.len() - 1;
        let (mut sums, mut count) = ([0.0_f32; STRIDE], 0_u32);
        for hash in Features::of(text) {
            let row = &self.table[hash as usize & mask];
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += weight;
            }
            count += 1;
        }
        let share = share(count);
        std::array::from_fn(|at| sums[at] * share + self.bias[at])
    }
}

/// Long texts must not score high by being long.
fn share(count: u32) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}
