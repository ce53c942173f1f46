//! Posts on the page, with what may be read of them.

use holdfast_domain::PostRef;

use crate::view::{PostView as CasePost, RevealedCase, RevealedPost, TextState, ThreadPost};
use crate::web::highlight::{Mark, highlight};
use crate::web::pages::case::text::{PostView, ReasonView, TextView};
use crate::web::words::{self, Moment};

/// A post of the case.
pub fn of_case(
    at: usize,
    post: &CasePost,
    member: Option<&str>,
    revealed: Option<&RevealedCase>,
) -> PostView {
    let shown = revealed.and_then(|case| case.text_of(post.post));
    let assessment = post.assessment.as_ref();
    let mut remarks = Vec::new();
    if let Some(by) = post.deleted {
        remarks.push(words::deleted_by(by).to_lowercase());
    }
    if post.revisions > 1 {
        remarks.push(format!("edited, {} versions", post.revisions));
    }
    if post.truncated {
        remarks.push("longer than what is kept".to_owned());
    }
    if let Some(warning) = shown.and_then(|post| post.content_warning.as_ref()) {
        remarks.push(format!("content warning: {}", warning.reveal()));
    }
    PostView {
        post: reference(post.post),
        at: format!("p{at}"),
        author: author(shown, member.unwrap_or("The member")),
        posted_at: Moment(post.posted_at),
        of_case: true,
        level: assessment
            .filter(|assessment| assessment.level > holdfast_domain::CrisisLevel::None)
            .map(|assessment| assessment.level.into()),
        unscored: assessment.is_some_and(|assessment| assessment.unscored),
        remarks,
        text: text(post.text, shown),
        reasons: reasons(shown),
        url: url(shown),
    }
}

/// A version of a post that its author wrote after or before the one that the case shows first.
pub fn other_version(at: String, first: PostRef, other: &RevealedPost) -> PostView {
    let remark = if other.post.revision > first.revision {
        "as edited since; not what the level rests on"
    } else {
        "as written before; the level may rest on it"
    };
    PostView {
        post: reference(other.post),
        at,
        author: author(Some(other), "The member"),
        posted_at: Moment(other.posted_at),
        of_case: true,
        level: None,
        unscored: false,
        remarks: vec![remark.to_owned()],
        text: text(TextState::Masked, Some(other)),
        reasons: reasons(Some(other)),
        url: None,
    }
}

/// A post of the thread around.
pub fn of_thread(at: usize, post: &ThreadPost, revealed: Option<&RevealedCase>) -> PostView {
    let shown = revealed.and_then(|case| case.text_of(post.post));
    let voice = if post.same_author {
        "The member".to_owned()
    } else {
        format!("Voice {}", post.voice)
    };
    PostView {
        post: reference(post.post),
        at: format!("t{at}"),
        author: author(shown, &voice),
        posted_at: Moment(post.posted_at),
        of_case: post.in_case,
        level: None,
        unscored: false,
        remarks: post
            .deleted
            .map(|by| words::deleted_by(by).to_lowercase())
            .into_iter()
            .collect(),
        text: if post.in_case {
            TextView::Gone("A post of this case, shown above.".to_owned())
        } else {
            text(post.text, shown)
        },
        reasons: if post.in_case {
            Vec::new()
        } else {
            reasons(shown)
        },
        url: None,
    }
}

/// A revision as forms name it.
pub fn reference(post: PostRef) -> String {
    format!("{}/{}", post.post, post.revision.0)
}

/// A revision as a form named it.
pub fn referred(text: &str) -> Option<PostRef> {
    let (post, revision) = text.split_once('/')?;
    Some(PostRef {
        post: post.parse().ok()?,
        revision: holdfast_domain::Revision(revision.parse().ok()?),
    })
}

fn author(shown: Option<&RevealedPost>, otherwise: &str) -> String {
    shown
        .and_then(|post| post.author.as_ref())
        .map_or_else(|| otherwise.to_owned(), |name| name.reveal().clone())
}

fn url(shown: Option<&RevealedPost>) -> Option<String> {
    shown
        .and_then(|post| post.url.as_ref())
        .map(|url| url.reveal().clone())
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

fn reasons(shown: Option<&RevealedPost>) -> Vec<ReasonView> {
    let Some(post) = shown else { return Vec::new() };
    post.reasons
        .iter()
        .enumerate()
        .map(|(at, words)| ReasonView {
            number: at + 1,
            words: words.replace('_', " "),
        })
        .collect()
}

fn text(state: TextState, shown: Option<&RevealedPost>) -> TextView {
    if let Some(post) = shown {
        let marks: Vec<Mark> = post
            .marks
            .iter()
            .map(|mark| Mark {
                span: mark.span,
                reason: mark.reason,
            })
            .collect();
        return TextView::Shown(highlight(post.text.reveal(), &marks, &post.covers));
    }
    match state {
        TextState::Masked => TextView::Masked,
        TextState::NotKept => TextView::Gone("Its text is no longer kept.".to_owned()),
        TextState::NeverReceived => {
            TextView::Gone("This post was reported or named, and never reached us.".to_owned())
        }
        TextState::Erased => TextView::Gone("Erased with the member's data.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::highlight::Segment;

    #[test]
    fn a_covered_post_holds_nothing_of_its_text() {
        let case = crate::view::CaseView::sample();
        let post = of_case(0, &case.posts[0], None, None);
        assert!(post.segments().is_empty());
        assert!(post.reasons.is_empty());
    }

    #[test]
    fn a_revealed_post_still_covers_its_method_detail() {
        let revealed = RevealedCase::sample();
        let post = of_case(0, &revealed.case.posts[0], None, Some(&revealed));
        assert!(post.segments().contains(&Segment::Covered { number: 0 }));
        assert!(!format!("{:?}", post.segments()).contains("pills"));
    }

    #[test]
    fn an_address_that_is_no_web_address_is_no_link() {
        let mut post = RevealedPost::sample();
        post.url = Some("javascript:alert(1)".into());
        assert_eq!(url(Some(&post)), None);
    }

    #[test]
    fn a_reference_reads_back() {
        let post = RevealedPost::sample().post;
        assert_eq!(referred(&reference(post)), Some(post));
        assert_eq!(referred("no"), None);
    }
}
