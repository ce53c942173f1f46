//! Rows about members: pseudonyms, posts and dead letters, sealed.

use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::{
    ActionId, CommunityId, KeyOwner, MessageId, PlatformId, Post, PostId, Revision, Sensitive,
    SubjectId, TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::dead_letter::{self, LetterParts};
use super::{
    DeadLetterRow, NewPostRow, PostChange, RevisionRow, Sealer, SubjectRow, Unit, subject_of,
};
use crate::error::{AppendError, StoreError};
use crate::fingerprint::{FingerprintKind, Fingerprinter};
use crate::keys::{Key, aad, open, seal};
use crate::ports::{DeadLetterWrite, Keep, NewSubject, PostWrite};

/// What identifies a post; stays as long as its author is not erased.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    id: Sensitive<String>,
    kind: PostKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<Sensitive<String>>,
    author: Sensitive<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author_created_at: Option<Timestamp>,
    #[serde(default)]
    role: AuthorRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age_band: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    truncated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    created_at: Timestamp,
    revised_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carries_out: Option<ActionId>,
    #[serde(default, skip_serializing_if = "is_false")]
    synthetic: bool,
}

/// What a post says; removed when its time is over.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Body {
    text: Sensitive<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_warning: Option<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reply_context: Vec<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    extra: Sensitive<Map<String, Json>>,
}

