//! Fits the linear tier from lessons on standard input (one JSON object a line) and writes its weights.
//!
//! Lessons that are held out are not learned; the raw answers to them go to standard output, one JSON array
//! a line, in their order, for calibration.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::path::Path;

use half::f16;
use holdfast_models::linear::OUTPUTS;
use holdfast_models::linear::train::{Learned, Learning, Lesson, learn};
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize_to_file};
use serde::Deserialize;

const HOW: Learning = Learning {
    buckets: 1 << 18,
    passes: 10,
    rate: 0.12,
    decay: 2e-5,
};

#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    lesson: Lesson,
    held_out: bool,
}

#[expect(
    clippy::print_stderr,
    reason = "a command line tool says how far it is"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args()
        .nth(1)
        .ok_or("name the file to write the weights to")?;
    let (mut lessons, mut held_out): (Vec<Lesson>, Vec<Lesson>) = Default::default();
    for line in io::stdin().lock().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let to = if line.held_out {
            &mut held_out
        } else {
            &mut lessons
        };
        to.push(line.lesson);
    }
    let mut learned = learn(&lessons, HOW, |pass, loss| {
        eprintln!(
            "linear tier, pass {} of {}: loss {loss:.4}",
            pass + 1,
            HOW.passes
        );
    });
    learned.round();
    write(&learned, Path::new(&out))?;
    let mut answers = io::stdout().lock();
    for lesson in &held_out {
        serde_json::to_writer(&mut answers, &learned.raw(&lesson.text))?;
        answers.write_all(b"\n")?;
    }
    Ok(())
}

fn write(learned: &Learned, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let halves = |numbers: &[f32]| -> Vec<u8> {
        let halves = numbers.iter().map(|number| f16::from_f32(*number));
        halves.flat_map(f16::to_le_bytes).collect()
    };
    let (table, bias) = (halves(&learned.table), halves(&learned.bias));
    let tensors = HashMap::from([
        (
            "table",
            TensorView::new(Dtype::F16, vec![HOW.buckets, OUTPUTS], &table)?,
        ),
        ("bias", TensorView::new(Dtype::F16, vec![OUTPUTS], &bias)?),
    ]);
    serialize_to_file(tensors, None, out)?;
    Ok(())
}
