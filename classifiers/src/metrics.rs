//! What this crate counts. The comment of each figure is its help text.

use prometheus::{IntCounterVec, Opts, Registry};

/// A figure's name, help text and labels, for the generated list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// The name.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
}

macro_rules! counters {
    ($($(#[doc = $help:literal])+ $field:ident[$($label:literal),*] = $name:literal;)*) => {
        /// The figures, each documented by what it says.
        #[derive(Debug, Clone)]
        pub struct ClassifierMetrics {
            $($(#[doc = $help])+ pub $field: IntCounterVec,)*
        }

        /// All figures of this crate.
        pub const DESCRIPTIONS: &[Description] = &[
            $(Description { name: $name, help: concat!($($help),+).trim_ascii(), labels: &[$($label),*] },)*
        ];

        impl ClassifierMetrics {
            /// Makes the figures and puts them into `registry`.
            pub fn register(registry: &Registry) -> prometheus::Result<Self> {
                let metrics = Self {
                    $($field: IntCounterVec::new(Opts::new($name, concat!($($help),+).trim_ascii()), &[$($label),*])?,)*
                };
                $(registry.register(Box::new(metrics.$field.clone()))?;)*
                Ok(metrics)
            }
        }
    };
}

counters! {
    /// Batches for which a classifier gave no answer, by classifier and reason.
    errors["classifier", "reason"] = "holdfast_classifier_errors_total";
}
