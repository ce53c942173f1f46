//! Which words and resources an author is given.

use holdfast_domain::CrisisLevel;
use holdfast_domain::assessment::CrisisReading;
use serde::Serialize;

use crate::scoring::config::{Resource, ScoringConfig, Words};
use crate::scoring::reading::Reading;

/// More choices are a burden.
const MOST_RESOURCES: usize = 3;

/// What to show the author. Holds no verdict and no score, and nothing to be stored with the author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub(in crate::scoring) struct DraftAnswer {
    /// Words to show, in this order; empty where there is nothing to say.
    words: Vec<String>,
    /// Whom the author can turn to, at most three; empty where words are enough.
    resources: Vec<OfferedResource>,
    /// Whether to suggest that the author reads the text once more before posting. Never where the author
    /// may need help: let them post at once.
    pause_suggested: bool,
    /// The language of the words (BCP 47).
    language: String,
}

/// Somebody to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
struct OfferedResource {
    /// Its name.
    name: String,
    /// How to reach it.
    #[serde(skip_serializing_if = "String::is_empty")]
    contact: String,
    /// Its page.
    #[serde(skip_serializing_if = "String::is_empty")]
    url: String,
}

impl DraftAnswer {
    /// The answer to a reading, or to an empty text.
    pub(in crate::scoring) fn to(
        config: &ScoringConfig,
        reading: Option<&Reading>,
        lang: Option<&str>,
    ) -> Self {
        let tag = Tag::of(lang.unwrap_or_default());
        let (language, words) = words_in(config, &tag);
        let Some(reading) = reading else {
            return Self::nothing(language);
        };
        let care = care(&reading.crisis, words);
        let mut said = vec![care];
        said.push(if reading.harassment {
            &words.harassment
        } else {
            ""
        });
        said.push(if reading.stigma { &words.stigma } else { "" });
        // Who may need help is told that alone, and is not held up.
        let needs_help = help_is_near(&reading.crisis);
        if needs_help {
            said.truncate(1);
        }
        Self {
            resources: if care.is_empty() {
                Vec::new()
            } else {
                resources(config, &tag)
            },
            pause_suggested: !needs_help && (reading.harassment || reading.stigma),
            words: said
                .into_iter()
                .filter(|words| !words.is_empty())
                .map(str::to_owned)
                .collect(),
            language: language.to_owned(),
        }
    }

    fn nothing(language: &str) -> Self {
        Self {
            words: Vec::new(),
            resources: Vec::new(),
            pause_suggested: false,
            language: language.to_owned(),
        }
    }
}

/// Whether the text was read as somebody in need. One that was not read and in which no wording was found
/// says nothing either way.
fn help_is_near(crisis: &CrisisReading) -> bool {
    match crisis {
        CrisisReading::Level(level) => *level >= CrisisLevel::Soon,
        CrisisReading::Unscored {
            at_least,
            pre_screen,
            ..
        } => *pre_screen || *at_least >= CrisisLevel::Soon,
    }
}

fn care<'a>(crisis: &CrisisReading, words: &'a Words) -> &'a str {
    if crisis.is_unscored() && !help_is_near(crisis) {
        return &words.unread;
    }
    words.at(crisis.reading_level())
}

/// A language tag's language and region, in lower and upper case.
struct Tag {
    language: String,
    region: String,
}

impl Tag {
    fn of(tag: &str) -> Self {
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_region =
            |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
        let region = parts.find(is_region).unwrap_or_default();
        Self {
            language,
            region: region.to_ascii_uppercase(),
        }
    }
}

fn words_in<'a>(config: &'a ScoringConfig, tag: &Tag) -> (&'a str, &'a Words) {
    let translated = config
        .translations
        .iter()
        .find(|(language, _)| language.eq_ignore_ascii_case(&tag.language));
    translated.map_or(("en", &config.words), |(language, words)| {
        (language.as_str(), words)
    })
}

fn resources(config: &ScoringConfig, tag: &Tag) -> Vec<OfferedResource> {
    let country = if tag.region.is_empty() {
        &config.country
    } else {
        &tag.region
    };
    let has = |list: &[String], code: &str| list.iter().any(|one| one.eq_ignore_ascii_case(code));
    let spoken = |one: &&Resource| {
        tag.language.is_empty() || one.languages.is_empty() || has(&one.languages, &tag.language)
    };
    let fitting = || config.resources.iter().filter(spoken);
    let here = fitting().filter(|one| has(&one.countries, country));
    let anywhere = fitting().filter(|one| one.countries.is_empty());
    here.chain(anywhere)
        .take(MOST_RESOURCES)
        .map(|one| OfferedResource {
            name: one.name.clone(),
            contact: one.contact.clone(),
            url: one.url.clone(),
        })
        .collect()
}
