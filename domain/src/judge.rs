//! Judging on request, outside the stream: what today's version would say.

use crate::{Assessment, Post};

/// Judges posts synchronously. The composition root hands one to the console, which must not know
/// classifiers or rules.
pub trait Judge: Send + Sync {
    /// What today's rules and classifiers say of a post. Records nothing.
    fn judge(&self, request: &JudgeRequest) -> Assessment;
}

/// What is to be judged.
#[derive(Debug, Clone)]
pub struct JudgeRequest {
    /// The post.
    pub post: Post,
    /// The post that it answers, where there is one.
    pub parent: Option<Post>,
    /// The author's messages just before it, nearest first (chats only).
    pub preceding: Vec<Post>,
}
