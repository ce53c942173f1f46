//! What reads, and what going back means.

use std::path::PathBuf;

use holdfast_domain::testing::T0;
use holdfast_domain::{
    Actor, EventEnvelope, EventId, KeyOwner, ModerationEvent, Position, Prose, StreamId,
    StreamVersion, TenantId,
};

use super::record::Refusal;
use super::*;

fn released(version: &str) -> ReleasedModel {
    ReleasedModel {
        version: version.to_owned(),
        known_as: format!("{version}-0123abcd"),
        digest: "ab".repeat(32),
    }
}

fn why() -> Prose {
    Prose::clear(KeyOwner::Tenant, "fewer goodbyes are missed")
}

/// The record after these changes.
fn given(events: impl IntoIterator<Item = ModerationEvent>) -> Record {
    let envelope = |(at, event): (usize, ModerationEvent)| EventEnvelope {
        position: Position(at as u64),
        id: EventId::from_u128(at as u128),
        tenant: TenantId::default(),
        stream: StreamId::Control,
        version: StreamVersion(at as u64 + 1),
        occurred_at: T0,
        recorded_at: T0,
        actor: Actor::Operator,
        causation: None,
        correlation: None,
        event,
    };
    Record::fold(events.into_iter().enumerate().map(envelope).collect())
}

/// The record after promoting these, one after the other; `a` read before.
fn promoted(versions: &[&str]) -> Record {
    let mut events: Vec<ModerationEvent> = Vec::new();
    let mut before = "a";
    for version in versions {
        let record = given(events.clone());
        let trail = record.of(Model::Encoder);
        let event = trail.promote(Model::Encoder, released(version), released(before), why());
        events.push(event.unwrap().into());
        before = version;
    }
    given(events)
}

/// The record with the promotion of `version` taken back.
fn demoted(record: &Record, version: &str) -> Result<Record, Refusal> {
    let trail = record.of(Model::Encoder);
    let event = trail.demote(Model::Encoder, version, why())?;
    let before = trail.changes().iter();
    let events = before.map(|change| change.envelope.event.clone());
    Ok(given(events.chain([event.into()])))
}

fn in_force(record: &Record) -> Option<&str> {
    let model = record.of(Model::Encoder).in_force()?;
    Some(&model.version)
}

#[test]
fn the_last_promotion_counts_and_of_the_other_classifier_nothing_is_said() {
    let record = promoted(&["b", "c"]);
    assert_eq!(in_force(&record), Some("c"));
    assert!(record.of(Model::Linear).in_force().is_none());
    assert_eq!(record.of(Model::Encoder).promoted_at("b"), Some(T0));
    assert_eq!(record.of(Model::Encoder).promoted_at("a"), None);
}

#[test]
fn a_demotion_goes_back_to_what_read_before_step_by_step() {
    let record = demoted(&promoted(&["b", "c"]), "c").unwrap();
    assert_eq!(in_force(&record), Some("b"));
    let record = demoted(&record, "b").unwrap();
    // What read before the first promotion reads again, not whatever is the newest by then.
    assert_eq!(in_force(&record), Some("a"));
    let refused = demoted(&record, "a").unwrap_err();
    assert_eq!(refused, Refusal::NothingBefore("a".to_owned()));
}

#[test]
fn a_version_that_was_taken_back_can_be_promoted_and_taken_back_again() {
    let mut events: Vec<ModerationEvent> = Vec::new();
    for _ in 0..2 {
        let record = given(events.clone());
        let trail = record.of(Model::Encoder);
        let event = trail.promote(Model::Encoder, released("b"), released("a"), why());
        events.push(event.unwrap().into());
        let record = given(events.clone());
        let event = record.of(Model::Encoder).demote(Model::Encoder, "b", why());
        events.push(event.unwrap().into());
    }
    assert_eq!(in_force(&given(events)), Some("a"));
}

