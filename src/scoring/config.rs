//! The section `[scoring]`.

use std::collections::BTreeMap;

use holdfast_domain::CrisisLevel;
use serde::{Deserialize, Serialize};

/// Scoring over HTTP: `POST /v1/assess-draft` and `POST /v1alpha1/comments:analyze`. It has no port of its
/// own: it answers where the console does, and nobody without a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScoringConfig {
    /// Whether `POST /v1/assess-draft` answers.
    pub draft: bool,
    /// Whether `POST /v1alpha1/comments:analyze` answers, in the form of the Perspective API.
    pub perspective: bool,
    /// Requests judged at a time, 1 to 64. Each takes a processor core from the posts that stream in.
    pub max_running: usize,
    /// Requests that wait for their turn, 0 to 1024; the next one gets 429.
    pub max_waiting: usize,
    /// How long a request waits for its turn before it gets 429. Milliseconds, 10 to 10000.
    pub max_wait_ms: u64,
    /// How long a request takes at most before it gets 503. Milliseconds, 100 to 60000.
    pub timeout_ms: u64,
    /// Languages in which `comments:analyze` gives scores (BCP 47, without a region). A text in another
    /// one is refused, as is a text that the models do not cover.
    pub languages: Vec<String>,
    /// The country whose resources are offered where a request names none (ISO 3166-1, two letters);
    /// empty offers those without a country. Never guessed from an address.
    pub country: String,
    /// Where the author of a draft finds somebody to talk to. The first three that fit are offered:
    /// those of the author's country, then those without a country. Add the services of your countries,
    /// with a person who checks them.
    pub resources: Vec<Resource>,
    /// What the author of a draft is told, in English.
    pub words: Words,
    /// The same in other languages, by language: `[scoring.translations.de]`. What is left out there
    /// stays English.
    pub translations: BTreeMap<String, Words>,
}

/// Somebody to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its name, as people know it.
    pub name: String,
    /// How to reach it: a number, words to text, hours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Where it is for (ISO 3166-1, two letters); empty is everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// The languages spoken there (BCP 47); empty is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
}

/// What the author of a draft is told. An empty text says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Where a life may be in danger now.
    pub act_now: String,
    /// Where somebody thinks of suicide or hurts themselves.
    pub urgent: String,
    /// Where somebody is weary of life, or worried about another person.
    pub soon: String,
    /// Where the text may hurt a person.
    pub harassment: String,
    /// Where the text may hurt people who live with an illness.
    pub stigma: String,
    /// Where the text could not be read, for instance for its language.
    pub unread: String,
}

impl Default for ScoringConfig {
    fn default() -> Self {
        Self {
            draft: true,
            perspective: true,
            max_running: 2,
            max_waiting: 8,
            max_wait_ms: 1000,
            timeout_ms: 10_000,
            languages: vec!["en".to_owned()],
            country: String::new(),
            resources: vec![Resource {
                name: "Find a helpline in your country".to_owned(),
                contact: String::new(),
                url: "https://findahelpline.com".to_owned(),
                countries: Vec::new(),
                languages: Vec::new(),
            }],
            words: Words::default(),
            translations: BTreeMap::new(),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self {
            act_now: "It sounds as if this may be about life and death, and it is good that you put it \
                into words. If you or somebody else is in danger right now, please call the emergency \
                number where you are, or ask somebody near you to call. You are not in trouble for \
                writing this, and you can post it."
                .to_owned(),
            urgent: "Thank you for putting this into words. You are not in trouble for writing it, and \
                you can post it as it is. If you would like to talk to somebody right now, there are \
                people who listen at any hour."
                .to_owned(),
            soon: "That sounds like a lot to carry. You can post it as it is. If you would also like to \
                talk to somebody, for yourself or because you worry about someone, there are people who \
                listen."
                .to_owned(),
            harassment: "Whoever reads this may be having a hard day too. Would you like to read it once \
                more before you post it? It is fine to be angry, and to disagree."
                .to_owned(),
            stigma: "Some of the people who read this live with what it is about. Would you like to read \
                it once more with them in mind before you post it?"
                .to_owned(),
            unread: "If things are hard right now and you would like to talk to somebody, there are \
                people who listen."
                .to_owned(),
        }
    }
}

impl Words {
    /// What is said at a level; nothing at the lowest.
    pub(super) fn at(&self, level: CrisisLevel) -> &str {
        match level {
            CrisisLevel::None => "",
            CrisisLevel::Soon => &self.soon,
            CrisisLevel::Urgent => &self.urgent,
            CrisisLevel::ActNow => &self.act_now,
        }
    }
}

impl ScoringConfig {
    /// Everything that is wrong, each with the setting's name and what to do. Empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut wants = |holds: bool, what: &str| {
            if !holds {
                problems.push(format!("scoring.{what}"));
            }
        };
        wants(
            (1..=64).contains(&self.max_running),
            "max_running takes 1 to 64",
        );
        wants(self.max_waiting <= 1024, "max_waiting takes 0 to 1024");
        wants(
            (10..=10_000).contains(&self.max_wait_ms),
            "max_wait_ms takes 10 to 10000",
        );
        wants(
            (100..=60_000).contains(&self.timeout_ms),
            "timeout_ms takes 100 to 60000",
        );
        wants(
            self.country.is_empty() || is_country(&self.country),
            "country takes two letters, such as GB",
        );
        for resource in &self.resources {
            wants(
                resource.countries.iter().all(|code| is_country(code)),
                "resources: countries takes two letters each, such as GB",
            );
            wants(
                !resource.contact.is_empty() || !resource.url.is_empty(),
                "resources: each takes a contact or a url",
            );
        }
        problems
    }
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic())
}
