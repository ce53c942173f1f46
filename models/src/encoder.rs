//! The encoder: a BERT trunk and one linear head for all signals.
//!
//! Texts are read side by side without padding: the rows of all texts of a batch follow one another in
//! one matrix, and only attention looks at one text at a time. So a text's scores do not depend on what
//! else is in the batch by more than rounding.

mod layer;

use std::path::Path;

use half::f16;

use crate::error::ModelError;
use crate::kernels;
use crate::weights::Weights;
use layer::{Dense, Layer, Norm, Rows, Scratch};

/// Rows that are worked on together: enough for full speed, few enough for the cache.
const ROWS: usize = 128;

/// A text as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// Word pieces with their separators.
    pub ids: Vec<u32>,
    /// Where the second segment begins; the length of `ids` where there is none.
    pub second: usize,
}

/// The shape of the trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Shape {
    /// Numbers a row.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads a layer.
    pub heads: usize,
    /// Numbers a row between the two steps of a layer.
    pub inner: usize,
    /// Word pieces.
    pub pieces: usize,
    /// The most word pieces of a text.
    pub positions: usize,
    /// Answers of the head.
    pub outputs: usize,
}

/// The numbers that the trunk's products are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Floating point of 32 bits.
    #[default]
    Single,
    /// Whole numbers of eight bits, with a scale for each output and each row. The head stays as it is.
    EightBit,
}

/// A trunk and its head, ready to read.
pub struct Encoder {
    shape: Shape,
    pieces: Vec<f16>,
    positions: Vec<f32>,
    kinds: Vec<f32>,
    start: Norm,
    layers: Vec<Layer>,
    head: Dense,
}

impl Encoder {
    /// Reads the weights.
    pub(crate) fn open(
        path: &Path,
        shape: Shape,
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let weights = Weights::open(path)?;
        let width = shape.width;
        let layers =
            (0..shape.layers).map(|number| Layer::read(&weights, &shape, number, precision));
        Ok(Self {
            shape,
            pieces: weights.halves("embeddings.word_embeddings.weight", &[shape.pieces, width])?,
            positions: weights.numbers(
                "embeddings.position_embeddings.weight",
                &[shape.positions, width],
            )?,
            kinds: weights.numbers("embeddings.token_type_embeddings.weight", &[2, width])?,
            start: Norm::read(&weights, "embeddings.LayerNorm", width)?,
            layers: layers.collect::<Result<_, _>>()?,
            head: Dense::read(
                &weights,
                "head",
                (shape.outputs, 2 * width),
                Precision::Single,
            )?,
        })
    }

    /// The trunk's shape.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The head's raw answers for each text, in the order given.
    ///
    /// # Panics
    /// When a text is empty or longer than the trunk's positions, or names a word piece that it does not have.
    pub fn logits(&self, texts: &[Segments]) -> Vec<Vec<f32>> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].ids.len());
        let mut answers = vec![Vec::new(); texts.len()];
        let mut scratch = Scratch::default();
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(fitting(rest, texts));
            let batch: Vec<&Segments> = now.iter().map(|at| &texts[*at]).collect();
            for (at, answer) in now.iter().zip(self.batch(&batch, &mut scratch)) {
                answers[*at] = answer;
            }
            rest = later;
        }
        answers
    }

    fn batch(&self, texts: &[&Segments], scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let lengths: Vec<usize> = texts.iter().map(|text| text.ids.len()).collect();
        let mut rows = Rows {
            numbers: self.embed(texts),
            lengths,
        };
        for layer in &self.layers {
            layer.apply(&mut rows, scratch);
        }
        self.answers(&rows, scratch)
    }

    fn embed(&self, texts: &[&Segments]) -> Vec<f32> {
        let width = self.shape.width;
        let all: usize = texts.iter().map(|text| text.ids.len()).sum();
        let mut rows = vec![0.0; all * width];
        let places = texts
            .iter()
            .flat_map(|text| text.ids.iter().enumerate().map(|at| (text.second, at)));
        for (row, (second, (place, id))) in rows.chunks_exact_mut(width).zip(places) {
            let piece = &self.pieces[*id as usize * width..][..width];
            let position = &self.positions[place * width..][..width];
            let kind = &self.kinds[usize::from(place >= second) * width..][..width];
            for (at, number) in row.iter_mut().enumerate() {
                *number = piece[at].to_f32() + position[at] + kind[at];
            }
        }
        kernels::normalise(
            &mut rows,
            &self.start.scale,
            &self.start.shift,
            layer::EPSILON,
        );
        rows
    }

    /// The head on the mean of a text's rows beside its first.
    fn answers(&self, rows: &Rows, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let width = self.shape.width;
        let mut pooled = vec![0.0; rows.lengths.len() * 2 * width];
        let mut begin = 0;
        for (pool, length) in pooled.chunks_exact_mut(2 * width).zip(&rows.lengths) {
            let text = &rows.numbers[begin * width..(begin + length) * width];
            let (mean, first) = pool.split_at_mut(width);
            for row in text.chunks_exact(width) {
                for (sum, number) in mean.iter_mut().zip(row) {
                    *sum += number / *length as f32;
                }
            }
            first.copy_from_slice(&text[..width]);
            begin += length;
        }
        let mut answers = Vec::new();
        self.head.apply(&pooled, &mut answers, &mut scratch.rounded);
        answers
            .chunks_exact(self.shape.outputs)
            .map(<[f32]>::to_vec)
            .collect()
    }
}

/// How many texts from the front fit into one batch; at least one.
fn fitting(order: &[usize], texts: &[Segments]) -> usize {
    let mut rows = 0;
    let fits = order.iter().take_while(|at| {
        rows += texts[**at].ids.len();
        rows <= ROWS
    });
    fits.count().max(1)
}