#[test]
fn only_the_promoted_version_can_be_demoted_and_never_without_a_reason() {
    let record = promoted(&["b", "c"]);
    let refused = demoted(&record, "b").unwrap_err();
    let promoted = "c".to_owned();
    let asked = "b".to_owned();
    assert_eq!(refused, Refusal::NotPromoted { asked, promoted });
    let blank = Prose::clear(KeyOwner::Tenant, " ");
    let trail = record.of(Model::Encoder);
    let refused = trail.demote(Model::Encoder, "c", blank.clone());
    assert_eq!(refused, Err(Refusal::NoReason));
    let refused = trail.promote(Model::Encoder, released("d"), released("c"), blank);
    assert_eq!(refused, Err(Refusal::NoReason));
    let refused = trail.promote(Model::Encoder, released("c"), released("c"), why());
    assert_eq!(refused, Err(Refusal::AlreadyPromoted("c".to_owned())));
    let refused = given([])
        .of(Model::Encoder)
        .demote(Model::Encoder, "a", why());
    assert_eq!(refused, Err(Refusal::NoneEver));
}

/// A folder of versions with empty manifests.
struct Shelf(PathBuf);

impl Shelf {
    fn with(name: &str, versions: &[&str]) -> Self {
        let unique = format!("holdfast-shelf-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(unique);
        for version in versions {
            let version = folder.join("encoder").join(version);
            std::fs::create_dir_all(&version).unwrap();
            std::fs::write(version.join("manifest.json"), "{}").unwrap();
        }
        Self(folder)
    }

    fn config(&self, encoder: &str) -> ClassifiersConfig {
        ClassifiersConfig {
            models_folder: Some(self.0.clone()),
            encoder: encoder.to_owned(),
            linear: OFF.to_owned(),
            ..ClassifiersConfig::default()
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_named_version_wins_over_the_promoted_one_and_that_over_the_newest() {
    let shelf = Shelf::with("precedence", &["a", "b", "c"]);
    let reads = |encoder: &str, record: &Record| {
        in_service(&shelf.config(encoder), Model::Encoder, record).unwrap()
    };
    let (nothing, b) = (given([]), promoted(&["b"]));
    let expect = |version: &str, because| Some((version.to_owned(), because));
    assert_eq!(reads(NEWEST, &nothing), expect("c", Because::Newest));
    assert_eq!(reads(NEWEST, &b), expect("b", Because::Promoted));
    assert_eq!(reads("a", &b), expect("a", Because::Named));
    assert_eq!(reads(OFF, &b), None);
}

#[test]
fn a_promoted_version_is_put_in_service_only_as_it_was_promoted() {
    let shelf = Shelf::with("promoted", &["a", "b", "c"]);
    let with_digest = |digest: String| {
        let to = ReleasedModel {
            digest,
            ..released("b")
        };
        let trail = super::record::Trail::default();
        let event = trail.promote(Model::Encoder, to, released("a"), why());
        given([event.unwrap().into()])
    };
    let digest = super::shelf::digest(&shelf.0.join("encoder/b")).unwrap();
    let mut config = shelf.config(NEWEST);
    put_in_service(&mut config, &with_digest(digest)).unwrap();
    assert_eq!(config.encoder, "b");
    let another = with_digest("00".repeat(32));
    let refused = put_in_service(&mut shelf.config(NEWEST), &another).unwrap_err();
    assert!(refused.to_string().contains("not what was promoted"));
    let gone = promoted(&["d"]);
    let refused = put_in_service(&mut shelf.config(NEWEST), &gone).unwrap_err();
    assert!(refused.to_string().contains("holdfast model demote d"));
    // Whoever names a version is not kept from it.
    put_in_service(&mut shelf.config("c"), &another).unwrap();
}

#[test]
fn what_reads_already_is_not_watched_beside_itself() {
    let shelf = Shelf::with("watched", &["a", "b"]);
    let watched_by = |encoder: &str, shadow: &str| {
        let config = ClassifiersConfig {
            shadow_encoder: shadow.to_owned(),
            ..shelf.config(encoder)
        };
        watched(&config, Model::Encoder).unwrap()
    };
    assert_eq!(watched_by("a", NEWEST), Some("b".to_owned()));
    assert_eq!(watched_by("b", NEWEST), None);
    assert_eq!(watched_by(NEWEST, "b"), None);
    assert_eq!(watched_by(OFF, "a"), Some("a".to_owned()));
    assert_eq!(watched_by("a", OFF), None);
}
