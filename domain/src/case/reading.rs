//! Reading and writing down: reveals, notes, contact. None of these is ever refused because a new
//! post came in meanwhile.

use super::claiming::{may_decide, must_say_why};
use super::{Case, Refusal, Staff};
use crate::event::{ContactOutcome, ContactRecorded, NoteAdded, RevealScope, TextRevealed};
use crate::{ModerationEvent, PostRef, Prose};

impl Case {
    /// Records that `by` reads masked text of these revisions. Whoever does not work on cases says
    /// why they read.
    pub fn reveal(
        &self,
        by: Staff,
        scope: RevealScope,
        posts: Vec<PostRef>,
        reason: Option<Prose>,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        if !by.role.may_reveal() {
            return Err(Refusal::NotAllowed { role: by.role });
        }
        if by.role.reveals_with_reason() && reason.as_ref().is_none_or(Prose::is_blank) {
            return Err(Refusal::ReasonMissing { field: "reason" });
        }
        if let RevealScope::IncidentMember { member } = scope
            && !self.members.contains_key(&member)
        {
            return Err(Refusal::NoSuchMember(member));
        }
        Ok(vec![
            TextRevealed {
                by: by.id,
                scope,
                posts,
                reason: reason.filter(|reason| !reason.is_blank()),
            }
            .into(),
        ])
    }

    /// Writes a note for colleagues. Works on closed cases too.
    pub fn note(&self, by: Staff, note: Prose) -> Result<Vec<ModerationEvent>, Refusal> {
        may_decide(by)?;
        must_say_why(&note, "note")?;
        Ok(vec![NoteAdded { note }.into()])
    }

    /// Records that somebody reached, or tried to reach, the member.
    pub fn record_contact(
        &self,
        by: Staff,
        outcome: ContactOutcome,
        note: Option<Prose>,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        Ok(vec![ContactRecorded { outcome, note }.into()])
    }
}
