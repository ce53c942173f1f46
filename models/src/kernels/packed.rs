//! Products with weights that are laid out once, when they are read, and not again for every product.
//!
//! With AVX-512 the weights stand in panels and our own tile works on them: at the sizes of a small encoder
//! a general product spends a third of its time on arranging. Elsewhere `gemm` does the product.

use super::{Matrix, fill_rows, product};

#[cfg(target_arch = "x86_64")]
use super::panels::{self, PANEL, TILE};

/// Inputs ahead of the product for which weights are brought near.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 8;

/// Weights of a dense step, ready for products.
pub(crate) struct Packed {
    outputs: usize,
    inputs: usize,
    layout: Layout,
}

enum Layout {
    /// A row an output.
    Rows(Vec<f32>),
    /// Panels of outputs, input by input.
    #[cfg(target_arch = "x86_64")]
    Panels(Vec<f32>),
}

impl Packed {
    /// Lays out `weight`, a row an output, for this machine.
    pub(crate) fn of(weight: Vec<f32>, outputs: usize, inputs: usize) -> Self {
        assert_eq!(weight.len(), outputs * inputs, "weights of another size");
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx512f") {
            let layout = Layout::Panels(in_panels(&weight, outputs, inputs));
            return Self {
                outputs,
                inputs,
                layout,
            };
        }
        Self::plain(weight, outputs, inputs)
    }

    const fn plain(weight: Vec<f32>, outputs: usize, inputs: usize) -> Self {
        Self {
            outputs,
            inputs,
            layout: Layout::Rows(weight),
        }
    }

    /// Numbers of an input row.
    pub(crate) const fn inputs(&self) -> usize {
        self.inputs
    }

    /// `out = rows × weights + bias`, for every row.
    pub(crate) fn apply(&self, rows: &[f32], bias: &[f32], out: &mut [f32]) {
        let count = rows.len() / self.inputs;
        assert_eq!(rows.len(), count * self.inputs, "rows of another size");
        assert_eq!(out.len(), count * self.outputs, "answers of another size");
        assert_eq!(bias.len(), self.outputs, "a bias of another size");
        match &self.layout {
            Layout::Rows(weight) => {
                fill_rows(out, bias);
                let weight = Matrix::by_rows(weight, self.outputs, self.inputs, self.inputs);
                let rows = Matrix::by_rows(rows, count, self.inputs, self.inputs);
                product(out, self.outputs, rows, weight.transposed(), true);
            }
            #[cfg(target_arch = "x86_64")]
            Layout::Panels(weight) => {
                let rows = Matrix::by_rows(rows, count, self.inputs, self.inputs);
                // SAFETY: panels are made only where AVX-512 was found.
                unsafe { in_tiles(rows, weight, Some(bias), out, (self.outputs, self.outputs)) };
            }
        }
    }
}

/// `out = a × b` for two matrices that both change from product to product; `out` holds `a.rows` rows,
/// `row_step` apart. `room` is used again from call to call.
pub(crate) fn small_product(
    out: &mut [f32],
    row_step: usize,
    a: Matrix<'_>,
    b: Matrix<'_>,
    room: &mut Vec<f32>,
) {
    assert_eq!(a.columns, b.rows, "the inner sizes of a product differ");
    #[cfg(target_arch = "x86_64")]
    if a.column_step == 1 && std::arch::is_x86_feature_detected!("avx512f") {
        lay_out(b, room);
        // SAFETY: AVX-512 was found above.
        unsafe { in_tiles(a, room, None, out, (b.columns, row_step)) };
        return;
    }
    product(out, row_step, a, b, false);
}

/// The columns of `b` in panels.
#[cfg(target_arch = "x86_64")]
fn lay_out(b: Matrix<'_>, room: &mut Vec<f32>) {
    room.resize(b.columns.div_ceil(PANEL) * PANEL * b.rows, 0.0);
    for (nth, panel) in room.chunks_exact_mut(PANEL * b.rows).enumerate() {
        let first = nth * PANEL;
        let columns = PANEL.min(b.columns - first);
        for (row, numbers) in panel.chunks_exact_mut(PANEL).enumerate() {
            let from = &b.data[row * b.row_step + first * b.column_step..];
            if b.column_step == 1 {
                numbers[..columns].copy_from_slice(&from[..columns]);
            } else {
                let from = from.iter().step_by(b.column_step);
                for (number, from) in numbers[..columns].iter_mut().zip(from) {
                    *number = *from;
                }
            }
        }
    }
}

