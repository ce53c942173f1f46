//! Decoders for the targets, and what holds for everything that they hand on.

use holdfast_domain::intake::{Freshness, Incoming, Origin, Received, RejectClass};
use holdfast_domain::{PlatformId, TenantId, Timestamp};
use holdfast_ingest::config::Limits;
use holdfast_ingest::decode::Transport;
use holdfast_ingest::{Decoder, IngestConfig};

/// Words that the seeds put where members write. No name may hold them (there is a blank), so nothing that is printed
/// may show them.
const WRITTEN_BY_A_MEMBER: &str = "king fisher";
/// Longer than any refusal needs to be.
const LONGEST_REFUSAL: usize = 1000;

/// When the records of the targets come in: 1 March 2026.
pub const NOW: Timestamp = Timestamp::from_secs(1_772_399_045);

/// A decoder with limits low enough to be met.
pub fn decoder() -> Decoder {
    let limits = Limits {
        max_text_bytes: 1024,
        max_record_bytes: 3000,
    };
    let config = IngestConfig {
        limits,
        ..IngestConfig::default()
    };
    let platform = PlatformId::new("forum").expect("a plain word is a name");
    Decoder::new(&config, TenantId::default(), platform)
}

/// What the transport says of the records of the targets.
pub fn transport() -> Transport<'static> {
    let origin = Origin::Kafka {
        topic: "posts".to_owned(),
        partition: 0,
        offset: 7,
    };
    Transport {
        origin,
        key: None,
        time: Some(NOW),
        received_at: NOW,
    }
}

/// Panics unless what came of `record` may be handed on.
///
/// # Panics
///
/// When a promise of the intake does not hold.
pub fn must_hold(received: &Received, record: &[u8]) {
    assert!(
        !received.event_key.reveal().is_empty(),
        "a redelivery must be known by its key"
    );
    assert_ne!(
        received.freshness,
        Freshness::Backfill,
        "only a partition knows what is backfill"
    );
    let printed = format!("{received:?}");
    assert!(!printed.contains(WRITTEN_BY_A_MEMBER), "printed: {printed}");
    match &received.content {
        Ok(Incoming::Post(post)) => {
            let text = post.text.reveal();
            assert!(text.len() <= 1024, "the text has {} bytes", text.len());
            let ids = [
                Some(&post.external_id),
                Some(&post.author.pseudonym),
                post.parent.as_ref(),
                post.thread.as_ref(),
            ];
            for id in ids.into_iter().flatten() {
                assert!(
                    (1..=512).contains(&id.reveal().len()),
                    "an id of {} bytes",
                    id.reveal().len()
                );
            }
        }
        Ok(_) => {}
        Err(rejected) => {
            let message = &rejected.message;
            assert!(
                !message.contains(WRITTEN_BY_A_MEMBER),
                "refused with: {message}"
            );
            assert!(
                (1..=LONGEST_REFUSAL).contains(&message.len()),
                "refused with: {message}"
            );
            let kept = rejected.raw.reveal();
            assert!(record.starts_with(kept), "the dead letter is another one");
            let whole = rejected.class != RejectClass::TooLarge;
            assert!(
                !whole || kept.len() == record.len(),
                "the dead letter was cut"
            );
        }
    }
}

/// Panics unless two ways of reading a record came to the same.
///
/// # Panics
///
/// When they did not.
pub fn must_agree(one: &Received, other: &Received) {
    match (&one.content, &other.content) {
        (Ok(one), Ok(other)) => assert!(one == other, "two readings of one event differ"),
        (Err(one), Err(other)) => {
            assert_eq!((one.class, &one.message), (other.class, &other.message))
        }
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => {
            panic!("one way reads it, another refuses it: {}", refused.message)
        }
    }
}
