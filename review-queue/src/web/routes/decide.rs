//! Deciding and undoing.

use axum::response::Response;
use holdfast_domain::{ActionKind, ActionPart, PostRef, Sensitive};

use super::form::CaseForm;
use crate::error::ReviewError;
use crate::service::{ActionInput, DecideInput, UndoInput};
use crate::web::fields::Fields;
use crate::web::pages::case::forms::Drafts;
use crate::web::present::texts;

pub(super) async fn decide(form: CaseForm) -> Response {
    let decide = async {
        let input = input(&form.fields)?;
        let ask = form.ask_as_seen().await?;
        form.service().decide(form.access(), &ask, &input).await?;
        Ok("decided")
    };
    let not_done = "Your decision was not recorded.";
    form.gives(not_done, drafts(&form.fields), decide).await
}

pub(super) async fn undo(form: CaseForm) -> Response {
    let undo = async {
        let input = UndoInput {
            decision: Some(form.fields.parse("decision")?),
        };
        let (service, ask) = (form.service(), form.ask());
        service.undo(form.access(), &ask, &input).await?;
        Ok("undone")
    };
    let not_done = "The decision was not taken back.";
    form.gives(not_done, Drafts::default(), undo).await
}

fn input(fields: &Fields) -> Result<DecideInput, ReviewError> {
    let parts = fields
        .all("action")
        .iter()
        .map(|part| serde_json::from_str(part))
        .collect::<Result<Vec<ActionPart>, _>>()
        .map_err(|_| ReviewError::field("action", "choose from what is offered"))?;
    let post = texts::referred(fields.text("post"));
    let parts = parts.into_iter().map(|part| started_from(part, fields));
    let parts: Vec<ActionPart> = parts.collect();
    if let Some(message) = fields.words("message") {
        must_be_filled(message.reveal())?;
    }
    Ok(DecideInput {
        outcome: fields.choice("outcome")?,
        policy: fields.typed("policy"),
        reason: fields.words_or_nothing("reason"),
        posts: post.into_iter().collect(),
        actions: actions(parts, post, fields.words("message")),
    })
}

/// Keeps with a message which of the house's messages it was started from.
fn started_from(part: ActionPart, fields: &Fields) -> ActionPart {
    match (part, fields.text("template")) {
        (ActionPart::Outreach { template: None }, name) if !name.is_empty() => {
            ActionPart::Outreach {
                template: Some(name.to_owned()),
            }
        }
        (part, _) => part,
    }
}

/// A message goes out as a person wrote it: what stands for a name or a time is filled in first.
fn must_be_filled(message: &str) -> Result<(), ReviewError> {
    if message.contains("{{") || message.contains("}}") {
        return Err(ReviewError::field(
            "message",
            "fill in what stands between {{ and }} before it is sent",
        ));
    }
    Ok(())
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
        template: fields.typed("template"),
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
    fn a_message_that_still_has_a_gap_in_it_is_not_sent() {
        assert!(input(&fields(&[OUTREACH], "Hi {{name}}, I read your post.")).is_err());
        assert!(input(&fields(&[OUTREACH], "Hi Sam, I read your post.")).is_ok());
    }

    #[test]
    fn it_is_kept_which_of_the_houses_messages_a_person_started_from() {
        let sent = Fields::from(
            &[
                ("outcome", "support"),
                ("message", "Hi Sam"),
                ("template", "First words"),
                ("action", OUTREACH),
            ][..],
        );
        let template = Some("First words".to_owned());
        assert_eq!(
            input(&sent).unwrap().actions[0].parts,
            [ActionPart::Outreach { template }]
        );
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
