//! One layer of the trunk: attention, then two dense steps, each added to what went in and normalised.

use super::Shape;
use crate::error::ModelError;
use crate::kernels::{self, Matrix};
use crate::weights::Weights;

/// What keeps a variance from being zero, as BERT has it.
pub(super) const EPSILON: f32 = 1e-12;

/// The rows of some texts, one text after the other.
pub(super) struct Rows {
    pub(super) numbers: Vec<f32>,
    /// Rows of each text.
    pub(super) lengths: Vec<usize>,
}

/// Room for the numbers in between, used again for each layer.
#[derive(Default)]
pub(super) struct Scratch {
    asked: Vec<f32>,
    shares: Vec<f32>,
    context: Vec<f32>,
    out: Vec<f32>,
    inner: Vec<f32>,
}

/// A matrix and what is added after it.
pub(super) struct Dense {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    pub(super) fn read(
        weights: &Weights,
        name: &str,
        outputs: usize,
        inputs: usize,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            weight: weights.numbers(&format!("{name}.weight"), &[outputs, inputs])?,
            bias: weights.numbers(&format!("{name}.bias"), &[outputs])?,
        })
    }

    /// Several steps on the same input, as one.
    fn joined(parts: [Self; 3]) -> Self {
        let mut joined = Self {
            weight: Vec::new(),
            bias: Vec::new(),
        };
        for part in parts {
            joined.weight.extend(part.weight);
            joined.bias.extend(part.bias);
        }
        joined
    }

    /// The answers for rows of inputs.
    pub(super) fn apply(&self, rows: &[f32], out: &mut Vec<f32>) {
        let outputs = self.bias.len();
        let inputs = self.weight.len() / outputs;
        let count = rows.len() / inputs;
        out.resize(count * outputs, 0.0);
        kernels::fill_rows(out, &self.bias);
        let weight = Matrix::by_rows(&self.weight, outputs, inputs, inputs).transposed();
        kernels::product(
            out,
            outputs,
            Matrix::by_rows(rows, count, inputs, inputs),
            weight,
            true,
        );
    }
}

/// What brings rows back into bounds.
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

impl Norm {
    pub(super) fn read(weights: &Weights, name: &str, width: usize) -> Result<Self, ModelError> {
        Ok(Self {
            scale: weights.numbers(&format!("{name}.weight"), &[width])?,
            shift: weights.numbers(&format!("{name}.bias"), &[width])?,
        })
    }
}

/// A layer's weights.
pub(super) struct Layer {
    heads: usize,
    /// Query, key and value, side by side.
    asking: Dense,
    attended: Dense,
    attended_norm: Norm,
    inner: Dense,
    outer: Dense,
    outer_norm: Norm,
}

impl Layer {
    pub(super) fn read(
        weights: &Weights,
        shape: &Shape,
        number: usize,
    ) -> Result<Self, ModelError> {
        let (width, inner) = (shape.width, shape.inner);
        let dense = |name: &str, outputs, inputs| {
            let name = format!("encoder.layer.{number}.{name}");
            Dense::read(weights, &name, outputs, inputs)
        };
        let norm =
            |name: &str| Norm::read(weights, &format!("encoder.layer.{number}.{name}"), width);
        Ok(Self {
            heads: shape.heads,
            asking: Dense::joined([
                dense("attention.self.query", width, width)?,
                dense("attention.self.key", width, width)?,
                dense("attention.self.value", width, width)?,
            ]),
            attended: dense("attention.output.dense", width, width)?,
            attended_norm: norm("attention.output.LayerNorm")?,
            inner: dense("intermediate.dense", inner, width)?,
            outer: dense("output.dense", width, inner)?,
            outer_norm: norm("output.LayerNorm")?,
        })
    }

    pub(super) fn apply(&self, rows: &mut Rows, scratch: &mut Scratch) {
        self.asking.apply(&rows.numbers, &mut scratch.asked);
        self.attend(rows, scratch);
        self.attended.apply(&scratch.context, &mut scratch.out);
        self.attended_norm.add(&mut rows.numbers, &scratch.out);
        self.inner.apply(&rows.numbers, &mut scratch.inner);
        kernels::gelu(&mut scratch.inner);
        self.outer.apply(&scratch.inner, &mut scratch.out);
        self.outer_norm.add(&mut rows.numbers, &scratch.out);
    }

    /// Each head of each text mixes the values of its rows by how well its queries meet their keys.
    fn attend(&self, rows: &Rows, scratch: &mut Scratch) {
        let width = self.attended.bias.len();
        let each = width / self.heads;
        scratch.context.resize(rows.numbers.len(), 0.0);
        let mut begin = 0;
        for length in &rows.lengths {
            let asked = &scratch.asked[begin * 3 * width..(begin + length) * 3 * width];
            let context = &mut scratch.context[begin * width..(begin + length) * width];
            scratch.shares.resize(length * length, 0.0);
            for head in 0..self.heads {
                let part = |kind: usize| {
                    Matrix::by_rows(
                        &asked[kind * width + head * each..],
                        *length,
                        each,
                        3 * width,
                    )
                };
                kernels::product(
                    &mut scratch.shares,
                    *length,
                    part(0),
                    part(1).transposed(),
                    false,
                );
                kernels::softmax(&mut scratch.shares, *length, 1.0 / (each as f32).sqrt());
                let shares = Matrix::by_rows(&scratch.shares, *length, *length, *length);
                kernels::product(&mut context[head * each..], width, shares, part(2), false);
            }
            begin += length;
        }
    }
}

impl Norm {
    fn add(&self, rows: &mut [f32], other: &[f32]) {
        kernels::add_and_normalise(rows, other, &self.scale, &self.shift, EPSILON);
    }
}
