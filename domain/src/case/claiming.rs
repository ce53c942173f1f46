//! Claiming: who works on a case, and until when.

use std::time::Duration;

use super::{Case, Refusal, Staff};
use crate::event::{CaseClaimed, CaseReleased, LeaseExpired, LeaseRenewed};
use crate::{CaseKind, CrisisLevel, ModerationEvent, Prose, Timestamp};

impl Case {
    /// How long a claim lasts by default: short where a person may be waiting in danger.
    pub fn lease_length(&self) -> Duration {
        let urgent = self.kind == CaseKind::Incident || self.level >= CrisisLevel::Urgent;
        Duration::from_mins(if urgent { 10 } else { 30 })
    }

    /// Gives the case to `by` until the lease ends, or says who holds it.
    pub fn claim(&self, by: Staff, now: Timestamp) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        let lease_until = now + self.lease_length();
        match self.holder(now) {
            // A holder who claims again only extends the lease; the console does this on every visit.
            Some(lease) if lease.holder == by.id => Ok(vec![
                LeaseRenewed {
                    by: by.id,
                    lease_until,
                }
                .into(),
            ]),
            Some(lease) => Err(Refusal::HeldBy {
                holder: lease.holder,
                until: lease.until,
            }),
            None => {
                let mut events = self.expire_lease(now);
                events.push(
                    CaseClaimed {
                        by: by.id,
                        lease_until,
                        taken_from: None,
                        reason: None,
                    }
                    .into(),
                );
                Ok(events)
            }
        }
    }

    /// Takes the case from whoever holds it. Takes a reason, and a senior role.
    pub fn take_over(
        &self,
        by: Staff,
        reason: Prose,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        let Some(lease) = self.holder(now).filter(|lease| lease.holder != by.id) else {
            return self.claim(by, now);
        };
        if !by.role.may_confirm() {
            return Err(Refusal::NotAllowed { role: by.role });
        }
        must_say_why(&reason, "reason")?;
        Ok(vec![
            CaseClaimed {
                by: by.id,
                lease_until: now + self.lease_length(),
                taken_from: Some(lease.holder),
                reason: Some(reason),
            }
            .into(),
        ])
    }

    /// Extends the holder's lease.
    pub fn renew(&self, by: Staff, now: Timestamp) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        self.must_be_held_by(by, now)?;
        Ok(vec![
            LeaseRenewed {
                by: by.id,
                lease_until: now + self.lease_length(),
            }
            .into(),
        ])
    }

    /// Gives the case back without deciding.
    pub fn release(
        &self,
        by: Staff,
        hand_over: Option<Prose>,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_held_by(by, now)?;
        Ok(vec![
            CaseReleased {
                by: by.id,
                hand_over,
            }
            .into(),
        ])
    }

    /// Records that a lease ran out; nothing to record where none did.
    pub fn expire_lease(&self, now: Timestamp) -> Vec<ModerationEvent> {
        match self.lease {
            Some(lease) if lease.until <= now => {
                vec![
                    LeaseExpired {
                        held_by: lease.holder,
                        at: lease.until,
                    }
                    .into(),
                ]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn must_be_open(&self) -> Result<(), Refusal> {
        if self.is_open() {
            Ok(())
        } else {
            Err(Refusal::Closed {
                status: self.status,
            })
        }
    }

    pub(super) fn must_be_held_by(&self, by: Staff, now: Timestamp) -> Result<(), Refusal> {
        match self.holder(now) {
            Some(lease) if lease.holder == by.id => Ok(()),
            Some(lease) => Err(Refusal::HeldBy {
                holder: lease.holder,
                until: lease.until,
            }),
            None => Err(Refusal::NotHeld),
        }
    }
}

pub(super) fn may_decide(by: Staff) -> Result<(), Refusal> {
    if by.role.may_decide() {
        Ok(())
    } else {
        Err(Refusal::NotAllowed { role: by.role })
    }
}

pub(super) fn must_say_why(reason: &Prose, field: &'static str) -> Result<(), Refusal> {
    if reason.is_blank() {
        Err(Refusal::ReasonMissing { field })
    } else {
        Ok(())
    }
}
