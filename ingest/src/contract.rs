//! The messages that platforms send, as types. The JSON Schemas and the AsyncAPI document in
//! `contracts/` are generated from them, and so are the examples.
//!
//! Within `v1` only additions: a new field is optional, and fields that Holdfast does not know are
//! kept (`extra`), never refused.

mod appeal;
pub mod asyncapi;
mod catalogue;
mod envelope;
mod event_type;
mod generate;
mod outreach;
mod post;
mod profile_hint;
mod report;
mod result;
mod wire_time;

pub use appeal::AppealData;
pub use catalogue::{MessageType, channels, message_types};
pub use envelope::CloudEvent;
pub use event_type::{EventType, Topic};
pub use generate::{ContractFile, contract_files, write_contracts};
pub use outreach::OutreachData;
pub use post::{AuthorData, PostData, PostDeletedData};
pub use profile_hint::ProfileHintData;
pub use report::ReportData;
pub use result::ActionResultData;
pub use wire_time::WireTime;

use holdfast_domain::Sensitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fields that Holdfast does not know, kept as they came.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A message that documents itself with an example.
pub trait Example {
    /// A complete, harmless example.
    fn example() -> Self;
}

/// A member, by the platform's pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberData {
    /// The platform's stable pseudonym of the member: an account number or a random id, never a name
    /// or an address.
    #[schemars(length(min = 1, max = 512), example = "u-48213")]
    pub pseudonym: Sensitive<String>,
    /// Fields that Holdfast does not know, kept as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MemberData {
    /// The member with this pseudonym.
    pub fn named(pseudonym: &str) -> Self {
        Self {
            pseudonym: pseudonym.into(),
            extra: Extra::new(),
        }
    }
}
