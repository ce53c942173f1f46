//! The policy file as an editor sees it: the JSON Schema behind completion and hints.
//!
//! The reader in `read/` is what counts, since it finds all problems with their places; the types
//! here describe the same file, and tests hold the two together.

#![allow(
    dead_code,
    reason = "fields are read by the schema generator and by tests, never singly"
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The JSON Schema of a policy file, as checked in at `rules/policies/policy.schema.json`.
pub fn policy_schema() -> String {
    let schema = schemars::schema_for!(PolicyFile);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A policy: one rule with its reason and its tests.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Holdfast policy")]
pub(crate) struct PolicyFile {
    /// Folder and file name, such as `crisis.goodbye` for `crisis/goodbye.yaml`.
    id: String,
    /// Raised with every change.
    #[schemars(range(min = 1))]
    version: u32,
    /// `live`: effects count. `shadow`: matches are recorded and change nothing.
    mode: ModeName,
    /// Who answers for the rule.
    owner: String,
    /// What it looks for, in a few words.
    title: String,
    /// Why it matters; shown beside every match. Never words of a member or of a method.
    because: String,
    /// Which posts it looks at; all where left out.
    #[serde(default)]
    applies: Option<AppliesFile>,
    /// The condition.
    when: ConditionFile,
    /// What a match asks for.
    then: EffectsFile,
    /// Higher crisis levels under further conditions.
    #[serde(default)]
    raise: Vec<RaiseFile>,
    /// What it is known to catch by mistake, for those who read its matches.
    #[serde(default)]
    false_positives: Option<OneOrMany<String>>,
    /// Examples that must match and that must not.
    tests: Vec<TestFile>,
}

/// One value or a list.
#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    /// One.
    One(T),
    /// Many.
    Many(Vec<T>),
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModeName {
    Live,
    Shadow,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignalName {
    Crisis,
    Harassment,
    Stigma,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindName {
    Post,
    Comment,
    Chat,
    Dm,
    Profile,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleName {
    Member,
    Peer,
    Moderator,
    Clinician,
    Bot,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LevelName {
    Soon,
    Urgent,
    ActNow,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CrisisScope {
    None,
}

#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AppliesFile {
    /// Kinds of content.
    kinds: Option<OneOrMany<KindName>>,
    /// Communities, or `*` for all.
    communities: Option<OneOrMany<String>>,
    /// Languages (`en`, `de-AT`), or `*`. A post whose language is not known is looked at anyway.
    locales: Option<OneOrMany<String>>,
    /// `none`: only posts that no rule reads as a crisis and that every classifier answered for.
    crisis: Option<CrisisScope>,
}

/// One condition. `signal` takes `classifier`, `at_least`, `level`, `label` and `available` beside
/// it; every other condition stands alone.
#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConditionFile {
    /// Every one of these.
    all: Option<Vec<ConditionFile>>,
    /// At least one of these.
    any: Option<Vec<ConditionFile>>,
    /// The opposite.
    not: Option<Box<ConditionFile>>,
    /// One of these phrases, between word boundaries, disguise undone. A `*` at the end lets the
    /// last word go on.
    phrase: Option<OneOrMany<String>>,
    /// One of these single words, likewise.
    word: Option<OneOrMany<String>>,
    /// A pattern over the normalised text (small letters, no apostrophes).
    regex: Option<String>,
    /// Kind of content.
    kind: Option<OneOrMany<KindName>>,
    /// What the author is on the platform.
    author_role: Option<OneOrMany<RoleName>>,
    /// How old the account was. Unknown where the platform does not say.
    account_age: Option<AgeFile>,
    /// The platform's age bands. Unknown where it does not say.
    age_band: Option<OneOrMany<String>>,
    /// Whether a content warning is set.
    content_warning: Option<bool>,
    /// The post's language. Unknown where nobody says.
    language: Option<OneOrMany<String>>,
    /// A classifier's answer. Unknown where it did not answer.
    signal: Option<SignalName>,
    /// Beside `signal`: this classifier only.
    classifier: Option<String>,
    /// Beside `signal`: this score or more, of a label where `label` is given.
    #[schemars(range(min = 0.0, max = 1.0))]
    at_least: Option<f64>,
    /// Beside `signal: crisis`: the classifier reads this level or a higher one.
    level: Option<LevelFile>,
    /// Beside `signal`: one of these labels.
    label: Option<OneOrMany<String>>,
    /// Beside `signal`: whether it answered at all.
    available: Option<bool>,
}

/// A crisis level by name, or by its number: soon (1), urgent (2), `act_now` (3).
#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
pub(crate) enum LevelFile {
    Name(LevelName),
    Number(#[schemars(range(min = 1, max = 3))] u8),
}

#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AgeFile {
    /// Younger than, such as `7d` or `24h`.
    under: Option<String>,
    /// Older than.
    over: Option<String>,
}

#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EffectsFile {
    /// How soon a person should look; the highest of all matches wins.
    crisis_level: Option<LevelFile>,
    /// Counts as the lexical pre-screen when a crisis classifier does not answer.
    pre_screen: Option<bool>,
    /// Labels on the case, for people.
    labels: Option<OneOrMany<String>>,
    /// Stigma attributions, or `from_signals` for those behind the classifiers' labels.
    attributions: Option<OneOrMany<String>>,
    /// A queue other than the signal's own.
    queue: Option<String>,
    /// A person should look for these signals.
    review: Option<OneOrMany<SignalName>>,
    /// The matched words tell a method, or incite: masked in every view, and what `hide_part` hides.
    hold_part: Option<HeldName>,
    /// What a person is offered to do.
    suggest: Option<OneOrMany<StepFile>>,
    /// What automation would do by itself, within the safety rules and its budget.
    automatic: Option<OneOrMany<StepFile>>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeldName {
    MethodDetail,
    Incitement,
}

/// A step: its name, or its name with a setting (`outreach: template`, `limit_author: 24h`).
#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
pub(crate) enum StepFile {
    Name(StepName),
    With(BTreeMap<StepName, String>),
}

#[derive(JsonSchema, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepName {
    HidePart,
    Hide,
    Collapse,
    Label,
    Nudge,
    Outreach,
    LockReply,
    LimitAuthor,
    SuspendAuthor,
    Remove,
    Restore,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RaiseFile {
    /// The further condition.
    when: ConditionFile,
    /// The higher level.
    to: LevelFile,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFile {
    /// The text of the example. Write your own; never paste a member's post.
    text: String,
    /// What else is known of the post.
    #[serde(default)]
    post: Option<PostFile>,
    /// What the classifiers say; the real ones are asked where it is left out.
    #[serde(default)]
    signals: Option<Vec<TestSignalFile>>,
    /// What must come out.
    expect: ExpectFile,
}

#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PostFile {
    kind: Option<KindName>,
    community: Option<String>,
    /// `en` where left out; `unknown` for a post whose language nobody says.
    language: Option<String>,
    author_role: Option<RoleName>,
    account_age: Option<String>,
    age_band: Option<String>,
    content_warning: Option<bool>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestSignalFile {
    signal: SignalName,
    classifier: String,
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    score: Option<f64>,
    #[serde(default)]
    level: Option<AnyLevelName>,
    #[serde(default)]
    labels: Option<OneOrMany<String>>,
    /// Why the classifier did not answer.
    #[serde(default)]
    unavailable: Option<ReasonName>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonName {
    TimedOut,
    Failed,
    Overloaded,
    LanguageNotCovered,
    SwitchedOff,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnyLevelName {
    None,
    Soon,
    Urgent,
    ActNow,
}

#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
pub(crate) enum ExpectFile {
    Rule(VerdictName),
    Set(ExpectSetFile),
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictName {
    Match,
    NoMatch,
    Unknown,
}

/// What must come out of all rules together.
#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpectSetFile {
    /// Of this rule.
    rule: Option<VerdictName>,
    /// How soon a person reads it, all live rules together.
    crisis_level: Option<LevelRangeFile>,
    /// Labels that must be there.
    labels: Option<OneOrMany<String>>,
    /// Signals that must be reviewed.
    review: Option<OneOrMany<SignalName>>,
    /// Steps that must be offered or automatic.
    actions: Option<OneOrMany<StepName>>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
pub(crate) enum LevelRangeFile {
    Exactly(AnyLevelName),
    Between(LevelBoundsFile),
}

#[derive(JsonSchema, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LevelBoundsFile {
    at_least: Option<AnyLevelName>,
    at_most: Option<AnyLevelName>,
}

#[cfg(test)]
mod tests;
