//! What `assess` and `eval` read with: the pipeline in force, or part of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use prometheus::Registry;

use super::Global;
use crate::assessor::Assessor;
use crate::system;

/// What reads texts, and by which policies.
#[derive(Debug, Args)]
pub(super) struct Reading {
    /// A folder of policies to judge by instead of those in force.
    #[arg(long, value_name = "DIR")]
    policy: Option<PathBuf>,
    /// What reads: everything as shipped, or only part of it.
    #[arg(long, value_enum, default_value_t = Backend::Default)]
    backend: Backend,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// Lexicons, linear tier and encoder.
    Default,
    /// Lexicons and linear tier, as the first stage does.
    Triage,
    /// Lexicons alone.
    Lexicon,
}

impl Reading {
    /// Classifiers and policies as asked for.
    pub(super) fn assessor(&self, global: &Global) -> anyhow::Result<Assessor> {
        let mut config = global.load()?;
        if let Some(policies) = &self.policy {
            config.rules.policies = Some(policies.clone());
        }
        if self.backend != Backend::Default {
            "off".clone_into(&mut config.classifiers.encoder);
        }
        if self.backend == Backend::Lexicon {
            "off".clone_into(&mut config.classifiers.linear);
        }
        Assessor::assemble(&config, &Registry::new(), system::clock().now())
    }
}
