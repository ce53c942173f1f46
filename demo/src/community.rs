//! Members of a made-up community, writing.

use std::time::Duration;

use jiff::Timestamp;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use serde_json::{Value, json};

/// Texts from the project's own corpus (CC0), mostly ordinary.
const POSTS: &str = include_str!("../posts.jsonl");

const NAMES: [&str; 24] = [
    "heron", "otter", "maple", "juniper", "wren", "pebble", "tansy", "badger", "linnet", "sorrel",
    "finch", "moss", "clover", "kestrel", "plum", "bracken", "dunlin", "fern", "hazel", "iris",
    "lark", "marten", "nettle", "rowan",
];
const COMMUNITIES: [&str; 3] = ["night-shift", "anxiety-and-tea", "carers"];

/// A community that writes, the same for the same seed.
pub struct Community {
    rng: SmallRng,
    texts: Vec<Text>,
    said: u64,
}

/// One thing that somebody wrote, ready for the topic.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The topic.
    pub topic: &'static str,
    /// The record's key: the author's pseudonym.
    pub key: String,
    /// The `CloudEvent`, structured mode.
    pub event: Value,
}

#[derive(Deserialize)]
struct Text {
    id: String,
    text: String,
}

impl Community {
    /// The community of that seed.
    ///
    /// # Panics
    ///
    /// Never: the texts are part of the program, and a test reads them.
    pub fn new(seed: u64) -> Self {
        let texts = POSTS
            .lines()
            .map(|line| serde_json::from_str(line).expect("a row of posts.jsonl"));
        Self {
            rng: SmallRng::seed_from_u64(seed),
            texts: texts.collect(),
            said: 0,
        }
    }

    /// What is written next, at `now`; now and then a member flags what somebody wrote.
    pub fn next(&mut self, now: Timestamp) -> Spoken {
        self.said += 1;
        if self.said.is_multiple_of(23) {
            self.report(now)
        } else {
            self.post(now)
        }
    }

    /// How long the community is silent before that, so that a newcomer can follow.
    pub fn pause(&mut self) -> Duration {
        Duration::from_millis(self.rng.random_range(150..900))
    }

    fn post(&mut self, now: Timestamp) -> Spoken {
        let text = &self.texts[(self.said as usize - 1) % self.texts.len()];
        let (id, text) = (format!("demo-{}-{}", self.said, text.id), text.text.clone());
        let author = self.member();
        let community = *COMMUNITIES.choose(&mut self.rng).unwrap_or(&COMMUNITIES[0]);
        let thread = format!("{community}-{}", self.rng.random_range(1..=6));
        let kind = if self.rng.random_bool(0.3) {
            "chat"
        } else {
            "comment"
        };
        let data = json!({
            "post_id": id,
            "platform": "demo",
            "kind": kind,
            "community_id": community,
            "thread_id": thread,
            "author": { "pseudonym": author, "role": "member", "created_at": "2025-03-01T09:00:00Z" },
            "text": text,
            "language": "en",
            "created_at": now.to_string(),
            "url": format!("https://community.example/{community}/{id}"),
        });
        spoken(
            "holdfast.posts.v1",
            "holdfast.post.created.v1",
            &author,
            &id,
            now,
            &data,
        )
    }

    fn report(&mut self, now: Timestamp) -> Spoken {
        let (reported, by) = (self.member(), self.member());
        let id = format!("demo-report-{}", self.said);
        let data = json!({
            "report_id": id,
            "platform": "demo",
            "community_id": "night-shift",
            "reported": { "pseudonym": reported },
            "reporter": { "pseudonym": by },
            "reason": "other",
            "words": "this felt off to me, could somebody look?",
            "created_at": now.to_string(),
        });
        spoken(
            "holdfast.reports.v1",
            "holdfast.report.created.v1",
            &reported,
            &id,
            now,
            &data,
        )
    }

    fn member(&mut self) -> String {
        (*NAMES.choose(&mut self.rng).unwrap_or(&NAMES[0])).to_owned()
    }
}

fn spoken(
    topic: &'static str,
    kind: &str,
    key: &str,
    id: &str,
    now: Timestamp,
    data: &Value,
) -> Spoken {
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": "/demo",
        "type": kind,
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": data,
    });
    Spoken {
        topic,
        key: key.to_owned(),
        event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let story = |seed| {
            let mut community = Community::new(seed);
            (0..100)
                .map(|_| community.next(Timestamp::UNIX_EPOCH).event.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(story(7), story(7));
        assert_ne!(story(7), story(8));
    }
}
