//! Levels: how urgently a person should look. Up is always possible; down takes a person and words.

use super::claiming::{may_decide, must_say_why};
use super::{Case, Refusal, Staff};
use crate::event::{LevelLowered, LevelRaised, LowerCode};
use crate::promises::Promises;
use crate::{CaseKind, CrisisLevel, ModerationEvent, PostRef, Prose, Timestamp};

impl Case {
    /// A person raises the level. Anybody who may view and decide may, holding the case or not.
    pub fn raise(
        &self,
        by: Staff,
        to: CrisisLevel,
        reason: Option<Prose>,
        promises: &Promises,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        if self.kind != CaseKind::Crisis {
            return Err(Refusal::NoLevel);
        }
        if to <= self.level {
            return Err(Refusal::WrongDirection {
                now: self.level,
                asked: to,
            });
        }
        Ok(vec![self.raised(to, None, reason, promises, now)])
    }

    /// A person lowers the level. Takes the holder, a code and words: somebody may later ask why a
    /// warning was set aside (M10).
    pub fn lower(
        &self,
        by: Staff,
        to: CrisisLevel,
        code: LowerCode,
        reason: Prose,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        if self.kind != CaseKind::Crisis {
            return Err(Refusal::NoLevel);
        }
        if to >= self.level {
            return Err(Refusal::WrongDirection {
                now: self.level,
                asked: to,
            });
        }
        must_say_why(&reason, "reason")?;
        self.must_be_held_by(by, now)?;
        Ok(vec![
            LevelLowered {
                from: self.level,
                to,
                code,
                reason,
            }
            .into(),
        ])
    }

    /// The event of a raise; the first look is due by the new level's promise, never later than
    /// before.
    pub(crate) fn raised(
        &self,
        to: CrisisLevel,
        post: Option<PostRef>,
        reason: Option<Prose>,
        promises: &Promises,
        from_time: Timestamp,
    ) -> ModerationEvent {
        let due = from_time + promises.for_level(to).first_look();
        let look_due_at = Some(self.look_due_at.map_or(due, |before| before.min(due)));
        LevelRaised {
            from: self.level,
            to,
            post,
            look_due_at,
            reason,
        }
        .into()
    }
}
