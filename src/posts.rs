//! Posts that Holdfast makes itself: stand-ins for what it never received, and pasted text.

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
