//! An incident's page.

use holdfast_domain::event::{IncidentCause, MemberJudged};
use holdfast_domain::intake::RejectClass;

use super::origin;
use crate::view::{IncidentView, RecordView};
use crate::web::pages::incident::Member;
use crate::web::words;

/// What happened, in a sentence.
pub fn cause(incident: &IncidentView) -> String {
    match &incident.cause {
        Some(IncidentCause::Classifier { name, why }) => format!(
            "The classifier {name} {}, so posts could not be judged completely. One of them may be a \
             cry for help.",
            words::unavailable(*why)
        ),
        Some(IncidentCause::Undecodable { class }) => format!(
            "Records could not be read: {}. One of them may be a cry for help.",
            match class {
                RejectClass::Poison => "they are not what they claim to be",
                RejectClass::Schema => "a field is missing or wrong",
                RejectClass::TooLarge => "they are larger than we take",
                RejectClass::UnknownType => "their type is not known",
            }
        ),
        None => "Posts could not be judged.".to_owned(),
    }
}

/// A record as a row.
pub fn member(record: &RecordView) -> Member {
    Member {
        number: record.member,
        origin: origin(&record.origin),
        what: if record.dead_letter.is_some() {
            "a record that could not be read"
        } else {
            "a post that was not judged"
        }
        .to_owned(),
        settled: record.settled.map(|how| {
            match how {
                MemberJudged::Judged => "judged by machine since",
                MemberJudged::Read => "read by a person",
                MemberJudged::Replayed => "put through again",
            }
            .to_owned()
        }),
    }
}
