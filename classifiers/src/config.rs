//! Settings of the section `[classifiers]`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cascade::Cascade;

/// How posts are scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClassifiersConfig {
    /// A folder with lexicon files (`<signal>_<language>.toml`) that replace shipped ones of the same
    /// name or join them. None: the shipped ones alone.
    pub lexicon_folder: Option<PathBuf>,
    /// The folder with the models' artefacts (`encoder/<version>`, `linear/<version>`). None: `models/artifacts`
    /// or `share/holdfast/models` beside the binary or in a folder above it, then in the working folder.
    pub models_folder: Option<PathBuf>,
    /// Which encoder reads in the second stage: a version, `newest`, or `off`. With `newest` the version that
    /// was last promoted (`holdfast model promote`) reads, and the newest one where none was.
    pub encoder: String,
    /// The numbers that the encoder computes with: `f32`, or `int8` for twice the speed at scores that differ in
    /// the second decimal.
    pub precision: Precision,
    /// Which linear tier reads in the first stage: a version, `newest`, or `off`, as for the encoder.
    pub linear: String,
    /// Which encoder reads beside the one in service, watched only: a version, `newest` (whether promoted or
    /// not), or `off`. It decides nothing, and what it does not read in time it does not read.
    pub shadow_encoder: String,
    /// Which linear tier is watched in the same way.
    pub shadow_linear: String,
    /// What a watched model has not read after so many milliseconds, it does not read any more.
    pub shadow_budget_ms: u64,
    /// What the first stage is sure enough of that the encoder need not read it.
    pub cascade: Cascade,
    /// The first stage: lexicons and other quick classifiers.
    pub triage: PanelConfig,
    /// The second stage: for what the first is unsure of.
    pub deep: PanelConfig,
    /// Which messages a chat line is read with.
    pub chat: ChatConfig,
}

impl Default for ClassifiersConfig {
    fn default() -> Self {
        Self {
            lexicon_folder: None,
            models_folder: None,
            encoder: "newest".to_owned(),
            precision: Precision::F32,
            linear: "newest".to_owned(),
            shadow_encoder: "off".to_owned(),
            shadow_linear: "off".to_owned(),
            shadow_budget_ms: 30_000,
            cascade: Cascade::default(),
            triage: PanelConfig {
                budget_ms: 500,
                most_running: 4,
            },
            deep: PanelConfig {
                budget_ms: 10_000,
                most_running: 4,
            },
            chat: ChatConfig::default(),
        }
    }
}

/// The numbers that the encoder computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Floating point of 32 bits.
    #[default]
    F32,
    /// Whole numbers of eight bits.
    Int8,
}

/// How long a panel waits, and for how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PanelConfig {
    /// Time for one batch, in milliseconds. Who has not answered by then is `timed_out`.
    pub budget_ms: u64,
    /// Batches that one classifier may work on at a time, those it is stuck on included. Further ones
    /// wait within their budget and are then `overloaded`.
    pub most_running: u16,
}

impl Default for PanelConfig {
    fn default() -> Self {
        Self {
            budget_ms: 500,
            most_running: 4,
        }
    }
}

/// Which of an author's messages are read with a chat line or private message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChatConfig {
    /// How long before it, in seconds of event time.
    pub window_secs: u64,
    /// How many at most; no more than 254.
    pub most_messages: u8,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            window_secs: 180,
            most_messages: 10,
        }
    }
}
