use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::{CommunityId, CrisisLevel, PlatformId, Revision, TenantId, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{Classifier, LexiconClassifier, lexicon};

/// A chat line of `author`, `secs` into the conversation.
fn line(author: &str, secs: i64, text: &str) -> Post {
    Post {
        tenant: TenantId::new("default").unwrap(),
        platform: PlatformId::new("web").unwrap(),
        external_id: format!("{author}-{secs}-{}", text.len()).into(),
        kind: PostKind::Chat,
        community: CommunityId::new("room").unwrap(),
        thread: Some("evening".into()),
        parent: None,
        author: Author {
            pseudonym: author.into(),
            created_at: None,
            role: AuthorRole::Member,
            age_band: None,
            locale: None,
        },
        text: text.into(),
        truncated: false,
        language: None,
        created_at: Timestamp::from_secs(1_000 + secs),
        revised_at: Timestamp::from_secs(1_000 + secs),
        revision: Revision(1),
        url: None,
        content_warning: None,
        reply_context: Vec::new(),
        attachments: Vec::new(),
        carries_out: None,
        synthetic: false,
        extra: Sensitive::default(),
    }
}

fn read(post: &Post, preceding: &[Post]) -> JudgedText {
    JudgedText::of(post, None, preceding, &ChatConfig::default())
}

#[test]
fn a_goodbye_split_over_three_messages_is_read_as_one_and_shown_in_its_pieces() {
    let before = [
        line("kim", 0, "so 🙂 this is"),
        line("kim", 40, "my last"),
        line("lee", 50, "hi kim"),
    ];
    let post = line("kim", 90, "message, ok");
    let judged = read(&post, &before);
    assert_eq!(judged.preceding_used(), [1, 0]);
    let answers = LexiconClassifier::new(lexicon::shipped().unwrap())
        .judge(&[judged])
        .unwrap();
    let crisis = answers[0][0].scored().unwrap();
    assert_eq!(crisis.level, Some(CrisisLevel::ActNow));
    let mut named: Vec<(u8, &str)> = crisis
        .evidence
        .iter()
        .filter(|evidence| evidence.label == "goodbye_explicit")
        .map(|evidence| {
            let text = match evidence.message {
                0 => post.text.reveal(),
                nearest => before[[1, 0][usize::from(nearest) - 1]].text.reveal(),
            };
            (evidence.message, &text[evidence.span.range()])
        })
        .collect();
    named.sort_unstable();
    named.dedup();
    assert!(
        named.contains(&(2, "this is"))
            && named.contains(&(1, "my last"))
            && named.contains(&(0, "message")),
        "{named:?}"
    );
}

#[test]
fn other_authors_threads_and_times_are_not_read_with_a_chat_line() {
    let mut elsewhere = line("kim", 50, "elsewhere");
    elsewhere.thread = Some("morning".into());
    let before = [
        line("lee", 80, "not me"),
        elsewhere,
        line("kim", -100, "too early"),
        line("kim", 200, "later"),
        line("kim", -80, "just in time"),
    ];
    let judged = read(&line("kim", 100, "now"), &before);
    assert_eq!(
        (judged.preceding_used(), judged.original()),
        (&[4][..], "just in time\nnow")
    );
}

#[test]
fn at_most_ten_messages_are_read_and_the_nearest_ones() {
    let before: Vec<Post> = (0..20)
        .map(|secs| line("kim", secs, &"x".repeat(secs as usize + 1)))
        .collect();
    let judged = read(&line("kim", 30, "now"), &before);
    assert_eq!(
        judged.preceding_used(),
        [19, 18, 17, 16, 15, 14, 13, 12, 11, 10]
    );
}

#[test]
fn a_forum_post_is_read_alone() {
    let mut post = line("kim", 10, "message");
    post.kind = PostKind::Comment;
    assert!(
        read(&post, &[line("kim", 0, "my last")])
            .preceding_used()
            .is_empty()
    );
}

#[test]
fn a_reply_is_read_beside_its_parent_or_what_the_platform_quotes() {
    let mut post = line("kim", 10, "same");
    post.reply_context = vec!["Quoted TEXT".into()];
    assert_eq!(read(&post, &[]).parent(), Some("quoted text"));
    let parent = line("lee", 0, "Known parent");
    let judged = JudgedText::of(&post, Some(&parent), &[], &ChatConfig::default());
    assert_eq!(judged.parent(), Some("known parent"));
}

#[test]
fn a_judged_text_prints_no_words() {
    let judged = JudgedText::of_text("goodbye everyone");
    assert!(!format!("{judged:?}").contains("goodbye"));
}

proptest! {
    #[test]
    fn evidence_of_any_stretch_lies_in_its_own_messages(
        texts in prop::collection::vec(any::<String>(), 1..6),
        from in 0usize..60,
        len in 0usize..60,
    ) {
        let posts: Vec<Post> = texts.iter().enumerate().map(|(at, text)| line("kim", at as i64, text)).collect();
        let (post, before) = posts.split_last().unwrap();
        let before: Vec<Post> = before.iter().enumerate().map(|(at, post)| Post { external_id: format!("b{at}").into(), ..post.clone() }).collect();
        let judged = read(post, &before);
        for evidence in judged.evidence(from..from + len, "x") {
            let text = match evidence.message {
                0 => post.text.reveal(),
                nearest => before[judged.preceding_used()[usize::from(nearest) - 1]].text.reveal(),
            };
            prop_assert!(text.get(evidence.span.range()).is_some_and(|piece| !piece.is_empty()));
        }
    }
}
