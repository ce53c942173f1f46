//! Claiming, noting, levels, contact.

use holdfast_domain::event::LowerCode;

use super::commanding::{about, is_current, maybe_about, must_fit};
use super::{Ask, ContactInput, LevelInput, NoteInput, ReleaseInput, ReviewService, TakeOverInput};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::Changed;

impl ReviewService {
    /// Takes a case, or keeps it longer. Refused with the holder's name where somebody else has it.
    pub async fn claim(&self, who: &Access, ask: &Ask) -> Result<Changed, ReviewError> {
        let done = self
            .command(who, ask, |loaded, now| {
                Ok(loaded.case.claim(loaded.staff, now)?.into())
            })
            .await?;
        Ok(done.changed)
    }

    /// Keeps a case longer. Refused where the person does not hold it.
    pub async fn renew(&self, who: &Access, ask: &Ask) -> Result<Changed, ReviewError> {
        let done = self
            .command(who, ask, |loaded, now| {
                Ok(loaded.case.renew(loaded.staff, now)?.into())
            })
            .await?;
        Ok(done.changed)
    }

    /// Gives a case back without deciding.
    pub async fn release(
        &self,
        who: &Access,
        ask: &Ask,
        input: &ReleaseInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("hand_over", input.hand_over.as_ref())])?;
        let done = self
            .command(who, ask, |loaded, now| {
                let hand_over = maybe_about(&loaded.case, input.hand_over.as_ref());
                Ok(loaded.case.release(loaded.staff, hand_over, now)?.into())
            })
            .await?;
        Ok(done.changed)
    }

    /// Takes a case from whoever holds it. Takes a senior role and a reason.
    pub async fn take_over(
        &self,
        who: &Access,
        ask: &Ask,
        input: &TakeOverInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("reason", Some(&input.reason))])?;
        let done = self
            .command(who, ask, |loaded, now| {
                let reason = about(&loaded.case, &input.reason);
                Ok(loaded.case.take_over(loaded.staff, reason, now)?.into())
            })
            .await?;
        Ok(done.changed)
    }

    /// Writes a note for colleagues. Goes through whatever came in meanwhile.
    pub async fn note(
        &self,
        who: &Access,
        ask: &Ask,
        input: &NoteInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("note", Some(&input.note))])?;
        let done = self
            .command(who, ask, |loaded, _| {
                let note = about(&loaded.case, &input.note);
                Ok(loaded.case.note(loaded.staff, note)?.into())
            })
            .await?;
        Ok(done.changed)
    }

    /// Records that the member was reached, or was not. Goes through whatever came in meanwhile.
    pub async fn contact(
        &self,
        who: &Access,
        ask: &Ask,
        input: &ContactInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("note", input.note.as_ref())])?;
        let done = self
            .command(who, ask, |loaded, _| {
                let note = maybe_about(&loaded.case, input.note.as_ref());
                let contact = loaded
                    .case
                    .record_contact(loaded.staff, input.outcome, note)?;
                Ok(contact.into())
            })
            .await?;
        self.metrics().saw_contact(&done, self.now());
        Ok(done.changed)
    }

    /// Moves the level: with a code downwards, without one upwards.
    pub async fn set_level(
        &self,
        who: &Access,
        ask: &Ask,
        input: &LevelInput,
    ) -> Result<Changed, ReviewError> {
        match input.code {
            Some(code) => self.lower(who, ask, input, code).await,
            None => self.raise(who, ask, input).await,
        }
    }

    /// Raises the level and asks people to look. Goes through whatever came in meanwhile, and takes
    /// neither the case nor a reason.
    pub async fn raise(
        &self,
        who: &Access,
        ask: &Ask,
        input: &LevelInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("reason", input.reason.as_ref())])?;
        let done = self
            .command(who, ask, |loaded, now| {
                let case = &loaded.case;
                let reason = maybe_about(case, input.reason.as_ref());
                let promises = &self.config().promises;
                let raised = case.raise(loaded.staff, input.to, reason, promises, now)?;
                let because = case.alert_for(&raised, now);
                let mut after = case.clone();
                for event in &raised {
                    after.apply(event, now, &loaded.staff.into());
                }
                let mut effect = raised.into();
                self.alert(&after, because, &mut effect, now);
                Ok(effect)
            })
            .await?;
        self.metrics().overridden(&done, "up", "by_hand");
        Ok(done.changed)
    }

    /// Lowers the level. Takes the holder, a code and words, and the state that it rests on.
    pub async fn lower(
        &self,
        who: &Access,
        ask: &Ask,
        input: &LevelInput,
        code: LowerCode,
    ) -> Result<Changed, ReviewError> {
        must_fit([("reason", input.reason.as_ref())])?;
        let seen = self.must_be_current(who, ask).await?;
        let empty = holdfast_domain::Sensitive::default();
        let words = input.reason.as_ref().unwrap_or(&empty);
        let done = self
            .command(who, ask, |loaded, now| {
                is_current(loaded, seen)?;
                let reason = about(&loaded.case, words);
                let lowered = loaded
                    .case
                    .lower(loaded.staff, input.to, code, reason, now)?;
                Ok(lowered.into())
            })
            .await?;
        self.metrics().overridden(&done, "down", lower_code(code));
        Ok(done.changed)
    }
}

const fn lower_code(code: LowerCode) -> &'static str {
    match code {
        LowerCode::Idiom => "idiom",
        LowerCode::Quote => "quote",
        LowerCode::Fiction => "fiction",
        LowerCode::Past => "past",
        LowerCode::ThirdParty => "third_party",
        LowerCode::SaferAfterContact => "safer_after_contact",
        LowerCode::Other => "other",
    }
}