/// A product, tile by tile.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn in_tiles(
    a: Matrix<'_>,
    laid: &[f32],
    bias: Option<&[f32]>,
    out: &mut [f32],
    (outputs, row_step): (usize, usize),
) {
    let size = a.columns * PANEL;
    let mut tile = [[0.0; PANEL]; TILE];
    panels::for_each(a.rows, outputs, |part| {
        let filled = part.outputs.len();
        let mut start = [0.0; PANEL];
        if let Some(bias) = bias {
            start[..filled].copy_from_slice(&bias[part.outputs.clone()]);
        }
        let panel = &laid[part.panel * size..][..size];
        let rows = &a.data[part.rows.start * a.row_step..];
        panels::for_rows!(
            part.rows.len(),
            product_of((rows, a.row_step), panel, &start, &mut tile)
        );
        for (row, numbers) in part.rows.clone().zip(&tile) {
            out[row * row_step..][part.outputs.clone()].copy_from_slice(&numbers[..filled]);
        }
    });
}

#[cfg(target_arch = "x86_64")]
fn in_panels(weight: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    let mut laid = vec![0.0; outputs.div_ceil(PANEL) * PANEL * inputs];
    for (output, row) in weight.chunks_exact(inputs).enumerate() {
        let panel = &mut laid[output / PANEL * PANEL * inputs..];
        for (input, number) in row.iter().enumerate() {
            panel[input * PANEL + output % PANEL] = *number;
        }
    }
    laid
}

/// `ROWS` rows, `row_step` apart, with one panel.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn product_of<const ROWS: usize>(
    (rows, row_step): (&[f32], usize),
    panel: &[f32],
    start: &[f32; PANEL],
    tile: &mut [[f32; PANEL]; TILE],
) {
    use std::arch::x86_64::{
        _MM_HINT_T0, _mm_prefetch, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps,
        _mm512_storeu_ps,
    };
    let inputs = panel.len() / PANEL;
    assert!(
        rows.len() >= (ROWS - 1) * row_step + inputs,
        "rows of another size"
    );
    // SAFETY: `rows` reaches as far as the last row's last input, seen above; `panel` holds `inputs * PANEL`
    // numbers; `start` and the rows of `tile` hold `PANEL`, two registers.
    unsafe {
        let first = _mm512_loadu_ps(start.as_ptr());
        let second = _mm512_loadu_ps(start.as_ptr().add(16));
        let mut sums = [[first, second]; ROWS];
        for input in 0..inputs {
            let at = panel.as_ptr().add(input * PANEL);
            // Fetching may reach beyond the panel; it reads nothing.
            _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(AHEAD * PANEL).cast());
            _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(AHEAD * PANEL + 16).cast());
            let (first, second) = (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(16)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let number = _mm512_set1_ps(*rows.as_ptr().add(row * row_step + input));
                sum[0] = _mm512_fmadd_ps(number, first, sum[0]);
                sum[1] = _mm512_fmadd_ps(number, second, sum[1]);
            }
        }
        for (row, sum) in tile.iter_mut().zip(sums) {
            _mm512_storeu_ps(row.as_mut_ptr(), sum[0]);
            _mm512_storeu_ps(row.as_mut_ptr().add(16), sum[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn laid_out_weights_answer_like_plain_ones(count in 1_usize..70, inputs in 1_usize..50, outputs in 1_usize..80, seed in 0_u32..1000) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) % 1000) as f32 / 500.0 - 1.0;
            let rows: Vec<f32> = (0..count * inputs).map(number).collect();
            let weight: Vec<f32> = (0..outputs * inputs).map(|at| number(at + 7)).collect();
            let bias: Vec<f32> = (0..outputs).map(|at| number(at + 3)).collect();
            let (mut laid, mut plain) = (vec![9.0; count * outputs], vec![9.0; count * outputs]);
            Packed::of(weight.clone(), outputs, inputs).apply(&rows, &bias, &mut laid);
            Packed::plain(weight, outputs, inputs).apply(&rows, &bias, &mut plain);
            for (one, other) in laid.iter().zip(&plain) {
                prop_assert!((one - other).abs() < 1e-4, "{one} is not {other}");
            }
        }

        #[test]
        fn a_small_product_is_a_product(count in 1_usize..70, inputs in 1_usize..50, outputs in 1_usize..80, across in proptest::bool::ANY) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) % 1000) as f32 / 500.0 - 1.0;
            let a: Vec<f32> = (0..count * (inputs + 3)).map(number).collect();
            let b: Vec<f32> = (0..(outputs + 5) * (inputs + 5)).map(|at| number(at + 7)).collect();
            let a = Matrix::by_rows(&a, count, inputs, inputs + 3);
            let b = if across {
                Matrix::by_rows(&b, outputs, inputs, inputs + 5).transposed()
            } else {
                Matrix::by_rows(&b, inputs, outputs, outputs + 5)
            };
            let (mut small, mut plain) = (vec![9.0; count * (outputs + 1)], vec![9.0; count * (outputs + 1)]);
            small_product(&mut small, outputs + 1, a, b, &mut vec![5.0; 7]);
            product(&mut plain, outputs + 1, a, b, false);
            for (one, other) in small.iter().zip(&plain) {
                prop_assert!((one - other).abs() < 1e-4, "{one} is not {other}");
            }
        }
    }
}
