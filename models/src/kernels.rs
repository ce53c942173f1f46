//! The arithmetic of the encoder: matrix products, and the steps between them on whole rows.
//!
//! Products with weights are in [`packed`] and, in eight bits, in [`eight_bit`]; the others go to the `gemm`
//! crate, which picks AVX-512, AVX2 or plain code at run time. The rest is plain Rust that `pulp` compiles
//! once for each of these and picks likewise. No result depends on which was picked by more than rounding.
#![allow(
    unsafe_code,
    reason = "gemm and the processor's own instructions take pointers; every bound is checked before"
)]

mod eight_bit;
mod packed;
mod panels;

use gemm::Parallelism;
use pulp::Arch;

pub(crate) use eight_bit::{EightBit, Rounded};
pub(crate) use packed::{Packed, small_product};

/// A matrix seen in a slice: element (r, c) is at `r * row_step + c * column_step`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> Matrix<'a> {
    /// Rows one after the other, `row_step` apart.
    pub(crate) fn by_rows(data: &'a [f32], rows: usize, columns: usize, row_step: usize) -> Self {
        check(data.len(), rows, columns, row_step, 1);
        Self {
            data,
            rows,
            columns,
            row_step,
            column_step: 1,
        }
    }

    /// The same numbers with rows and columns exchanged.
    pub(crate) const fn transposed(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
        }
    }
}

fn check(len: usize, rows: usize, columns: usize, row_step: usize, column_step: usize) {
    let last = rows.saturating_sub(1) * row_step + columns.saturating_sub(1) * column_step;
    assert!(
        rows == 0 || columns == 0 || last < len,
        "a matrix reaches beyond its numbers"
    );
}

