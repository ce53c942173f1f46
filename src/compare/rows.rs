//! Reading texts: labelled as `holdfast eval` takes them, or plain as `holdfast assess` does.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, ensure};
use holdfast_domain::SignalKind;
use holdfast_domain::judge::JudgeRequest;
use serde_json::{Value, json};

use crate::assess::TextToAssess;
use crate::eval::rows::Labels;
use crate::eval::{self, Labelled};

/// A text, with what it is where that is known.
pub(crate) struct Row {
    /// Its id as given; its number in the file where it has none.
    pub(crate) id: Value,
    /// The text, what it answers and its language.
    pub(crate) text: TextToAssess,
    labels: Labels,
}

impl Row {
    /// The levels that its label supports, the lowest and the highest.
    pub(crate) fn label(&self, kind: SignalKind) -> Option<(u8, u8)> {
        let same = |level: u8| (level, level);
        match kind {
            SignalKind::Crisis => self.labels.crisis,
            SignalKind::Harassment => self.labels.harassment.map(same),
            SignalKind::Stigma => self.labels.stigma.map(same),
        }
    }

    pub(super) fn request(&self) -> JudgeRequest {
        let text = &self.text;
        crate::posts::to_judge(text.text.clone(), text.context.clone(), text.lang.clone())
    }

    fn new(number: usize, text: TextToAssess, labels: Labels) -> Self {
        let id = match &text.id {
            Value::Null => json!(number),
            id => id.clone(),
        };
        Self { id, text, labels }
    }
}

/// Reads a file. One whose first line has labels must have them in every line. An error names file and line, and nothing
/// of a text.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Row>> {
    let packed = path.extension().is_some_and(|end| end == "gz");
    if packed || is_labelled(path)? {
        let rows = eval::read(path)?.into_iter().enumerate();
        let row = |(at, row): (usize, Labelled)| Row::new(at + 1, row.text, row.labels);
        return Ok(rows.map(row).collect());
    }
    let mut rows = Vec::new();
    for (at, line) in lines(path)? {
        let place = || format!("{}, line {at}", path.display());
        // What serde says may quote the text.
        let text = serde_json::from_str(&line?)
            .map_err(|_| anyhow::anyhow!("{}: it is no object with `text` (a string)", place()))?;
        rows.push(Row::new(at, text, Labels::default()));
    }
    ensure!(!rows.is_empty(), "{} holds no texts", path.display());
    Ok(rows)
}

fn is_labelled(path: &Path) -> anyhow::Result<bool> {
    let Some((_, first)) = lines(path)?.next() else {
        return Ok(false);
    };
    let first: Value = serde_json::from_str(&first?).unwrap_or_default();
    Ok(first.get("labels").is_some())
}

/// The lines that hold something, with their numbers from 1.
fn lines(path: &Path) -> anyhow::Result<impl Iterator<Item = (usize, anyhow::Result<String>)>> {
    let shown = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{shown} cannot be read"))?;
    let lines = BufReader::new(file).lines().enumerate();
    let lines = lines.map(move |(at, line)| {
        let line = line.with_context(|| format!("{shown}, line {}: it is no UTF-8", at + 1));
        (at + 1, line)
    });
    Ok(lines.filter(|(_, line)| !matches!(line, Ok(line) if line.trim().is_empty())))
}
