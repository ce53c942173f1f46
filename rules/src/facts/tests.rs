use holdfast_domain::post::Author;
use holdfast_domain::{Normaliser, PlatformId, Revision, TenantId, Timestamp};

use super::*;
use crate::plain::PlainNormaliser;

fn post(account_made: Option<i64>, written: i64) -> Post {
    Post {
        tenant: TenantId::default(),
        platform: PlatformId::new("forum").unwrap(),
        external_id: "p1".into(),
        kind: PostKind::Comment,
        community: CommunityId::new("harbour").unwrap(),
        thread: None,
        parent: None,
        author: Author {
            pseudonym: "a1".into(),
            created_at: account_made.map(Timestamp::from_secs),
            role: AuthorRole::Peer,
            age_band: Some("18-24".to_owned()),
            locale: Some("de-AT".to_owned()),
        },
        text: "text".into(),
        truncated: false,
        language: None,
        created_at: Timestamp::from_secs(written),
        revised_at: Timestamp::from_secs(written),
        revision: Revision(1),
        url: None,
        content_warning: Some("food".into()),
        reply_context: Vec::new(),
        attachments: Vec::new(),
        carries_out: None,
        synthetic: false,
        extra: holdfast_domain::Sensitive::new(serde_json::Map::new()),
    }
}

#[test]
fn the_age_of_an_account_is_that_at_the_time_of_writing() {
    let text = PlainNormaliser.normalise("text");
    let age = |made, written| Facts::of(&post(made, written), text.as_ref(), &[]).account_age_secs;
    assert_eq!(age(Some(1_000), 1_090), Some(90));
    assert_eq!(age(None, 1_090), None);
    assert_eq!(
        age(Some(2_000), 1_090),
        Some(0),
        "clocks of platforms disagree"
    );
}

#[test]
fn facts_are_those_of_the_post_and_its_author() {
    let text = PlainNormaliser.normalise("text");
    let post = post(None, 1);
    let facts = Facts::of(&post, text.as_ref(), &[]);
    assert_eq!(
        facts.language,
        Some("de-AT"),
        "the author's locale where the post names no language"
    );
    assert_eq!(
        (facts.kind, facts.author_role),
        (PostKind::Comment, AuthorRole::Peer)
    );
    assert_eq!(
        (facts.age_band, facts.content_warning),
        (Some("18-24"), true)
    );
}
