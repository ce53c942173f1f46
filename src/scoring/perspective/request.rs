//! What is asked, in the Perspective API's words.

use std::collections::BTreeMap;

use holdfast_domain::Sensitive;
use serde::Deserialize;

use super::attribute::Attribute;
use super::error::Refusal;

/// The body of a request. Both spellings of a name are taken, as that service takes them; what it may
/// carry besides (`doNotStore`, `sessionId`, `communityId`) changes nothing here: nothing is stored.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AnalyzeRequest {
    comment: Option<TextEntry>,
    context: Option<Context>,
    #[serde(alias = "requested_attributes")]
    requested_attributes: BTreeMap<String, Option<Parameters>>,
    languages: Vec<String>,
    #[serde(alias = "client_token")]
    client_token: Option<String>,
    #[serde(alias = "span_annotations")]
    span_annotations: bool,
    #[serde(alias = "drop_unsupported_attributes")]
    drop_unsupported_attributes: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TextEntry {
    text: Sensitive<String>,
    r#type: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Context {
    entries: Vec<TextEntry>,
    #[serde(alias = "article_and_parent_comment")]
    article_and_parent_comment: Option<ArticleAndParent>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ArticleAndParent {
    article: Option<TextEntry>,
    #[serde(alias = "parent_comment")]
    parent_comment: Option<TextEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Parameters {
    #[serde(alias = "score_type")]
    score_type: Option<String>,
    #[serde(alias = "score_threshold")]
    score_threshold: Option<f64>,
}

/// What is asked, found to be sound.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) text: Sensitive<String>,
    pub(super) context: Option<Sensitive<String>>,
    /// The attributes, and below which score each is left out.
    pub(super) attributes: Vec<(Attribute, Option<f64>)>,
    /// The languages asked for, without regions.
    pub(super) languages: Vec<String>,
    /// What a text too short to tell is read as.
    pub(super) default_language: Option<String>,
    pub(super) client_token: Option<String>,
    /// Whether each sentence is scored as well.
    pub(super) sentences: bool,
    /// Whether an attribute is left out rather than refused where the language is not covered.
    pub(super) lenient: bool,
}

impl AnalyzeRequest {
    /// The parser's own words may repeat the text, so only the place is kept.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map_err(|error| Refusal::NotRead {
            line: error.line(),
            column: error.column(),
        })
    }

    /// What is asked, or what is wrong with it. `most` is the longest text, in bytes; `known` are the
    /// languages that are answered in.
    pub(super) fn checked(self, most: usize, known: &[String]) -> Result<Asked, Refusal> {
        let comment = self.comment.unwrap_or_default();
        is_plain(&comment)?;
        if comment.text.reveal().trim().is_empty() {
            return Err(Refusal::Empty);
        }
        let context = self.context.map(Context::answered).transpose()?.flatten();
        let too_long = |text: &Sensitive<String>| text.reveal().len() > most;
        if too_long(&comment.text) || context.as_ref().is_some_and(too_long) {
            return Err(Refusal::TooLong);
        }
        let asked = Asked {
            text: comment.text,
            context,
            attributes: attributes(self.requested_attributes)?,
            languages: self.languages.iter().map(|tag| main_part(tag)).collect(),
            default_language: known.first().cloned(),
            client_token: self.client_token,
            sentences: self.span_annotations,
            lenient: self.drop_unsupported_attributes,
        };
        asked.understood(known)
    }
}

impl Asked {
    /// Refuses languages asked for that are not among the `known`, or drops the attributes.
    fn understood(mut self, known: &[String]) -> Result<Self, Refusal> {
        if self.languages.iter().all(|one| known.contains(one)) {
            return Ok(self);
        }
        if self.lenient {
            self.attributes.clear();
            return Ok(self);
        }
        let languages = self.languages.clone();
        Err(self.not_in_this_language(languages))
    }

    /// The refusal of languages, in the name of the first attribute.
    pub(super) fn not_in_this_language(&self, languages: Vec<String>) -> Refusal {
        self.refused(languages, !self.languages.is_empty())
    }

    /// The same, of languages that the text seems to be in whatever was asked for.
    pub(super) fn reads_as(&self, languages: Vec<String>) -> Refusal {
        self.refused(languages, false)
    }

    fn refused(&self, languages: Vec<String>, requested: bool) -> Refusal {
        match self.attributes.first() {
            Some((attribute, _)) => Refusal::Language {
                attribute: *attribute,
                languages,
                requested,
            },
            None => Refusal::NoAttributes,
        }
    }
}

impl Context {
    /// The text that the comment answers: the parent comment, or the last entry.
    fn answered(self) -> Result<Option<Sensitive<String>>, Refusal> {
        let mut entries = self.entries;
        let entry = match self.article_and_parent_comment {
            Some(_) if !entries.is_empty() => return Err(Refusal::TwoContexts),
            Some(both) => both.parent_comment.or(both.article),
            None => entries.pop(),
        };
        let Some(entry) = entry else { return Ok(None) };
        is_plain(&entry)?;
        Ok(Some(entry.text).filter(|text| !text.reveal().is_empty()))
    }
}

fn is_plain(entry: &TextEntry) -> Result<(), Refusal> {
    match entry.r#type.as_deref() {
        None | Some("PLAIN_TEXT" | "TEXT_TYPE_UNSPECIFIED") => Ok(()),
        Some("HTML") => Err(Refusal::NotPlain),
        Some(_) => Err(Refusal::UnknownTextType),
    }
}

fn attributes(
    requested: BTreeMap<String, Option<Parameters>>,
) -> Result<Vec<(Attribute, Option<f64>)>, Refusal> {
    if requested.is_empty() {
        return Err(Refusal::NoAttributes);
    }
    let mut attributes = Vec::new();
    for (name, parameters) in requested {
        let attribute = Attribute::of(&name).ok_or_else(|| Refusal::unknown_attribute(&name))?;
        let parameters = parameters.unwrap_or_default();
        match parameters.score_type.as_deref() {
            None | Some("PROBABILITY" | "SCORE_TYPE_UNSPECIFIED") => {}
            Some(_) => return Err(Refusal::ScoreType(attribute)),
        }
        attributes.push((attribute, parameters.score_threshold));
    }
    Ok(attributes)
}

/// A tag's language without its region.
fn main_part(tag: &str) -> String {
    let main = tag.split(['-', '_']).next().unwrap_or_default();
    main.to_ascii_lowercase()
}
