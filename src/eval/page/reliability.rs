//! Scores against the share of positives among rows with such a score.

use std::fmt::{self, Write};

use crate::eval::measures::{Bin, Signal};

const SIDE: f64 = 220.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;

pub(super) fn write(signal: Signal, bins: &[Bin], out: &mut String) -> fmt::Result {
    let filled: Vec<&Bin> = bins.iter().filter(|bin| bin.rows > 0.0).collect();
    let most = filled.iter().map(|bin| bin.rows).fold(1.0, f64::max);
    let (right, bottom) = (LEFT + SIDE, TOP + SIDE);
    let (width, height) = (right + 12.0, bottom + 40.0);
    write!(
        out,
        "<figure><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"Reliability of the {} score in {} bins\">\
         <rect class=\"axis\" x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\"/>\
         <path class=\"axis\" d=\"M{LEFT} {bottom}L{right} {TOP}\"/>",
        signal.name(),
        filled.len()
    )?;
    let place = |bin: &Bin| (LEFT + bin.mean_score * SIDE, bottom - bin.positives * SIDE);
    let mut path = String::new();
    for (nth, bin) in filled.iter().enumerate() {
        let ((x, y), step) = (place(bin), if nth == 0 { 'M' } else { 'L' });
        write!(path, "{step}{x:.1} {y:.1}")?;
    }
    write!(out, "<path class=\"path\" d=\"{path}\"/>")?;
    for bin in &filled {
        let ((x, y), radius) = (place(bin), 2.0 + 6.0 * (bin.rows / most).sqrt());
        write!(
            out,
            "<circle class=\"good\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"><title>score {:.2}, positives {:.0} %, \
             {:.0} rows</title></circle>",
            bin.mean_score,
            bin.positives * 100.0,
            bin.rows
        )?;
    }
    write!(
        out,
        "<text class=\"soft\" x=\"{LEFT}\" y=\"{low}\">0</text><text class=\"soft\" x=\"{right}\" y=\"{low}\" \
         text-anchor=\"end\">1</text><text class=\"soft\" x=\"{middle}\" y=\"{low}\" text-anchor=\"middle\">score</text>\
         <text class=\"soft\" x=\"{edge}\" y=\"{top}\" text-anchor=\"end\">1</text>\
         <text class=\"soft\" x=\"{edge}\" y=\"{bottom}\" text-anchor=\"end\">0</text></svg>\
         <figcaption>{name}{level}</figcaption></figure>",
        low = bottom + 18.0,
        middle = LEFT + SIDE / 2.0,
        edge = LEFT - 6.0,
        top = TOP + 12.0,
        name = signal.name(),
        level = if signal == Signal::Crisis {
            " ≥ 2"
        } else {
            ""
        },
    )
}
