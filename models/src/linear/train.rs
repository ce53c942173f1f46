//! Fits the linear tier: logistic regression on hashed features by `AdaGrad`, a pass at a time.

use super::{Features, OUTPUTS, share};

/// A text to learn from.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Lesson {
    /// The normalised text.
    pub text: String,
    /// What is wanted of each answer, 0 to 1; none where nobody knows.
    pub wanted: [Option<f32>; OUTPUTS],
    /// How much the text counts.
    pub weight: f32,
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub struct Learning {
    /// Buckets of the table: a power of two.
    pub buckets: usize,
    /// Passes over the lessons.
    pub passes: usize,
    /// Step size.
    pub rate: f32,
    /// How strongly weights are drawn towards zero.
    pub decay: f32,
}

/// Learned weights: `buckets` rows of [`OUTPUTS`] numbers, and what is added to their sum.
#[derive(Debug, Clone)]
pub struct Learned {
    /// The rows.
    pub table: Vec<f32>,
    /// The bias.
    pub bias: [f32; OUTPUTS],
}

impl Learned {
    /// Rounds the numbers to the precision that they are released in.
    pub fn round(&mut self) {
        for number in self.table.iter_mut().chain(&mut self.bias) {
            *number = half::f16::from_f32(*number).to_f32();
        }
    }

    /// The raw answers for a normalised text.
    pub fn raw(&self, text: &str) -> [f32; OUTPUTS] {
        let mask = self.table.len() / OUTPUTS - 1;
        let places: Vec<usize> = Features::of(text)
            .map(|hash| (hash as usize & mask) * OUTPUTS)
            .collect();
        let share = share(places.len() as u32);
        std::array::from_fn(|output| {
            let sum: f32 = places.iter().map(|at| self.table[at + output]).sum();
            sum * share + self.bias[output]
        })
    }
}

/// Learns in the order given, the same every time; calls `told` after each pass with the mean loss.
pub fn learn(lessons: &[Lesson], how: Learning, mut told: impl FnMut(usize, f32)) -> Learned {
    let mut state = State {
        learned: Learned {
            table: vec![0.0; how.buckets * OUTPUTS],
            bias: [0.0; OUTPUTS],
        },
        squares: vec![1e-8; how.buckets * OUTPUTS],
        bias_squares: [1e-8; OUTPUTS],
        how,
    };
    let hashed: Vec<Vec<usize>> = lessons
        .iter()
        .map(|lesson| {
            Features::of(&lesson.text)
                .map(|hash| (hash as usize & (how.buckets - 1)) * OUTPUTS)
                .collect()
        })
        .collect();
    for pass in 0..how.passes {
        let mut loss = 0.0;
        // A stride that shares no factor with the count visits each lesson once, neighbours apart.
        let (count, stride) = (lessons.len(), 7_368_787_usize);
        for turn in 0..count {
            let at = (turn * stride + pass * 31) % count;
            loss += state.step(&lessons[at], &hashed[at]);
        }
        told(pass, loss / count.max(1) as f32);
    }
    state.learned
}

struct State {
    learned: Learned,
    squares: Vec<f32>,
    bias_squares: [f32; OUTPUTS],
    how: Learning,
}

impl State {
    fn step(&mut self, lesson: &Lesson, features: &[usize]) -> f32 {
        let share = share(features.len() as u32);
        let mut loss = 0.0;
        for output in 0..OUTPUTS {
            let Some(wanted) = lesson.wanted[output] else {
                continue;
            };
            let sum: f32 = features
                .iter()
                .map(|at| self.learned.table[at + output])
                .sum();
            let p = crate::artifact::logistic(sum * share + self.learned.bias[output]);
            loss -= lesson.weight
                * (wanted * p.max(1e-6).ln() + (1.0 - wanted) * (1.0 - p).max(1e-6).ln());
            let slope = (p - wanted) * lesson.weight;
            self.bias_squares[output] += slope * slope;
            self.learned.bias[output] -= self.how.rate * slope / self.bias_squares[output].sqrt();
            for at in features {
                let place = at + output;
                let slope = slope * share + self.how.decay * self.learned.table[place];
                self.squares[place] += slope * slope;
                self.learned.table[place] -= self.how.rate * slope / self.squares[place].sqrt();
            }
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_to_tell_words_apart() {
        let lesson = |text: &str, wanted: f32| Lesson {
            text: text.to_owned(),
            wanted: [Some(wanted), None, None, None, None],
            weight: 1.0,
        };
        let lessons = vec![lesson("soup and bread", 0.0), lesson("nails and wire", 1.0)];
        let how = Learning {
            buckets: 1024,
            passes: 40,
            rate: 0.1,
            decay: 0.0,
        };
        let learned = learn(&lessons, how, |_, _| {});
        assert!(learned.raw("wire")[0] > learned.raw("soup")[0] + 0.5);
    }
}
