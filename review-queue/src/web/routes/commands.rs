//! Claiming, noting, levels, contact, closing: each a form that posts.

use axum::extract::State;
use axum::response::Response;
use holdfast_domain::{CaseId, CrisisLevel};

use super::address::OfCase;
use super::case::{self, Answer};
use crate::error::ReviewError;
use crate::service::{
    Ask, CloseInput, ContactInput, LevelInput, NoteInput, ReleaseInput, ReopenInput, TakeOverInput,
};
use crate::view::Changed;
use crate::web::console::Console;
use crate::web::fields::Fields;
use crate::web::pages::case::forms::Drafts;
use crate::web::respond;
use crate::web::session::SignedIn;

/// After a form: on with the case, or the case again with what was typed.
pub(super) async fn then(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    outcome: Result<&'static str, ReviewError>,
    not_done: &str,
    drafts: Drafts,
) -> Response {
    match outcome {
        Ok(done) => respond::go(&format!("/cases/{id}?done={done}")),
        Err(ReviewError::OtherCaseOpen { case: Some(other) }) => {
            respond::go(&format!("/cases/{other}?done=joined"))
        }
        Err(error) => {
            let answer = Answer {
                refused: Some((not_done.to_owned(), error)),
                drafts,
                ..Answer::default()
            };
            case::show(console, who, id, answer).await
        }
    }
}

/// A form that outlived its claim offers to claim the case again and go on.
pub(super) async fn claim_again(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    fields: &Fields,
) -> Result<(), ReviewError> {
    if fields.text("claim") == "again" {
        console.service().claim(&who.access, &Ask::of(id)).await?;
    }
    Ok(())
}

pub(super) async fn claim(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        console.service().claim(&who.access, &Ask::of(id)).await?;
        Ok("claimed")
    }
    .await;
    then(
        &console,
        &who,
        id,
        outcome,
        "The case was not claimed.",
        Drafts::default(),
    )
    .await
}

pub(super) async fn renew(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        console.service().renew(&who.access, &Ask::of(id)).await?;
        Ok("renewed")
    }
    .await;
    then(
        &console,
        &who,
        id,
        outcome,
        "The claim was not renewed.",
        Drafts::default(),
    )
    .await
}

pub(super) async fn release(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = ReleaseInput {
            hand_over: fields.words("hand_over"),
        };
        console
            .service()
            .release(&who.access, &Ask::of(id), &input)
            .await
    }
    .await;
    let drafts = Drafts {
        hand_over: fields.typed("hand_over"),
        ..Drafts::default()
    };
    match outcome {
        Ok(_) => respond::go("/queue?done=released"),
        Err(error) => {
            then(
                &console,
                &who,
                id,
                Err(error),
                "The case was not handed back.",
                drafts,
            )
            .await
        }
    }
}

pub(super) async fn take_over(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = TakeOverInput {
            reason: fields.words_or_nothing("reason"),
        };
        console
            .service()
            .take_over(&who.access, &Ask::of(id), &input)
            .await?;
        Ok("taken-over")
    }
    .await;
    let drafts = Drafts {
        take_over_reason: fields.typed("reason"),
        open: "take-over".to_owned(),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "The case was not taken over.",
        drafts,
    )
    .await
}

pub(super) async fn note(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = NoteInput {
            note: fields.words_or_nothing("note"),
        };
        console
            .service()
            .note(&who.access, &Ask::of(id), &input)
            .await?;
        Ok("noted")
    }
    .await;
    let drafts = Drafts {
        note: fields.typed("note"),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "Your note was not saved.",
        drafts,
    )
    .await
}

pub(super) async fn level(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        change_level(&console, &who, id, &fields).await
    }
    .await;
    let drafts = Drafts {
        level_reason: fields.typed("reason"),
        open: "level".to_owned(),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "The level was not changed.",
        drafts,
    )
    .await
}

/// The form has one list of levels; which way it leads depends on where the case stands.
async fn change_level(
    console: &Console,
    who: &SignedIn,
    id: CaseId,
    fields: &Fields,
) -> Result<&'static str, ReviewError> {
    let to: CrisisLevel = fields.choice("to")?;
    let stands = console.service().case(&who.access, id).await?.level;
    let mut input = LevelInput {
        to,
        code: None,
        reason: fields.words("reason"),
    };
    if to > stands {
        console
            .service()
            .raise(&who.access, &Ask::of(id), &input)
            .await?;
        return Ok("raised");
    }
    input.code = Some(fields.choice("code")?);
    claim_again(console, who, id, fields).await?;
    let ask = Ask::seen(id, fields.parse("version")?);
    console
        .service()
        .set_level(&who.access, &ask, &input)
        .await?;
    Ok("lowered")
}

pub(super) async fn contact(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = ContactInput {
            outcome: fields.choice("outcome")?,
            note: fields.words("note"),
        };
        console
            .service()
            .contact(&who.access, &Ask::of(id), &input)
            .await?;
        Ok("contact")
    }
    .await;
    let drafts = Drafts {
        contact_note: fields.typed("note"),
        open: "contact".to_owned(),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "The contact was not recorded.",
        drafts,
    )
    .await
}

pub(super) async fn close(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = CloseInput {
            code: fields.choice("code")?,
            reason: fields.words("reason"),
        };
        claim_again(&console, &who, id, &fields).await?;
        let ask = Ask::seen(id, fields.parse("version")?);
        let changed = console.service().close(&who.access, &ask, &input).await?;
        Ok(how_it_closed(&changed))
    }
    .await;
    let drafts = Drafts {
        close_reason: fields.typed("reason"),
        open: "close".to_owned(),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "The case was not closed.",
        drafts,
    )
    .await
}

const fn how_it_closed(changed: &Changed) -> &'static str {
    if changed.closed.is_some() {
        "closed"
    } else {
        "proposed"
    }
}

pub(super) async fn reopen(
    State(console): State<Console>,
    who: SignedIn,
    OfCase(id): OfCase,
    fields: Fields,
) -> Response {
    let outcome = async {
        who.sent_by_us(&fields)?;
        let input = ReopenInput {
            level: fields.maybe_choice("level")?,
            code: "by_hand".to_owned(),
            reason: fields.words_or_nothing("reason"),
        };
        console
            .service()
            .reopen(&who.access, &Ask::of(id), &input)
            .await?;
        Ok("reopened")
    }
    .await;
    let drafts = Drafts {
        close_reason: fields.typed("reason"),
        open: "close".to_owned(),
        ..Drafts::default()
    };
    then(
        &console,
        &who,
        id,
        outcome,
        "The case was not reopened.",
        drafts,
    )
    .await
}
