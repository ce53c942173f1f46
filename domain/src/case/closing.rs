//! Closing and reopening.

use super::claiming::{may_decide, must_say_why};
use super::{Case, CaseKind, CloseCode, Refusal, Staff};
use crate::event::{CaseClosed, CaseReopened, ClosureProposed, Reason};
use crate::promises::Promises;
use crate::{CrisisLevel, ModerationEvent, Prose, Timestamp};

impl Case {
    /// Closes the case, or proposes it where a second person has to agree.
    ///
    /// A crisis case that ever stood at "act now", before it was opened again too, closes in two steps:
    /// its holder proposes, with a reason, and a second, senior person closes (N7). Everything else
    /// its holder closes.
    pub fn close(
        &self,
        by: Staff,
        code: CloseCode,
        reason: Option<Prose>,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        if self.takes_two_to_close() {
            return self.close_with_second_person(by, code, reason, now);
        }
        self.must_be_held_by(by, now)?;
        if self.kind == CaseKind::Incident && self.members_left > 0 {
            return Err(Refusal::MembersLeft {
                left: self.members_left,
            });
        }
        // Below the machine's level, or by a code that says there was nothing, somebody may ask why.
        if code.needs_reason() || self.machine_level >= CrisisLevel::Urgent {
            say_why(reason.as_ref())?;
        }
        Ok(vec![
            CaseClosed {
                code,
                reason,
                proposed_by: None,
            }
            .into(),
        ])
    }

    /// Whether closing takes a second person.
    pub fn takes_two_to_close(&self) -> bool {
        self.kind == CaseKind::Crisis && self.peak_level == CrisisLevel::ActNow
    }

    fn close_with_second_person(
        &self,
        by: Staff,
        code: CloseCode,
        reason: Option<Prose>,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        let Some((proposed_by, proposed)) = self.closure else {
            self.must_be_held_by(by, now)?;
            let reason = reason.ok_or(Refusal::ReasonMissing { field: "reason" })?;
            must_say_why(&reason, "reason")?;
            return Ok(vec![
                ClosureProposed {
                    by: by.id,
                    code,
                    reason,
                }
                .into(),
            ]);
        };
        if proposed_by == by.id {
            return Err(Refusal::SamePerson);
        }
        if !by.role.may_confirm() {
            return Err(Refusal::SecondPersonTooJunior);
        }
        // The second person may end it otherwise than proposed, and then says why.
        if proposed != code {
            say_why(reason.as_ref())?;
        }
        Ok(vec![
            CaseClosed {
                code,
                reason,
                proposed_by: Some(proposed_by),
            }
            .into(),
        ])
    }

    /// Opens a closed case again, at the level that whoever opens it finds right. What it stood at
    /// before still counts for how it may be closed.
    pub fn reopen(
        &self,
        by: Staff,
        level: CrisisLevel,
        reason: Reason,
        promises: &Promises,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        may_decide(by)?;
        if self.is_open() {
            return Err(Refusal::AlreadyOpen);
        }
        must_say_why(&reason.text, "reason")?;
        let level = if self.kind == CaseKind::Crisis {
            level
        } else {
            CrisisLevel::None
        };
        let look_due_at = Some(now + promises.for_level(level).first_look());
        Ok(vec![
            CaseReopened {
                level,
                look_due_at,
                reason: Some(reason),
            }
            .into(),
        ])
    }
}

fn say_why(reason: Option<&Prose>) -> Result<(), Refusal> {
    match reason {
        Some(reason) if !reason.is_blank() => Ok(()),
        _ => Err(Refusal::ReasonMissing { field: "reason" }),
    }
}
