//! Reading labelled texts: one JSON object a line, as they are or packed with gzip.
//!
//! Three forms. The corpus's: `id, text, context, labels, functionality, lang`. Contrast sets: `set, axis, variant` in
//! the functionality's place. Public rows: `id, text, source, labels, meta`. A label that is null is unknown. `meta.crisis_range` says which levels the source's label really supports.
//!
//! A source's name is the folder that its file lies in and its own (`dev/sad`), for a corpus file that of the file
//! (`corpus/dev`): what was seen in training is not mixed with what was not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, anyhow, bail, ensure};
use holdfast_domain::Sensitive;
use serde_json::{Map, Value};

use crate::assess::TextToAssess;

#[cfg(test)]
mod tests;

/// A text with what is known of it.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// The text, what it answers and its language.
    pub text: TextToAssess,
    /// Where it is from, e.g. `corpus/dev`.
    pub source: String,
    /// What it is.
    pub labels: Labels,
    /// What it shows, by a name of its source.
    pub functionality: Option<String>,
    /// What it is no independent evidence beside: one member's posts, versions of one sentence.
    pub group: Option<String>,
}

/// What a text is, as far as its source says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Labels {
    /// The lowest and the highest level, 0 to 3, that its label supports.
    pub crisis: Option<(u8, u8)>,
    /// 0 or 1.
    pub harassment: Option<u8>,
    /// 0 or 1.
    pub stigma: Option<u8>,
}

impl Labelled {
    /// Whether its words are hidden from filters: said by its functionality.
    pub fn is_obfuscated(&self) -> bool {
        let name = self.functionality.as_deref();
        name.is_some_and(|name| name.starts_with("obfuscated"))
    }
}

/// Reads a file. An error names file, line and field, and nothing of a text.
pub fn read(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let shown = path.display();
    let place = path
        .canonicalize()
        .with_context(|| format!("{shown} cannot be read"))?;
    let name = |path: Option<&Path>| {
        let name = path.and_then(Path::file_name);
        name.unwrap_or_default().to_string_lossy().into_owned()
    };
    let file = name(Some(&place));
    let stem = file.split('.').next().unwrap_or_default();
    let origin = Origin {
        file: shown.to_string(),
        folder: name(place.parent()),
        stem: stem.to_owned(),
    };
    let opened = File::open(&place).with_context(|| format!("{shown} cannot be read"))?;
    if place.extension().is_some_and(|end| end == "gz") {
        let mut unpacked = Unpacked::of(opened)?;
        let rows = origin.rows(BufReader::new(&mut unpacked))?;
        ensure!(unpacked.ended_well()?, "{shown} is no whole gzip file");
        return Ok(rows);
    }
    origin.rows(BufReader::new(opened))
}

/// What gzip makes of a file.
struct Unpacked {
    gzip: Child,
    out: ChildStdout,
}

impl Unpacked {
    fn of(file: File) -> anyhow::Result<Self> {
        let mut gzip = Command::new("gzip")
            .args(["--decompress", "--stdout"])
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("files that end in .gz are read with `gzip`, which cannot be started; unpack them first")?;
        let out = gzip.stdout.take().context("gzip gives nothing out")?;
        Ok(Self { gzip, out })
    }

    fn ended_well(mut self) -> anyhow::Result<bool> {
        Ok(self.gzip.wait()?.success())
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.out.read(buffer)
    }
}

/// Which file rows come from.
struct Origin {
    file: String,
    folder: String,
    stem: String,
}

impl Origin {
    fn rows(&self, lines: impl BufRead) -> anyhow::Result<Vec<Labelled>> {
        let mut rows = Vec::new();
        for (at, line) in lines.lines().enumerate() {
            let place = || format!("{}, line {}", self.file, at + 1);
            let line = line.with_context(|| format!("{}: it cannot be read as UTF-8", place()))?;
            if !line.trim().is_empty() {
                rows.push(self.row(&line).with_context(place)?);
            }
        }
        ensure!(!rows.is_empty(), "{} holds no rows", self.file);
        Ok(rows)
    }

