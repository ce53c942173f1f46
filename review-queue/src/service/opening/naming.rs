//! What a case opened by hand is about: the post, the link, the member or the text that was named.

use holdfast_domain::judge::JudgeRequest;
use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::{
    Assessment, CommunityId, PlatformId, Post, PostId, PostRef, Revision, Sensitive, SubjectId,
    Timestamp,
};
use holdfast_event_store::{Find, Keep, NewSubject, PostWrite, StoredPost};

use crate::access::Access;
use crate::error::ReviewError;
use crate::service::{OpenInput, ReviewService};

/// What the case is about, found or made.
pub(super) struct About {
    pub(super) subject: SubjectId,
    pub(super) new_subject: Option<NewSubject>,
    pub(super) community: CommunityId,
    pub(super) post: Option<Named>,
}

/// The post that was named.
pub(super) struct Named {
    pub(super) post: PostRef,
    pub(super) posted_at: Timestamp,
    pub(super) language: Option<String>,
    pub(super) assessment: Option<Assessment>,
    pub(super) write: PostWrite,
}

impl ReviewService {
    pub(super) async fn about(
        &self,
        who: &Access,
        input: &OpenInput,
    ) -> Result<About, ReviewError> {
        let named = match (&input.post, &input.link) {
            (Some(post), _) => Some(("post", Find::Post(post.clone()))),
            (None, Some(link)) => Some(("link", Find::Url(link.clone()))),
            (None, None) => None,
        };
        if let Some((field, find)) = named {
            return self.about_post(who, input, field, &find).await;
        }
        self.about_member(who, input).await
    }

    async fn about_post(
        &self,
        who: &Access,
        input: &OpenInput,
        field: &'static str,
        find: &Find,
    ) -> Result<About, ReviewError> {
        let unknown = || {
            ReviewError::field(
                field,
                "Holdfast has not seen this post; paste its text and name its author instead",
            )
        };
        let found = self.parts().content.find(&who.tenant, find).await?;
        let stored = match found.posts.first() {
            Some(_) => {
                self.parts()
                    .content
                    .posts(&who.tenant, &found.posts)
                    .await?
            }
            None => Vec::new(),
        };
        let on_platform = |stored: &StoredPost| {
            let platform = stored.newest().map(|newest| &newest.post.platform);
            input.platform.is_none() || platform == input.platform.as_ref()
        };
        let stored = stored.into_iter().find(on_platform).ok_or_else(unknown)?;
        let newest = stored.newest().ok_or_else(unknown)?;
        let community = newest.post.community.clone();
        // A post in a community that is not theirs does not exist for them.
        if who.role_at(&community, input.kind.signal()).is_none() {
            return Err(unknown());
        }
        let post = PostRef {
            post: stored.id,
            revision: newest.post.revision,
        };
        let assessment = if newest.text_kept {
            Some(self.judge(post, newest.post.clone()).await?)
        } else {
            None
        };
        Ok(About {
            subject: stored.subject,
            new_subject: None,
            community,
            post: Some(Named {
                post,
                posted_at: newest.post.created_at,
                language: newest.post.main_language(),
                assessment,
                write: PostWrite::Keep {
                    id: stored.id,
                    keep: Keep::ForCase,
                },
            }),
        })
    }

    async fn about_member(&self, who: &Access, input: &OpenInput) -> Result<About, ReviewError> {
        let Some(community) = input.community.clone() else {
            return Err(ReviewError::field("community", "say where it is"));
        };
        let (subject, new_subject, author) = self.member_named(who, input).await?;
        let post = match &input.text {
            Some(text) => Some(
                self.pasted(who, subject, author, &community, input, text)
                    .await?,
            ),
            None => None,
        };
        Ok(About {
            subject,
            new_subject,
            community,
            post,
        })
    }

    /// The member of that name, made known where they are not. Pasted text may have no name: then its
    /// author is somebody of their own.
    async fn member_named(
        &self,
        who: &Access,
        input: &OpenInput,
    ) -> Result<(SubjectId, Option<NewSubject>, Sensitive<String>), ReviewError> {
        let ids = &*self.parts().ids;
        if let Some(author) = &input.author {
            let find = Find::Author(author.clone());
            let found = self.parts().content.find(&who.tenant, &find).await?;
            for subject in found.subjects {
                let known = self.parts().content.pseudonym(&who.tenant, subject).await?;
                let platform = known.map(|(platform, _)| platform);
                if input.platform.is_none() || platform == input.platform {
                    return Ok((subject, None, author.clone()));
                }
            }
        }
        let subject = SubjectId::fresh(ids);
        let unnamed = || Sensitive::new(format!("unnamed:{subject}"));
        let pseudonym = input.author.clone().unwrap_or_else(unnamed);
        let new = NewSubject {
            subject,
            platform: platform(input)?,
            pseudonym: pseudonym.clone(),
        };
        Ok((subject, Some(new), pseudonym))
    }

    async fn pasted(
        &self,
        who: &Access,
        subject: SubjectId,
        author: Sensitive<String>,
        community: &CommunityId,
        input: &OpenInput,
        text: &Sensitive<String>,
    ) -> Result<Named, ReviewError> {
        let (id, now) = (PostId::fresh(&*self.parts().ids), self.now());
        let post = Post {
            tenant: who.tenant.clone(),
            platform: platform(input)?,
            external_id: Sensitive::new(format!("pasted:{id}")),
            kind: PostKind::Post,
            community: community.clone(),
            thread: None,
            parent: None,
            author: Author {
                pseudonym: author,
                created_at: None,
                role: AuthorRole::Member,
                age_band: None,
                locale: None,
            },
            text: text.clone(),
            truncated: false,
            language: None,
            created_at: now,
            revised_at: now,
            revision: Revision(1),
            url: None,
            content_warning: None,
            reply_context: Vec::new(),
            attachments: Vec::new(),
            carries_out: None,
            synthetic: false,
            extra: Sensitive::default(),
        };
        let reference = PostRef {
            post: id,
            revision: post.revision,
        };
        Ok(Named {
            post: reference,
            posted_at: now,
            language: None,
            assessment: Some(self.judge(reference, post.clone()).await?),
            write: PostWrite::New {
                id,
                subject,
                post: Box::new(post),
                keep: Keep::ForCase,
            },
        })
    }

    async fn judge(&self, reference: PostRef, post: Post) -> Result<Assessment, ReviewError> {
        let judge = self.parts().judge.clone();
        let request = JudgeRequest {
            post,
            parent: None,
            preceding: Vec::new(),
        };
        let judged = tokio::task::spawn_blocking(move || judge.judge(&request)).await;
        let assessment = judged.map_err(|_| ReviewError::Internal("the judge stopped"))?;
        Ok(Assessment {
            post: reference,
            ..assessment
        })
    }
}

fn platform(input: &OpenInput) -> Result<PlatformId, ReviewError> {
    input
        .platform
        .clone()
        .ok_or_else(|| ReviewError::field("platform", "say on which platform"))
}