impl Body {
    pub(crate) fn into_text(self) -> Sensitive<String> {
        self.text
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_empty(extra: &Sensitive<Map<String, Json>>) -> bool {
    extra.reveal().is_empty()
}

fn split(post: Post) -> (Head, Body) {
    let head = Head {
        id: post.external_id,
        kind: post.kind,
        thread: post.thread,
        parent: post.parent,
        author: post.author.pseudonym,
        author_created_at: post.author.created_at,
        role: post.author.role,
        age_band: post.author.age_band,
        locale: post.author.locale,
        truncated: post.truncated,
        language: post.language,
        created_at: post.created_at,
        revised_at: post.revised_at,
        url: post.url,
        carries_out: post.carries_out,
        synthetic: post.synthetic,
    };
    let body = Body {
        text: post.text,
        content_warning: post.content_warning,
        reply_context: post.reply_context,
        attachments: post.attachments,
        extra: post.extra,
    };
    (head, body)
}

/// The post as it came in, from its two halves.
pub(crate) fn restore_post(
    (tenant, platform, community): (TenantId, PlatformId, CommunityId),
    revision: Revision,
    head: Head,
    body: Body,
) -> Post {
    Post {
        tenant,
        platform,
        external_id: head.id,
        kind: head.kind,
        community,
        thread: head.thread,
        parent: head.parent,
        author: Author {
            pseudonym: head.author,
            created_at: head.author_created_at,
            role: head.role,
            age_band: head.age_band,
            locale: head.locale,
        },
        text: body.text,
        truncated: head.truncated,
        language: head.language,
        created_at: head.created_at,
        revised_at: head.revised_at,
        revision,
        url: head.url,
        content_warning: body.content_warning,
        reply_context: body.reply_context,
        attachments: body.attachments,
        carries_out: head.carries_out,
        synthetic: head.synthetic,
        extra: body.extra,
    }
}

impl Sealer {
    pub(super) fn seal_subjects(
        &self,
        subjects: Vec<NewSubject>,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        for NewSubject {
            subject,
            platform,
            pseudonym,
        } in subjects
        {
            let (generation, key) = self.key(KeyOwner::Subject(subject), unit)?;
            let sealed = seal(
                &key,
                &pseudonym_aad(&self.tenant, subject),
                pseudonym.reveal().as_bytes(),
            );
            let fingerprint = short(
                &self.keys.fingerprinter,
                FingerprintKind::Author,
                pseudonym.reveal(),
            );
            unit.subjects.push(SubjectRow {
                subject,
                platform,
                fingerprint,
                generation,
                sealed,
            });
        }
        Ok(())
    }

    pub(super) fn seal_posts(
        &self,
        writes: Vec<PostWrite>,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        for write in writes {
            match write {
                PostWrite::New {
                    id,
                    subject,
                    post,
                    keep,
                } => {
                    unit.posts.push(self.new_post(id, subject, &post, keep));
                    self.seal_revision(id, subject, *post, keep, unit)?;
                }
                PostWrite::Revision {
                    id,
                    subject,
                    post,
                    keep,
                } => {
                    let mut change = PostChange::of(id);
                    change.revision = Some(post.revision);
                    change.keep_at_least = Some(keep_until(keep));
                    unit.post_changes.push(change);
                    self.seal_revision(id, subject, *post, keep, unit)?;
                }
                PostWrite::Deleted { id, revision, by } => {
                    let mut change = PostChange::of(id);
                    change.revision = Some(revision);
                    change.deleted_by = Some(deleted_by(by));
                    unit.post_changes.push(change);
                }
                PostWrite::Keep { id, keep } => {
                    let mut change = PostChange::of(id);
                    change.keep_exactly = Some(keep_until(keep));
                    unit.post_changes.push(change);
                }
            }
        }
        Ok(())
    }

    fn new_post(&self, id: PostId, subject: SubjectId, post: &Post, keep: Keep) -> NewPostRow {
        let prints = &self.keys.fingerprinter;
        NewPostRow {
            post: id,
            platform: post.platform.clone(),
            fingerprint: short(prints, FingerprintKind::Post, post.external_id.reveal()),
            subject,
            community: post.community.clone(),
            thread: post
                .thread
                .as_ref()
                .map(|thread| short(prints, FingerprintKind::Thread, thread.reveal())),
            url: post
                .url
                .as_ref()
                .map(|url| short(prints, FingerprintKind::Url, url.reveal())),
            posted_at: post.created_at,
            revision: post.revision,
            keep_until: keep_until(keep),
        }
    }

    fn seal_revision(
        &self,
        id: PostId,
        subject: SubjectId,
        post: Post,
        keep: Keep,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        let (generation, key) = self.key(KeyOwner::Subject(subject), unit)?;
        let revision = post.revision;
        let (head, body) = split(post);
        let head = seal(&key, &head_aad(&self.tenant, id, revision), &json(&head));
        let body = (keep != Keep::NoText)
            .then(|| seal(&key, &body_aad(&self.tenant, id, revision), &json(&body)));
        unit.revisions.push(RevisionRow {
            post: id,
            revision,
            generation,
            head,
            body,
        });
        Ok(())
    }

    pub(super) fn seal_dead_letters(
        &self,
        letters: Vec<DeadLetterWrite>,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        for letter in letters {
            let (generation, key) = self.key(letter.owner, unit)?;
            let plain = dead_letter::plain(&letter);
            unit.dead_letters.push(DeadLetterRow {
                id: letter.id,
                subject: subject_of(letter.owner),
                generation,
                origin: serde_json::to_string(&letter.origin).expect("an origin is plain data"),
                class: letter.class.as_str(),
                message: letter.message,
                transport_time: letter.transport_time,
                sealed: seal(&key, &dead_letter_aad(&self.tenant, letter.id), &plain),
                consumer_group: letter.consumer_group,
                traceparent: letter.traceparent,
            });
        }
        Ok(())
    }
}

/// Opens a dead letter.
pub(crate) fn open_dead_letter(
    tenant: &TenantId,
    id: MessageId,
    key: &Key,
    sealed: &[u8],
) -> Result<LetterParts, StoreError> {
    let broken = || StoreError::corrupt(format!("dead letter {id} does not open"));
    let plain = open(key, &dead_letter_aad(tenant, id), sealed).ok_or_else(broken)?;
    dead_letter::parts(&plain).ok_or_else(broken)
}

impl PostChange {
    const fn of(post: PostId) -> Self {
        Self {
            post,
            revision: None,
            deleted_by: None,
            keep_at_least: None,
            keep_exactly: None,
        }
    }
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("a post is plain data")
}

const fn deleted_by(by: holdfast_domain::intake::DeletedBy) -> &'static str {
    use holdfast_domain::intake::DeletedBy as D;
    match by {
        D::Author => "author",
        D::Staff => "staff",
        D::Unknown => "unknown",
    }
}

const fn keep_until(keep: Keep) -> i64 {
    match keep {
        Keep::NoText => 0,
        Keep::Until(at) => at.as_micros(),
        Keep::ForCase => i64::MAX,
    }
}

/// The first half of a fingerprint, as the tables hold it.
pub(crate) fn short(prints: &Fingerprinter, kind: FingerprintKind, text: &str) -> [u8; 16] {
    let full = prints.raw(kind, text.as_bytes());
    std::array::from_fn(|index| full[index])
}

fn row_aad(tenant: &TenantId, table: &str, id: &[u8], column: &str) -> Vec<u8> {
    aad(
        "content",
        &[
            tenant.as_str().as_bytes(),
            table.as_bytes(),
            id,
            column.as_bytes(),
        ],
    )
}

fn revision_id(post: PostId, revision: Revision) -> [u8; 24] {
    let mut id = [0; 24];
    id[..16].copy_from_slice(post.as_uuid().as_bytes());
    id[16..].copy_from_slice(&revision.0.to_be_bytes());
    id
}

/// Where the head of a revision stands.
pub(crate) fn head_aad(tenant: &TenantId, post: PostId, revision: Revision) -> Vec<u8> {
    row_aad(
        tenant,
        "content_revisions",
        &revision_id(post, revision),
        "head",
    )
}

/// Where the body of a revision stands.
pub(crate) fn body_aad(tenant: &TenantId, post: PostId, revision: Revision) -> Vec<u8> {
    row_aad(
        tenant,
        "content_revisions",
        &revision_id(post, revision),
        "body",
    )
}

/// Where a pseudonym stands.
pub(crate) fn pseudonym_aad(tenant: &TenantId, subject: SubjectId) -> Vec<u8> {
    row_aad(
        tenant,
        "content_subjects",
        subject.as_uuid().as_bytes(),
        "sealed",
    )
}

/// Where a dead letter stands.
pub(crate) fn dead_letter_aad(tenant: &TenantId, id: MessageId) -> Vec<u8> {
    row_aad(
        tenant,
        "content_dead_letters",
        id.as_uuid().as_bytes(),
        "sealed",
    )
}
