//! What was promoted and demoted, from the log alone.

use holdfast_domain::event::{ModelDemoted, ModelPromoted, ReleasedModel};
use holdfast_domain::{EventEnvelope, ModerationEvent, Prose, StreamVersion, Timestamp};

use super::Model;

/// All promotions and demotions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    encoder: Trail,
    linear: Trail,
    /// How many events the stream held.
    pub(crate) version: StreamVersion,
}

/// What was in service of one classifier, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail {
    /// The version that reads last; what a demotion goes back to before it.
    steps: Vec<ReleasedModel>,
    changes: Vec<Change>,
}

/// A promotion or a demotion.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The event that says so.
    pub(crate) envelope: EventEnvelope,
    /// Whether it was a promotion.
    pub(crate) promoted: bool,
    /// What read before.
    pub(crate) from: ReleasedModel,
    /// What reads since.
    pub(crate) to: ReleasedModel,
}

impl Record {
    /// What the control stream says.
    pub(crate) fn fold(events: Vec<EventEnvelope>) -> Self {
        let mut record = Self {
            version: StreamVersion(events.len() as u64),
            ..Self::default()
        };
        for envelope in events {
            let (name, promoted, from, to) = match &envelope.event {
                ModerationEvent::ModelPromoted(e) => (&e.classifier, true, &e.from, &e.to),
                ModerationEvent::ModelDemoted(e) => (&e.classifier, false, &e.from, &e.to),
                _ => continue,
            };
            let trail = match name.as_str() {
                "encoder" => &mut record.encoder,
                "linear" => &mut record.linear,
                // Of a classifier that this version does not have.
                _ => continue,
            };
            let (from, to) = (from.clone(), to.clone());
            trail.take(Change {
                envelope,
                promoted,
                from,
                to,
            });
        }
        record
    }

    /// What is on record of a classifier.
    pub(crate) const fn of(&self, model: Model) -> &Trail {
        match model {
            Model::Encoder => &self.encoder,
            Model::Linear => &self.linear,
        }
    }
}

impl Trail {
    fn take(&mut self, change: Change) {
        if change.promoted {
            if self.steps.last() != Some(&change.from) {
                self.steps.push(change.from.clone());
            }
            self.steps.push(change.to.clone());
        } else {
            self.steps.pop();
            if self.steps.last() != Some(&change.to) {
                self.steps.push(change.to.clone());
            }
        }
        self.changes.push(change);
    }

    /// What reads where the settings name no version.
    pub(crate) fn in_force(&self) -> Option<&ReleasedModel> {
        self.steps.last()
    }

    /// All changes, the oldest first.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// When a version was promoted last.
    pub(crate) fn promoted_at(&self, version: &str) -> Option<Timestamp> {
        let promotions = self.changes.iter().rev();
        let mut promotions = promotions.filter(|change| change.promoted);
        let last = promotions.find(|change| change.to.version == version)?;
        Some(last.envelope.recorded_at)
    }

    /// A promotion, or why there is none.
    pub(crate) fn promote(
        &self,
        model: Model,
        candidate: ReleasedModel,
        in_service: ReleasedModel,
        reason: Prose,
    ) -> Result<ModelPromoted, Refusal> {
        if reason.is_blank() {
            return Err(Refusal::NoReason);
        }
        if self.in_force() == Some(&candidate) {
            return Err(Refusal::AlreadyPromoted(candidate.version));
        }
        Ok(ModelPromoted {
            classifier: model.as_str().to_owned(),
            from: in_service,
            to: candidate,
            reason,
        })
    }

    /// The promotion of `version` taken back, or why not.
    pub(crate) fn demote(
        &self,
        model: Model,
        version: &str,
        reason: Prose,
    ) -> Result<ModelDemoted, Refusal> {
        if reason.is_blank() {
            return Err(Refusal::NoReason);
        }
        match self.steps.as_slice() {
            [.., before, promoted] if promoted.version == version && before != promoted => {
                Ok(ModelDemoted {
                    classifier: model.as_str().to_owned(),
                    from: promoted.clone(),
                    to: before.clone(),
                    reason,
                })
            }
            [.., last] if last.version == version => {
                Err(Refusal::NothingBefore(version.to_owned()))
            }
            [.., last] => Err(Refusal::NotPromoted {
                asked: version.to_owned(),
                promoted: last.version.clone(),
            }),
            [] => Err(Refusal::NoneEver),
        }
    }
}

/// Why nothing is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Nobody could say later why.
    #[error("say why with --because; it stands in the log")]
    NoReason,
    /// It is so already.
    #[error("{0} is the promoted version already")]
    AlreadyPromoted(String),
    /// Going back needs something to go back to.
    #[error(
        "nothing read before {0} that is on record: promote the version that should read instead"
    )]
    NothingBefore(String),
    /// Another one is.
    #[error("{asked} is not the promoted version; {promoted} is")]
    NotPromoted {
        /// Which was to be demoted.
        asked: String,
        /// Which could be.
        promoted: String,
    },
    /// There is nothing to take back.
    #[error("no version was ever promoted")]
    NoneEver,
}
