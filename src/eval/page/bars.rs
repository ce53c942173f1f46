//! One bar a figure, with its interval as a whisker.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::eval::bootstrap::Figure;
use crate::eval::measures::{Measure, Signal};
use crate::eval::table::{interval, value};

const ROW: usize = 26;
const NAMES: f64 = 210.0;
const BARS: f64 = 320.0;
const WIDTH: usize = 860;

pub(super) fn write(
    signal: Signal,
    figures: &BTreeMap<Measure, Figure>,
    of: &str,
    out: &mut String,
) -> fmt::Result {
    let height = figures.len() * ROW + 4;
    write!(
        out,
        "<figure><svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{}: {} figures with intervals, in words beside the bars\">",
        signal.name(),
        figures.len()
    )?;
    write!(
        out,
        "<path class=\"axis\" d=\"M{NAMES} 0V{height}M{} 0V{height}\"/>",
        NAMES + BARS
    )?;
    for (nth, (measure, figure)) in figures.iter().enumerate() {
        let top = (nth * ROW + 4) as f64;
        let (text, end) = (top + 14.0, NAMES + BARS + 14.0);
        let of = match measure {
            Measure::PairsOrdered if of == "rows" => "pairs",
            _ => of,
        };
        let class = if measure.is_better_low() {
            "bad"
        } else {
            "good"
        };
        write!(
            out,
            "<text x=\"0\" y=\"{text}\">{}</text><rect class=\"{class}\" x=\"{NAMES}\" y=\"{top}\" width=\"{:.1}\" \
             height=\"18\"/>",
            measure.name(signal),
            length(figure.value)
        )?;
        if let (Some(low), Some(high)) = (figure.low, figure.high) {
            let (from, to, middle) = (NAMES + length(low), NAMES + length(high), top + 9.0);
            write!(
                out,
                "<path class=\"whisker\" d=\"M{from:.1} {middle}H{to:.1}M{from:.1} {a}v8M{to:.1} {a}v8\"/>",
                a = middle - 4.0
            )?;
        }
        write!(
            out,
            "<text x=\"{end}\" y=\"{text}\">{} {}<tspan class=\"soft\" dx=\"8\">{} {of}</tspan></text>",
            value(*measure, figure.value),
            interval(*measure, figure),
            figure.rows
        )?;
    }
    out.push_str("</svg></figure>");
    Ok(())
}

/// How long a bar is. Kappa can be below zero: then there is none.
fn length(value: f64) -> f64 {
    value.clamp(0.0, 1.0) * BARS
}
