//! The lexicons that come with Holdfast.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::{Lexicon, LexiconSet};
use crate::error::LexiconError;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../lexicons/", $name, ".toml")))),*]
    };
}

/// Name and content of every shipped file.
const FILES: &[(&str, &str)] = files![
    "crisis_en",
    "harassment_en",
    "stigma_en",
    "crisis_es",
    "crisis_fr",
    "crisis_de",
    "crisis_pt",
    "crisis_it",
    "crisis_nl",
    "crisis_pl",
    "crisis_tr",
    "crisis_hi-Latn",
    "crisis_ar",
];

static SHIPPED: LazyLock<Result<Arc<LexiconSet>, LexiconError>> =
    LazyLock::new(|| Ok(Arc::new(LexiconSet::new(shipped_files()?))));

fn shipped_files() -> Result<Vec<Lexicon>, LexiconError> {
    FILES
        .iter()
        .map(|(name, content)| Lexicon::parse(name, content))
        .collect()
}

/// The shipped lexicons, compiled once a process. The error would be a mistake in a shipped file,
/// which the tests of this crate rule out.
pub fn shipped() -> Result<Arc<LexiconSet>, LexiconError> {
    SHIPPED.clone()
}

/// The shipped lexicons with those of a folder: a file of the same name replaces the shipped one.
/// Files that do not end in `.toml` are left alone.
pub fn with_folder(folder: &Path) -> Result<LexiconSet, LexiconError> {
    let mut lexicons = shipped_files()?;
    let unreadable = |path: &Path| {
        let file = path.display().to_string();
        move |error: std::io::Error| LexiconError::Io {
            file,
            kind: error.kind(),
        }
    };
    let mut paths = Vec::new();
    for item in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        paths.push(item.map_err(unreadable(folder))?.path());
    }
    // A folder's order is the file system's; ours is by name.
    paths.sort();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
    {
        let content = std::fs::read_to_string(path).map_err(unreadable(path))?;
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let lexicon = Lexicon::parse(&name, &content)?;
        lexicons.retain(|shipped| shipped.name != lexicon.name);
        lexicons.push(lexicon);
    }
    Ok(LexiconSet::new(lexicons))
}