    fn row(&self, line: &str) -> anyhow::Result<Labelled> {
        let value = serde_json::from_str::<Value>(line)
            .or_else(|_| serde_json::from_str(&without_nan(line)))
            .map_err(|_| anyhow!("it is no JSON"))?;
        let Some(row) = value.as_object() else {
            bail!("it must be an object");
        };
        let none = Map::new();
        let meta = match row.get("meta") {
            None | Some(Value::Null) => &none,
            Some(meta) => meta.as_object().context("meta must be an object")?,
        };
        let source = string(row, "source", "")?.unwrap_or_else(|| self.stem.clone());
        let context = match string(row, "context", "")? {
            Some(context) => Some(context),
            None => string(meta, "context", "meta.")?,
        };
        let functionality = match string(row, "functionality", "")? {
            Some(name) => Some(name),
            None => string(meta, "functionality", "meta.")?,
        };
        let (axis, variant) = (string(row, "axis", "")?, string(row, "variant", "")?);
        let contrast = axis
            .zip(variant)
            .map(|(axis, variant)| format!("{axis}/{variant}"));
        let set = string(row, "set", "")?;
        Ok(Labelled {
            text: TextToAssess {
                id: row.get("id").cloned().unwrap_or_default(),
                text: string(row, "text", "")?.context("text is missing")?.into(),
                context: context.map(Sensitive::new),
                lang: string(row, "lang", "")?,
            },
            source: format!("{}/{source}", self.folder),
            labels: labels(row, meta)?,
            functionality: functionality.or(contrast),
            group: set.map_or_else(|| string(meta, "group", "meta."), |set| Ok(Some(set)))?,
        })
    }
}

/// The line with `null` for every `NaN` outside strings: Python writes that for a missing value, and JSON has no such
/// word.
fn without_nan(line: &str) -> String {
    let pieces = line.split('"').scan(false, |inside, piece| {
        let plain = if *inside {
            piece.to_owned()
        } else {
            piece.replace("NaN", "null")
        };
        // A quotation mark after an odd number of backslashes does not end the string.
        let slashes = piece.len() - piece.trim_end_matches('\\').len();
        *inside = !*inside || slashes % 2 == 1;
        Some(plain)
    });
    pieces.collect::<Vec<_>>().join("\"")
}

fn labels(row: &Map<String, Value>, meta: &Map<String, Value>) -> anyhow::Result<Labels> {
    let labels = row.get("labels").and_then(Value::as_object);
    let labels = labels.context("labels must be an object with crisis, harassment and stigma")?;
    let crisis = number(labels, "crisis", 3)?;
    let range = match meta.get("crisis_range") {
        None | Some(Value::Null) => None,
        Some(range) => Some(
            levels(range)
                .context("meta.crisis_range must be two levels of 0 to 3, the lower first")?,
        ),
    };
    // Without a label a range says nothing: some sources give it for every row.
    let crisis = crisis.map(|level| range.unwrap_or((level, level)));
    Ok(Labels {
        crisis,
        harassment: number(labels, "harassment", 1)?,
        stigma: number(labels, "stigma", 1)?,
    })
}

fn levels(range: &Value) -> Option<(u8, u8)> {
    let [low, high] = range.as_array()?.as_slice() else {
        return None;
    };
    let (low, high) = (low.as_u64()?, high.as_u64()?);
    (low <= high && high <= 3).then_some((low as u8, high as u8))
}

fn number(labels: &Map<String, Value>, field: &str, most: u64) -> anyhow::Result<Option<u8>> {
    match labels.get(field) {
        Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) if number <= most => Ok(Some(number as u8)),
            _ => bail!(
                "labels.{field} must be a whole number from 0 to {most}, or null where unknown"
            ),
        },
        None => bail!("labels.{field} is missing; write null where it is unknown"),
    }
}

fn string(fields: &Map<String, Value>, field: &str, path: &str) -> anyhow::Result<Option<String>> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => bail!("{path}{field} must be a string"),
    }
}
