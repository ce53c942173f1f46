//! When a newer action makes an older one pointless that has not left yet.

use holdfast_domain::{Action, ActionKind, ActionPart};

/// Whether `newer`, on the same target, leaves nothing for `older` to do.
///
/// Every part of the older action must be covered. Words for a member are never dropped on their
/// own account: a message is covered only together with the restriction that it explains, by a
/// message with the newer action, or by a restoration.
pub fn supersedes(newer: &Action, older: &Action) -> bool {
    let same_target = match (newer.target.post(), older.target.post()) {
        (Some(newer), Some(older)) => newer.post == older.post,
        (None, None) => newer.target.author() == older.target.author(),
        _ => false,
    };
    let restores = newer.parts.contains(&ActionPart::Restore);
    let (words, deeds): (Vec<_>, Vec<_>) = older.parts.iter().partition(|part| is_words(part));
    same_target
        && newer.id != older.id
        && !deeds.is_empty()
        && deeds
            .iter()
            .all(|old| newer.parts.iter().any(|new| covers(new, old)))
        && (words.is_empty() || restores || newer.has_outreach())
}

fn is_words(part: &ActionPart) -> bool {
    matches!(part.kind(), ActionKind::Nudge | ActionKind::Outreach)
}

fn covers(newer: &ActionPart, older: &ActionPart) -> bool {
    use ActionKind::{
        Collapse, Hide, HidePart, Label, LimitAuthor, LockReply, Remove, Restore, SuspendAuthor,
    };
    if newer == older {
        return !is_words(older);
    }
    match (newer.kind(), older.kind()) {
        (Restore, old) => old != Restore,
        (Remove, Hide | HidePart | Collapse | Label | LockReply)
        | (Hide, Collapse)
        | (Collapse, Hide)
        | (LimitAuthor, LimitAuthor)
        | (SuspendAuthor, SuspendAuthor | LimitAuthor) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::action::RequestedBy;
    use holdfast_domain::{
        ActionId, ActionTarget, CaseId, PostId, PostRef, Revision, Span, SubjectId, Timestamp,
    };

    use super::*;

    fn action(id: u128, post: u128, parts: &[ActionPart]) -> Action {
        Action {
            id: ActionId::from_u128(id),
            case: CaseId::from_u128(1),
            target: ActionTarget::Post {
                post: PostRef {
                    post: PostId::from_u128(post),
                    revision: Revision(1),
                },
                author: SubjectId::from_u128(1),
            },
            parts: parts.to_vec(),
            message: None,
            policy: None,
            requested_by: RequestedBy::Person,
            hold_until: Timestamp::default(),
            not_after: Timestamp::default(),
        }
    }

    fn outreach() -> ActionPart {
        ActionPart::Outreach { template: None }
    }

    fn span(start: usize) -> ActionPart {
        ActionPart::HidePart {
            span: Span {
                start: start as u32,
                end: start as u32 + 5,
            },
        }
    }

    #[test]
    fn a_restoration_supersedes_a_hiding_that_has_not_left() {
        let hide = action(1, 7, &[ActionPart::Hide, outreach()]);
        assert!(supersedes(&action(2, 7, &[ActionPart::Restore]), &hide));
        assert!(!supersedes(&action(2, 8, &[ActionPart::Restore]), &hide));
    }

    #[test]
    fn a_message_to_a_member_is_never_superseded_by_a_restriction_or_another_message() {
        let message = action(1, 7, &[outreach()]);
        for newer in [ActionPart::Hide, ActionPart::Restore, outreach()] {
            assert!(!supersedes(&action(2, 7, &[newer]), &message));
        }
        let hide = action(1, 7, &[ActionPart::Hide, outreach()]);
        assert!(!supersedes(&action(2, 7, &[ActionPart::Remove]), &hide));
        let with_words = action(2, 7, &[ActionPart::Remove, outreach()]);
        assert!(supersedes(&with_words, &hide));
    }

    #[test]
    fn hiding_a_second_stretch_leaves_the_first_to_be_hidden() {
        assert!(!supersedes(
            &action(2, 7, &[span(20)]),
            &action(1, 7, &[span(0)])
        ));
        assert!(supersedes(
            &action(2, 7, &[span(0)]),
            &action(1, 7, &[span(0)])
        ));
    }

    #[test]
    fn an_action_never_supersedes_itself() {
        let hide = action(1, 7, &[ActionPart::Hide]);
        assert!(!supersedes(&hide, &hide));
    }
}
