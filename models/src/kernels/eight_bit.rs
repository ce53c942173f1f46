//! Products in whole numbers of eight bits: a quarter of the memory and, where the processor multiplies them
//! directly (AVX-512 VNNI), several times the speed.
//!
//! Weights have one scale an output, fixed when they are read. Rows are scaled each by itself at the
//! product, between their own lowest and highest number. Sums are exact, so every machine gives the same.

use pulp::Arch;

use super::panels::{self, PANEL, Part, TILE};

/// Inputs whose products are summed at once.
const QUAD: usize = 4;

/// Weights of a dense step in eight bits.
pub(crate) struct EightBit {
    outputs: usize,
    inputs: usize,
    /// Panels of outputs; in each, quads of inputs, output by output.
    panels: Vec<i8>,
    /// What one step of an output's weights is worth.
    scales: Vec<f32>,
    /// The sum of an output's weights, in steps.
    sums: Vec<i32>,
    direct: bool,
}

/// Rows in eight bits: number = lowest + step × whole.
#[derive(Default)]
pub(crate) struct Rounded {
    wholes: Vec<u8>,
    steps: Vec<f32>,
    lowest: Vec<f32>,
}

impl EightBit {
    /// Rounds `weight`, a row an output.
    pub(crate) fn of(weight: &[f32], outputs: usize, inputs: usize) -> Self {
        assert_eq!(weight.len(), outputs * inputs, "weights of another size");
        let quads = inputs.div_ceil(QUAD);
        let mut laid = vec![0_i8; outputs.div_ceil(PANEL) * PANEL * quads * QUAD];
        let (mut scales, mut sums) = (Vec::new(), Vec::new());
        for (output, row) in weight.chunks_exact(inputs).enumerate() {
            let largest = row.iter().fold(0.0_f32, |most, one| most.max(one.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            let panel = &mut laid[output / PANEL * PANEL * quads * QUAD..];
            let mut sum = 0;
            for (input, number) in row.iter().enumerate() {
                let whole = (number / scale).round() as i8;
                let quad = &mut panel[input / QUAD * PANEL * QUAD..];
                quad[output % PANEL * QUAD + input % QUAD] = whole;
                sum += i32::from(whole);
            }
            scales.push(scale);
            sums.push(sum);
        }
        Self {
            outputs,
            inputs,
            panels: laid,
            scales,
            sums,
            direct: multiplies_directly(),
        }
    }

    /// Numbers of an input row.
    pub(crate) const fn inputs(&self) -> usize {
        self.inputs
    }

    /// `out = rows × weights + bias`, for every row.
    pub(crate) fn apply(&self, rows: &[f32], bias: &[f32], out: &mut [f32], rounded: &mut Rounded) {
        let count = rows.len() / self.inputs;
        assert_eq!(rows.len(), count * self.inputs, "rows of another size");
        assert_eq!(out.len(), count * self.outputs, "answers of another size");
        assert_eq!(bias.len(), self.outputs, "a bias of another size");
        rounded.read(rows, self.inputs);
        let width = self.inputs.div_ceil(QUAD) * QUAD;
        panels::for_each(count, self.outputs, |part| {
            let panel = &self.panels[part.panel * width * PANEL..][..width * PANEL];
            let wholes = &rounded.wholes[part.rows.start * width..part.rows.end * width];
            let sums = self.sums_of(part.rows.len(), wholes, panel);
            self.write(part, &sums, rounded, bias, out);
        });
    }

    fn sums_of(&self, rows: usize, wholes: &[u8], panel: &[i8]) -> [[i32; PANEL]; TILE] {
        #[cfg(target_arch = "x86_64")]
        if self.direct {
            // SAFETY: `direct` is set only where the processor was seen to have VNNI.
            return unsafe { panels::for_rows!(rows, direct_sums(wholes, panel)) };
        }
        Arch::new().dispatch(|| plain_sums(rows, wholes, panel))
    }

    fn write(
        &self,
        part: &Part,
        sums: &[[i32; PANEL]; TILE],
        rounded: &Rounded,
        bias: &[f32],
        out: &mut [f32],
    ) {
        let outputs = part.outputs.clone();
        let (scales, weights, bias) = (
            &self.scales[outputs.clone()],
            &self.sums[outputs.clone()],
            &bias[outputs.clone()],
        );
        for (nth, row) in part.rows.clone().enumerate() {
            let (step, lowest) = (rounded.steps[row], rounded.lowest[row]);
            let answers = &mut out[row * self.outputs..][outputs.clone()];
            for (at, answer) in answers.iter_mut().enumerate() {
                let sum = step * sums[nth][at] as f32 + lowest * weights[at] as f32;
                *answer = bias[at] + scales[at] * sum;
            }
        }
    }
}

impl Rounded {
    fn read(&mut self, rows: &[f32], inputs: usize) {
        let count = rows.len() / inputs;
        let width = inputs.div_ceil(QUAD) * QUAD;
        self.wholes.clear();
        self.wholes.resize(count * width, 0);
        self.steps.resize(count, 0.0);
        self.lowest.resize(count, 0.0);
        Arch::new().dispatch(|| {
            let parts = rows
                .chunks_exact(inputs)
                .zip(self.wholes.chunks_exact_mut(width));
            let kept = self.steps.iter_mut().zip(&mut self.lowest);
            for ((row, wholes), (step, lowest)) in parts.zip(kept) {
                (*step, *lowest) = round_row(row, wholes);
            }
        });
    }
}

/// Rounds a row to steps between its lowest and its highest number; gives the step and the lowest.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn round_row(row: &[f32], wholes: &mut [u8]) -> (f32, f32) {
    let (mut low, mut high) = ([0.0_f32; 16], [0.0_f32; 16]);
    let parts = row.chunks_exact(16);
    for number in parts.remainder() {
        low[0] = low[0].min(*number);
        high[0] = high[0].max(*number);
    }
    for part in parts {
        for ((low, high), number) in low.iter_mut().zip(&mut high).zip(part) {
            *low = low.min(*number);
            *high = high.max(*number);
        }
    }
    let lowest = low.iter().fold(0.0_f32, |least, one| least.min(*one));
    let highest = high.iter().fold(0.0_f32, |most, one| most.max(*one));
    let step = if highest > lowest {
        (highest - lowest) / 255.0
    } else {
        1.0
    };
    let per = 1.0 / step;
    for (whole, number) in wholes.iter_mut().zip(row) {
        *whole = ((number - lowest) * per + 0.5) as u8;
    }
    (step, lowest)
}

fn multiplies_directly() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512vnni");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The sums of `rows` rows with one panel, on any machine.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled within each dispatch")]
fn plain_sums(rows: usize, wholes: &[u8], panel: &[i8]) -> [[i32; PANEL]; TILE] {
    let mut sums = [[0; PANEL]; TILE];
    let width = wholes.len() / rows;
    for (row, sums) in wholes.chunks_exact(width).zip(&mut sums) {
        for (four, weights) in row.chunks_exact(QUAD).zip(panel.chunks_exact(PANEL * QUAD)) {
            for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(QUAD)) {
                for (whole, weight) in four.iter().zip(weights) {
                    *sum += i32::from(*whole) * i32::from(*weight);
                }
            }
        }
    }
    sums
}

