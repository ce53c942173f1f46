//! Claiming, noting, levels, contact, closing: each a form that posts.

use axum::response::Response;
use holdfast_domain::CrisisLevel;

use super::form::CaseForm;
use crate::error::ReviewError;
use crate::service::{
    CloseInput, ContactInput, LevelInput, NoteInput, ReleaseInput, ReopenInput, TakeOverInput,
};
use crate::view::Changed;
use crate::web::pages::case::forms::Drafts;
use crate::web::respond;

pub(super) async fn claim(form: CaseForm) -> Response {
    let claim = async {
        form.service().claim(form.access(), &form.ask()).await?;
        Ok("claimed")
    };
    let not_done = "The case was not claimed.";
    form.gives(not_done, Drafts::default(), claim).await
}

pub(super) async fn renew(form: CaseForm) -> Response {
    let renew = async {
        form.service().renew(form.access(), &form.ask()).await?;
        Ok("renewed")
    };
    let not_done = "The claim was not renewed.";
    form.gives(not_done, Drafts::default(), renew).await
}

/// Whoever hands a case back goes on with the queue.
pub(super) async fn release(form: CaseForm) -> Response {
    let input = ReleaseInput {
        hand_over: form.fields.words("hand_over"),
    };
    let ask = form.ask();
    let release = form.service().release(form.access(), &ask, &input);
    match form.outcome(release).await {
        Ok(_) => respond::go("/queue?done=released"),
        Err(error) => {
            let drafts = Drafts {
                hand_over: form.fields.typed("hand_over"),
                ..Drafts::default()
            };
            let not_done = "The case was not handed back.";
            form.refused(not_done, drafts, error).await
        }
    }
}

pub(super) async fn take_over(form: CaseForm) -> Response {
    let input = TakeOverInput {
        reason: form.fields.words_or_nothing("reason"),
    };
    let drafts = Drafts {
        take_over_reason: form.fields.typed("reason"),
        open: "take-over".to_owned(),
        ..Drafts::default()
    };
    let take_over = async {
        let (service, ask) = (form.service(), form.ask());
        service.take_over(form.access(), &ask, &input).await?;
        Ok("taken-over")
    };
    let not_done = "The case was not taken over.";
    form.gives(not_done, drafts, take_over).await
}

pub(super) async fn note(form: CaseForm) -> Response {
    let input = NoteInput {
        note: form.fields.words_or_nothing("note"),
    };
    let drafts = Drafts {
        note: form.fields.typed("note"),
        ..Drafts::default()
    };
    let note = async {
        let (service, ask) = (form.service(), form.ask());
        service.note(form.access(), &ask, &input).await?;
        Ok("noted")
    };
    form.gives("Your note was not saved.", drafts, note).await
}

pub(super) async fn level(form: CaseForm) -> Response {
    let drafts = Drafts {
        level_reason: form.fields.typed("reason"),
        open: "level".to_owned(),
        ..Drafts::default()
    };
    let not_done = "The level was not changed.";
    form.gives(not_done, drafts, change_level(&form)).await
}

/// The form has one list of levels; which way it leads depends on where the case stands.
async fn change_level(form: &CaseForm) -> Result<&'static str, ReviewError> {
    let to: CrisisLevel = form.fields.choice("to")?;
    let (service, who) = (form.service(), form.access());
    let stands = service.case(who, form.id).await?.level;
    let mut input = LevelInput {
        to,
        code: None,
        reason: form.fields.words("reason"),
    };
    if to > stands {
        service.raise(who, &form.ask(), &input).await?;
        return Ok("raised");
    }
    input.code = Some(form.fields.choice("code")?);
    let ask = form.ask_as_seen().await?;
    service.set_level(who, &ask, &input).await?;
    Ok("lowered")
}

pub(super) async fn contact(form: CaseForm) -> Response {
    let drafts = Drafts {
        contact_note: form.fields.typed("note"),
        open: "contact".to_owned(),
        ..Drafts::default()
    };
    let contact = async {
        let input = ContactInput {
            outcome: form.fields.choice("outcome")?,
            note: form.fields.words("note"),
        };
        let (service, ask) = (form.service(), form.ask());
        service.contact(form.access(), &ask, &input).await?;
        Ok("contact")
    };
    let not_done = "The contact was not recorded.";
    form.gives(not_done, drafts, contact).await
}

pub(super) async fn close(form: CaseForm) -> Response {
    let close = async {
        let input = CloseInput {
            code: form.fields.choice("code")?,
            reason: form.fields.words("reason"),
        };
        let ask = form.ask_as_seen().await?;
        let changed = form.service().close(form.access(), &ask, &input).await?;
        Ok(how_it_closed(&changed))
    };
    let not_done = "The case was not closed.";
    form.gives(not_done, closing_drafts(&form), close).await
}

const fn how_it_closed(changed: &Changed) -> &'static str {
    if changed.closed.is_some() {
        "closed"
    } else {
        "proposed"
    }
}

pub(super) async fn reopen(form: CaseForm) -> Response {
    let reopen = async {
        let input = ReopenInput {
            level: form.fields.maybe_choice("level")?,
            code: "by_hand".to_owned(),
            reason: form.fields.words_or_nothing("reason"),
        };
        let (service, ask) = (form.service(), form.ask());
        service.reopen(form.access(), &ask, &input).await?;
        Ok("reopened")
    };
    let not_done = "The case was not reopened.";
    form.gives(not_done, closing_drafts(&form), reopen).await
}

fn closing_drafts(form: &CaseForm) -> Drafts {
    Drafts {
        close_reason: form.fields.typed("reason"),
        open: "close".to_owned(),
        ..Drafts::default()
    }
}
