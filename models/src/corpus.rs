//! Reading the corpus: posts written for Holdfast, labelled by `corpus/CODEBOOK.md`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

/// One labelled text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Unique in the corpus.
    pub id: String,
    /// The post.
    pub text: String,
    /// The post that it answers, where it cannot be judged alone.
    pub context: Option<String>,
    /// What the code book says of it.
    pub labels: Labels,
    /// What it shows, by a name of the code book.
    pub functionality: String,
    /// Which stigma, where there is one.
    pub stigma_attribution: Option<String>,
    /// Who might have written it.
    pub register: String,
    /// Its language: BCP 47, or two joined by a hyphen where they mix (`es-en`).
    pub lang: String,
}

/// The labels of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Urgency 0 to 3; none where the author is the aggressor.
    pub crisis: Option<u8>,
    /// 0 or 1; none where not judged.
    pub harassment: Option<u8>,
    /// 0 or 1; none where not judged.
    pub stigma: Option<u8>,
}

/// A corpus file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file could not be read.
    #[error("corpus file {file} could not be read")]
    Io {
        /// The file.
        file: String,
        /// How it failed.
        #[source]
        source: io::Error,
    },
    /// A line is no row.
    #[error("corpus file {file}, line {line}: {problem}")]
    Row {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What was expected.
        problem: String,
    },
}

/// Reads a file of rows, one JSON object a line.
pub fn read(path: &Path) -> Result<Vec<Row>, CorpusError> {
    let file = path.display().to_string();
    let opened = File::open(path).map_err(|source| CorpusError::Io {
        file: file.clone(),
        source,
    })?;
    parse(&file, BufReader::new(opened))
}

/// Reads rows from anywhere; `file` names the source in errors. Blank lines are left out.
pub fn parse(file: &str, lines: impl BufRead) -> Result<Vec<Row>, CorpusError> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, line) in lines.lines().enumerate() {
        let line = line.map_err(|source| CorpusError::Io {
            file: file.to_owned(),
            source,
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem: String| CorpusError::Row {
            file: file.to_owned(),
            line: at + 1,
            problem,
        };
        let row: Row = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        row.check().map_err(|problem| wrong(problem.to_owned()))?;
        rows.push(row);
    }
    Ok(rows)
}

impl Row {
    fn check(&self) -> Result<(), &'static str> {
        let binary = |label: Option<u8>| label.is_none_or(|label| label <= 1);
        if self.text.trim().is_empty() {
            return Err("text must not be empty");
        }
        if self.labels.crisis.is_some_and(|level| level > 3) {
            return Err("labels.crisis must be 0 to 3, or null where the author is the aggressor");
        }
        if !binary(self.labels.harassment) || !binary(self.labels.stigma) {
            return Err("labels.harassment and labels.stigma must be 0 or 1, or null");
        }
        if (self.labels.stigma == Some(1)) != self.stigma_attribution.is_some() {
            return Err("stigma_attribution must stand where labels.stigma is 1, and only there");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ROW: &str = r#"{"id":"A-1","text":"soup","context":null,"labels":{"crisis":0,"harassment":0,"stigma":0},"functionality":"everyday_talk","stigma_attribution":null,"register":"chat","lang":"en"}"#;

    fn problem(line: &str) -> String {
        parse("rows", format!("{ROW}\n\n{line}").as_bytes())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn both_files_of_the_corpus_can_be_read_and_no_id_is_used_twice() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let (train, dev) = (
            read(&folder.join("train.jsonl")).unwrap(),
            read(&folder.join("dev.jsonl")).unwrap(),
        );
        assert_eq!((train.len(), dev.len()), (26_485, 537));
        let ids: HashSet<&str> = train
            .iter()
            .chain(&dev)
            .map(|row| row.id.as_str())
            .collect();
        assert_eq!(ids.len(), train.len() + dev.len());
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_what_was_expected() {
        assert!(problem("{}").starts_with("corpus file rows, line 3: missing field `id`"));
        assert!(
            problem(&ROW.replace("\"crisis\":0", "\"crisis\":4")).ends_with(
                "labels.crisis must be 0 to 3, or null where the author is the aggressor"
            )
        );
        assert!(
            problem(&ROW.replace("\"stigma\":0", "\"stigma\":1"))
                .contains("stigma_attribution must stand")
        );
        assert!(
            problem(&ROW.replace("\"lang\"", "\"language\"")).contains("unknown field `language`")
        );
    }
}