/// The same with the instruction made for it.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn direct_sums<const ROWS: usize>(wholes: &[u8], panel: &[i8]) -> [[i32; PANEL]; TILE] {
    use std::arch::x86_64::{
        _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
        _mm512_storeu_si512,
    };
    let width = wholes.len() / ROWS;
    assert!(
        width.is_multiple_of(QUAD) && panel.len() == width * PANEL,
        "a panel of another size"
    );
    let mut tile = [[0; PANEL]; TILE];
    // SAFETY: `wholes` holds `ROWS * width` numbers and `panel` `width * PANEL`, both seen above; the rows of
    // `tile` hold `PANEL` numbers, two registers.
    unsafe {
        let mut sums = [[_mm512_setzero_si512(); 2]; ROWS];
        for quad in 0..width / QUAD {
            let at = panel.as_ptr().add(quad * PANEL * QUAD);
            let (first, second) = (
                _mm512_loadu_si512(at.cast()),
                _mm512_loadu_si512(at.add(64).cast()),
            );
            for (row, sum) in sums.iter_mut().enumerate() {
                let four = wholes.as_ptr().add(row * width + quad * QUAD);
                let four = _mm512_set1_epi32(four.cast::<i32>().read_unaligned());
                sum[0] = _mm512_dpbusd_epi32(sum[0], four, first);
                sum[1] = _mm512_dpbusd_epi32(sum[1], four, second);
            }
        }
        for (row, sum) in tile.iter_mut().zip(sums) {
            _mm512_storeu_si512(row.as_mut_ptr().cast(), sum[0]);
            _mm512_storeu_si512(row.as_mut_ptr().add(16).cast(), sum[1]);
        }
    }
    tile
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rounded_product_is_near_and_the_same_on_every_machine(count in 1_usize..30, inputs in 1_usize..50, outputs in 1_usize..80, seed in 0_u32..1000) {
            let number = |at: usize| ((at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) % 1000) as f32 / 500.0 - 1.0;
            let rows: Vec<f32> = (0..count * inputs).map(number).collect();
            let weight: Vec<f32> = (0..outputs * inputs).map(|at| number(at + 7)).collect();
            let bias: Vec<f32> = (0..outputs).map(|at| number(at + 3)).collect();
            let mut step = EightBit::of(&weight, outputs, inputs);
            let (mut here, mut anywhere) = (vec![9.0; count * outputs], vec![9.0; count * outputs]);
            step.apply(&rows, &bias, &mut here, &mut Rounded::default());
            step.direct = false;
            step.apply(&rows, &bias, &mut anywhere, &mut Rounded::default());
            prop_assert_eq!(&here, &anywhere);
            for (row, answers) in here.chunks_exact(outputs).enumerate() {
                for (output, answer) in answers.iter().enumerate() {
                    let wanted: f32 = (0..inputs).map(|i| rows[row * inputs + i] * weight[output * inputs + i]).sum();
                    // Half a step of each factor an input, at most.
                    let bound = inputs as f32 * (2.0 / 255.0 / 2.0 + 1.0 / 127.0 / 2.0 + 1e-4);
                    prop_assert!((answer - bias[output] - wanted).abs() <= bound);
                }
            }
        }
    }
}
