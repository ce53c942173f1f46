//! Deciding and undoing.

use axum::extract::State;
use axum::response::Response;
use holdfast_domain::{ActionKind, ActionPart, PostRef, Sensitive};

use super::address::OfCase;
use super::commands::{claim_again, then};
use crate::error::ReviewError;
use crate::service::{ActionInput, Ask, DecideInput, UndoInput};
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages::case::forms::Drafts;
use crate::web::present::texts;
use crate::web::session::SignedIn;

pub(super) async fn decide(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = input(&fields)?;
        claim_again(&console, &who, id, &fields).await?;
        let ask = Ask::seen(id, fields.parse("version")?);
        console.service().decide(&who.access, &ask, &input).await?;
        Ok("decided")
    }
    .await;
    then(
        &console,
        &who,
        id,
        outcome,
        "Your decision was not recorded.",
        drafts(&fields),
    )
    .await
}

pub(super) async fn undo(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = UndoInput {
            decision: Some(fields.parse("decision")?),
        };
        console
            .service()
            .undo(&who.access, &Ask::of(id), &input)
            .await?;
        Ok("undone")
    }
    .await;
    then(
        &console,
        &who,
        id,
        outcome,
        "The decision was not taken back.",
        Drafts::default(),
    )
    .await
}

fn input(fields: &Fields) -> Result<DecideInput, ReviewError> {
    let parts = fields
        .all("action")
        .iter()
        .map(|part| serde_json::from_str(part))
        .collect::<Result<Vec<ActionPart>, _>>()
        .map_err(|_| ReviewError::field("action", "choose from what is offered"))?;
    let post = texts::referred(fields.text("post"));
    Ok(DecideInput {
        outcome: fields.choice("outcome")?,
        policy: fields.typed("policy"),
        reason: fields.words_or_nothing("reason"),
        posts: post.into_iter().collect(),
        actions: actions(parts, post, fields.words("message")),
    })
}

/// What was ticked, as actions. What takes something from the member goes together with the message
/// to them, as one action; everything else stands alone.
fn actions(
    parts: Vec<ActionPart>,
    post: Option<PostRef>,
    message: Option<Sensitive<String>>,
) -> Vec<ActionInput> {
    let speaks = |part: &ActionPart| part.kind() == ActionKind::Outreach;
    let (restricting, helping): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|part| part.kind().is_restrictive());
    let (outreach, others): (Vec<_>, Vec<_>) = helping.into_iter().partition(speaks);
    let mut actions: Vec<ActionInput> = others
        .into_iter()
        .map(|part| single(part, post, None))
        .collect();
    if restricting.is_empty() {
        actions.extend(
            outreach
                .into_iter()
                .map(|part| single(part, None, message.clone())),
        );
        return actions;
    }
    let mut together = restricting;
    // Words typed for the member are meant to be sent.
    if outreach.is_empty() && message.is_some() {
        together.push(ActionPart::Outreach { template: None });
    }
    together.extend(outreach);
    actions.push(ActionInput {
        post: together.iter().any(on_post).then_some(post).flatten(),
        parts: together,
        message,
    });
    actions
}

fn single(
    part: ActionPart,
    post: Option<PostRef>,
    message: Option<Sensitive<String>>,
) -> ActionInput {
    ActionInput {
        post: on_post(&part).then_some(post).flatten(),
        parts: vec![part],
        message,
    }
}

/// Whether something is done to a post rather than to its author.
const fn on_post(part: &ActionPart) -> bool {
    !matches!(
        part.kind(),
        ActionKind::Outreach
            | ActionKind::Nudge
            | ActionKind::LimitAuthor
            | ActionKind::SuspendAuthor
    )
}

fn drafts(fields: &Fields) -> Drafts {
    Drafts {
        outcome: fields.typed("outcome"),
        policy: fields.typed("policy"),
        post: fields.typed("post"),
        actions: fields.all("action"),
        decision_reason: fields.typed("reason"),
        message: fields.typed("message"),
        open: "decide".to_owned(),
        ..Drafts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(actions: &[&str], message: &str) -> Fields {
        let mut all = vec![
            ("outcome", "act"),
            ("policy", "crisis.goodbye"),
            ("reason", "clear"),
            ("message", message),
            ("post", "00000000-0000-0000-0000-0000000001f4/1"),
        ];
        all.extend(actions.iter().map(|action| ("action", *action)));
        Fields::from(&all[..])
    }

    const HIDE: &str = r#"{"do":"hide"}"#;
    const OUTREACH: &str = r#"{"do":"outreach"}"#;

    #[test]
    fn hiding_and_the_message_about_it_are_one_action() {
        let input = input(&fields(&[HIDE, OUTREACH], "Hi")).unwrap();
        assert_eq!(input.actions.len(), 1);
        assert_eq!(input.actions[0].parts.len(), 2);
        assert!(input.actions[0].post.is_some());
    }

    #[test]
    fn words_typed_beside_a_restriction_go_with_it() {
        let input = input(&fields(&[HIDE], "Hi")).unwrap();
        assert!(
            input.actions[0]
                .parts
                .contains(&ActionPart::Outreach { template: None })
        );
    }

    #[test]
    fn a_message_alone_goes_to_the_member_and_not_to_a_post() {
        let input = input(&fields(&[OUTREACH], "Hi")).unwrap();
        assert_eq!(input.actions[0].post, None);
    }

    #[test]
    fn an_action_that_was_never_offered_is_refused() {
        assert!(input(&fields(&["{\"do\":\"ban_forever\"}"], "")).is_err());
    }

    #[test]
    fn nothing_typed_is_lost_when_a_decision_is_refused() {
        let drafts = drafts(&fields(&[HIDE], "Hi, it is Ana"));
        assert_eq!(drafts.message, "Hi, it is Ana");
        assert_eq!(drafts.decision_reason, "clear");
        assert_eq!(drafts.actions, [HIDE]);
    }
}
