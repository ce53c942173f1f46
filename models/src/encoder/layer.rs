//! One layer of the trunk: attention, then two dense steps, each added to what went in and normalised.

use super::{Precision, Shape};
use crate::error::ModelError;
use crate::kernels::{self, EightBit, Matrix, Packed, Rounded};
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
    room: Vec<f32>,
    pub(super) rounded: Rounded,
}

/// A matrix and what is added after it.
pub(super) struct Dense {
    weight: Held,
    bias: Vec<f32>,
}

enum Held {
    Single(Packed),
    EightBit(EightBit),
}

impl Dense {
    pub(super) fn read(
        weights: &Weights,
        name: &str,
        (outputs, inputs): (usize, usize),
        precision: Precision,
    ) -> Result<Self, ModelError> {
        Self::joined(weights, &[name], (outputs, inputs), precision)
    }

    /// Several steps on the same input, as one.
    fn joined(
        weights: &Weights,
        names: &[&str],
        (outputs, inputs): (usize, usize),
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            weight.extend(weights.numbers(&format!("{name}.weight"), &[outputs, inputs])?);
            bias.extend(weights.numbers(&format!("{name}.bias"), &[outputs])?);
        }
        let weight = match precision {
            Precision::Single => Held::Single(Packed::of(weight, bias.len(), inputs)),
            Precision::EightBit => Held::EightBit(EightBit::of(&weight, bias.len(), inputs)),
        };
        Ok(Self { weight, bias })
    }

    /// The answers for rows of inputs.
    pub(super) fn apply(&self, rows: &[f32], out: &mut Vec<f32>, rounded: &mut Rounded) {
        let inputs = match &self.weight {
            Held::Single(weight) => weight.inputs(),
            Held::EightBit(weight) => weight.inputs(),
        };
        out.resize(rows.len() / inputs * self.bias.len(), 0.0);
        match &self.weight {
            Held::Single(weight) => weight.apply(rows, &self.bias, out),
            Held::EightBit(weight) => weight.apply(rows, &self.bias, out, rounded),
        }
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
        precision: Precision,
    ) -> Result<Self, ModelError> {
        let (width, inner) = (shape.width, shape.inner);
        let full = |name: &str| format!("encoder.layer.{number}.{name}");
        let dense = |name: &str, size| Dense::read(weights, &full(name), size, precision);
        let norm =
            |name: &str| Norm::read(weights, &format!("encoder.layer.{number}.{name}"), width);
        Ok(Self {
            heads: shape.heads,
            asking: Dense::joined(
                weights,
                &[
                    &full("attention.self.query"),
                    &full("attention.self.key"),
                    &full("attention.self.value"),
                ],
                (width, width),
                precision,
            )?,
            attended: dense("attention.output.dense", (width, width))?,
            attended_norm: norm("attention.output.LayerNorm")?,
            inner: dense("intermediate.dense", (inner, width))?,
            outer: dense("output.dense", (width, inner))?,
            outer_norm: norm("output.LayerNorm")?,
        })
    }

    pub(super) fn apply(&self, rows: &mut Rows, scratch: &mut Scratch) {
        let rounded = &mut scratch.rounded;
        self.asking
            .apply(&rows.numbers, &mut scratch.asked, rounded);
        self.attend(rows, scratch);
        let rounded = &mut scratch.rounded;
        self.attended
            .apply(&scratch.context, &mut scratch.out, rounded);
        self.attended_norm.add(&mut rows.numbers, &scratch.out);
        self.inner.apply(&rows.numbers, &mut scratch.inner, rounded);
        kernels::gelu(&mut scratch.inner);
        self.outer.apply(&scratch.inner, &mut scratch.out, rounded);
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
                kernels::small_product(
                    &mut scratch.shares,
                    *length,
                    part(0),
                    part(1).transposed(),
                    &mut scratch.room,
                );
                kernels::softmax(&mut scratch.shares, *length, 1.0 / (each as f32).sqrt());
                let shares = Matrix::by_rows(&scratch.shares, *length, *length, *length);
                let context = &mut context[head * each..];
                kernels::small_product(context, width, shares, part(2), &mut scratch.room);
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