/// `out = a × b`, or `out += a × b`; `out` holds `a.rows` rows, `row_step` apart.
fn product(out: &mut [f32], row_step: usize, a: Matrix<'_>, b: Matrix<'_>, add: bool) {
    assert_eq!(a.columns, b.rows, "the inner sizes of a product differ");
    check(out.len(), a.rows, b.columns, row_step, 1);
    // SAFETY: `Matrix::by_rows` and `check` have seen that every element that the sizes and steps
    // name lies in its slice, and `out` is borrowed apart from `a` and `b`.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            1,
            row_step as isize,
            add,
            a.data.as_ptr(),
            a.column_step as isize,
            a.row_step as isize,
            b.data.as_ptr(),
            b.column_step as isize,
            b.row_step as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// Sets every row to `bias`, for a product to be added.
fn fill_rows(rows: &mut [f32], bias: &[f32]) {
    for row in rows.chunks_exact_mut(bias.len()) {
        row.copy_from_slice(bias);
    }
}

/// Adds `other` to `rows` and brings each row to mean 0 and variance 1, then scales and shifts it.
pub(crate) fn add_and_normalise(
    rows: &mut [f32],
    other: &[f32],
    scale: &[f32],
    shift: &[f32],
    epsilon: f32,
) {
    Arch::new().dispatch(|| {
        let width = scale.len();
        for (row, other) in rows.chunks_exact_mut(width).zip(other.chunks_exact(width)) {
            for (value, other) in row.iter_mut().zip(other) {
                *value += other;
            }
            normalise_row(row, scale, shift, epsilon);
        }
    });
}

/// Brings each row to mean 0 and variance 1, then scales and shifts it.
pub(crate) fn normalise(rows: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
    Arch::new().dispatch(|| {
        for row in rows.chunks_exact_mut(scale.len()) {
            normalise_row(row, scale, shift, epsilon);
        }
    });
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn normalise_row(row: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
    let width = row.len() as f32;
    let mean = sum(row, |value| value) / width;
    let variance = sum(row, |value| (value - mean) * (value - mean)) / width;
    let factor = 1.0 / (variance + epsilon).sqrt();
    for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *value = (*value - mean) * factor * scale + shift;
    }
}

/// A sum in lanes, so that the order of additions, and with it the result, is the same everywhere.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let parts = values.chunks_exact(16);
    let rest: f32 = parts.remainder().iter().map(|value| of(*value)).sum();
    for part in parts {
        for (lane, value) in lanes.iter_mut().zip(part) {
            *lane += of(*value);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Gaussian error linear unit, `x Φ(x)`, of each number.
pub(crate) fn gelu(values: &mut [f32]) {
    Arch::new().dispatch(|| {
        for value in values.iter_mut() {
            let x = *value;
            *value = 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
        }
    });
}

/// Makes each row of `columns` numbers, times `factor`, into shares that sum to one.
pub(crate) fn softmax(rows: &mut [f32], columns: usize, factor: f32) {
    Arch::new().dispatch(|| {
        for row in rows.chunks_exact_mut(columns) {
            let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for value in row.iter_mut() {
                *value = exp((*value - highest) * factor);
            }
            let whole = 1.0 / sum(row, |value| value);
            for value in row.iter_mut() {
                *value *= whole;
            }
        }
    });
}

/// The error function; wrong by 1.5e-7 at most (Abramowitz and Stegun, 7.1.26).
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let series = t
        * (0.254_829_6
            + t * (-0.284_496_74 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    (1.0 - series * exp(-size * size)).copysign(x)
}

/// `e^x` for `x` up to 88, wrong by two parts in ten million at most.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // Adding and taking away a number this large rounds to a whole one, in every instruction set.
    let whole = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_65
                                + rest
                                    * (0.041_665_795
                                        + rest
                                            * (0.008_333_452
                                                + rest
                                                    * (0.001_398_2 + rest * 0.000_198_756_92))))));
    series * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(a: &[f32], b: &[f32], (rows, inner, columns): (usize, usize, usize)) -> Vec<f32> {
        let mut out = vec![0.0; rows * columns];
        for r in 0..rows {
            for c in 0..columns {
                out[r * columns + c] = (0..inner)
                    .map(|i| a[r * inner + i] * b[c * inner + i])
                    .sum();
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_product_is_the_sum_of_products(rows in 1_usize..9, inner in 1_usize..40, columns in 1_usize..20, seed in 0_u32..1000) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) % 1000) as f32 / 500.0 - 1.0;
            let a: Vec<f32> = (0..rows * inner).map(number).collect();
            let b: Vec<f32> = (0..columns * inner).map(|at| number(at + 7)).collect();
            let mut out = vec![1.0; rows * columns];
            product(&mut out, columns, Matrix::by_rows(&a, rows, inner, inner), Matrix::by_rows(&b, columns, inner, inner).transposed(), true);
            for (got, wanted) in out.iter().zip(naive(&a, &b, (rows, inner, columns))) {
                prop_assert!((got - wanted - 1.0).abs() < 1e-4);
            }
        }

        #[test]
        fn the_exponential_is_close(x in -80.0_f32..80.0) {
            let wanted = f64::from(x).exp();
            prop_assert!((f64::from(exp(x)) - wanted).abs() <= wanted * 4e-7);
        }
    }

    #[test]
    fn gelu_and_softmax_give_known_values() {
        let mut values = [-3.0, -1.0, 0.0, 0.5, 2.0];
        gelu(&mut values);
        for (got, wanted) in
            values
                .iter()
                .zip([-0.004_049_9, -0.158_655_25, 0.0, 0.345_731_23, 1.954_499_7])
        {
            assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
        }
        let mut shares = [1.0, 2.0, 3.0];
        softmax(&mut shares, 3, 1.0);
        for (got, wanted) in shares
            .iter()
            .zip([0.090_030_57, 0.244_728_47, 0.665_240_96])
        {
            assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
        }
    }

    #[test]
    fn a_row_is_brought_to_mean_zero_and_variance_one() {
        let mut row: Vec<f32> = (0..40).map(|at| at as f32).collect();
        normalise(&mut row, &[2.0; 40], &[1.0; 40], 0.0);
        let mean: f32 = row.iter().sum::<f32>() / 40.0;
        let variance: f32 = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / 40.0;
        assert!((mean - 1.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4);
    }

    #[test]
    #[should_panic(expected = "beyond its numbers")]
    fn a_matrix_larger_than_its_numbers_is_refused() {
        let _ = Matrix::by_rows(&[0.0; 5], 2, 3, 3);
    }
}
