//! Reads one JSON string a line from standard input and writes its normalised text, one JSON string a line.
//!
//! Training reads text through this, so that what a model learns from and what it later judges are
//! made by the same code.

use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let normalised = holdfast_classifiers::normalise(&text);
        serde_json::to_writer(&mut out, normalised.text())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
