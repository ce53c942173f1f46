//! Posts that Holdfast makes itself: stand-ins for what it never received, and pasted text.

use holdfast_domain::judge::JudgeRequest;
use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::{CommunityId, PlatformId, Post, Revision, Sensitive, TenantId, Timestamp};

/// A post of which only these things are known. Any real revision replaces it.
pub fn stand_in(
    tenant: &TenantId,
    platform: &PlatformId,
    community: &CommunityId,
    author: &Sensitive<String>,
    text: Sensitive<String>,
    at: Timestamp,
) -> Post {
    Post {
        tenant: tenant.clone(),
        platform: platform.clone(),
        external_id: Sensitive::default(),
        kind: PostKind::Post,
        community: community.clone(),
        thread: None,
        parent: None,
        author: Author {
            pseudonym: author.clone(),
            created_at: None,
            role: AuthorRole::Member,
            age_band: None,
            locale: None,
        },
        text,
        truncated: false,
        language: None,
        created_at: at,
        revised_at: at,
        revision: Revision(i64::MIN),
        url: None,
        content_warning: None,
        reply_context: Vec::new(),
        attachments: Vec::new(),
        carries_out: None,
        synthetic: false,
        extra: Sensitive::default(),
    }
}

/// A request to judge a text that is no platform's post, beside the one that it answers. Counts in no
/// figure of posts.
pub fn to_judge(
    text: Sensitive<String>,
    context: Option<Sensitive<String>>,
    language: Option<String>,
) -> JudgeRequest {
    let mut post = nobodys(text);
    post.language = language;
    JudgeRequest {
        parent: context.map(nobodys),
        post,
        preceding: Vec::new(),
    }
}

fn nobodys(text: Sensitive<String>) -> Post {
    let mut post = stand_in(
        &TenantId::default(),
        &PlatformId::new("nobody").expect("a plain word is a name"),
        &CommunityId::new("nobody").expect("a plain word is a name"),
        &Sensitive::default(),
        text,
        Timestamp::default(),
    );
    post.synthetic = true;
    post
}
