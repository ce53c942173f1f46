//! All policies, compiled together.

use std::path::Path;

use holdfast_domain::rule_match::RuleMode;
use holdfast_domain::{Normaliser, RuleId};
use sha2::{Digest, Sha256};

use crate::error::{LoadError, Problem};
use crate::matcher::{Matcher, MatcherBuilder};
use crate::policy::Policy;
use crate::read::{Read, read_policy};
use crate::safety;
use crate::yaml::Place;

/// Changes whenever the same files would be understood otherwise.
const LANGUAGE: &str = "holdfast-policy-1";

/// A policy file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path below the policies' folder, with `/`, e.g. `crisis/goodbye.yaml`.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// Policies in force: read, checked for safety, compiled.
#[derive(Debug, Clone)]
pub struct Ruleset {
    /// Sorted by id, so that evaluation never depends on the order of files.
    pub(crate) policies: Vec<Policy>,
    pub(crate) matcher: Matcher,
    digest: String,
}

/// What the console and the command line show of a rule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleSummary {
    /// Its id.
    pub id: RuleId,
    /// Its version.
    pub version: u32,
    /// Whether its effects count.
    pub mode: RuleMode,
    /// What it looks for.
    pub title: String,
    /// Its file.
    pub file: String,
}

impl Ruleset {
    /// Compiles policies. All problems of all files come back together, and then nothing is in force.
    pub fn compile(sources: &[Source], normaliser: &dyn Normaliser) -> Result<Self, LoadError> {
        let (ruleset, problems) = compile_what_is_right(sources, normaliser);
        if problems.is_empty() {
            Ok(ruleset)
        } else {
            Err(LoadError::Problems(problems))
        }
    }

    /// Compiles every `.yaml` file of a folder's subfolders.
    pub fn load(folder: &Path, normaliser: &dyn Normaliser) -> Result<Self, LoadError> {
        Self::compile(&read_folder(folder)?, normaliser)
    }

    /// The policies that Holdfast ships.
    pub fn builtin(normaliser: &dyn Normaliser) -> Result<Self, LoadError> {
        Self::compile(&crate::builtin::sources(), normaliser)
    }

    /// SHA-256 over all policies, lowercase hex. Comments, layout and the order of keys do not
    /// count; everything that could change an answer does.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The rules, by id.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleSummary> + '_ {
        self.policies.iter().map(|policy| RuleSummary {
            id: policy.id.clone(),
            version: policy.version,
            mode: policy.mode,
            title: policy.title.clone(),
            file: policy.file.clone(),
        })
    }
}

/// Compiles the files that are right and tells all that is wrong with the others.
pub(crate) fn compile_what_is_right(
    sources: &[Source],
    normaliser: &dyn Normaliser,
) -> (Ruleset, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for source in sources {
        let Read {
            policy,
            canonical,
            problems: found,
        } = read_policy(&source.file, &source.text, normaliser);
        problems.extend(found);
        read.extend(policy.map(|policy| (policy, canonical)));
    }
    problems.extend(read.iter().flat_map(|(policy, _)| safety::check(policy)));
    read.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    for pair in read.windows(2).filter(|pair| pair[0].0.id == pair[1].0.id) {
        let place = Place { line: 1, column: 1 };
        problems.push(Problem::error(
            &pair[1].0.file,
            place,
            format!("a second policy with the id '{}'", pair[1].0.id),
        ));
    }
    let digest = digest(&read);
    let mut policies: Vec<_> = read.into_iter().map(|(policy, _)| policy).collect();
    let matcher = compile_phrases(&mut policies, &mut problems);
    problems.sort();
    (
        Ruleset {
            policies,
            matcher,
            digest,
        },
        problems,
    )
}

fn compile_phrases(policies: &mut [Policy], problems: &mut Vec<Problem>) -> Matcher {
    let mut builder = MatcherBuilder::default();
    for policy in policies.iter_mut() {
        let conditions = std::iter::once(&mut policy.when)
            .chain(policy.raise.iter_mut().map(|raise| &mut raise.when));
        for condition in conditions {
            condition.phrase_tests(&mut |test| test.set = builder.add(&test.phrases));
        }
    }
    builder.build().unwrap_or_else(|error| {
        let place = Place { line: 1, column: 1 };
        problems.push(Problem::error(
            "(all policies)",
            place,
            format!("too many phrases: {error}"),
        ));
        MatcherBuilder::default()
            .build()
            .expect("an empty automaton builds")
    })
}

fn digest(policies: &[(Policy, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    hash.update(LANGUAGE);
    for (_, canonical) in policies {
        hash.update((canonical.len() as u64).to_be_bytes());
        hash.update(canonical);
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Reads every `.yaml` file of a folder's subfolders, in the order of their names.
pub fn read_folder(folder: &Path) -> Result<Vec<Source>, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |source| LoadError::Unreadable { path, source }
    };
    let mut sources = Vec::new();
    for topic in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let topic = topic.map_err(unreadable(folder))?.path();
        if !topic.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&topic).map_err(unreadable(&topic))? {
            let path = file.map_err(unreadable(&topic))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
                sources.push(Source {
                    file: below(folder, &path),
                    text,
                });
            }
        }
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(sources)
}

fn below(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
pub(crate) mod tests;
