//! Puts a record that could not be read through again.

use anyhow::Context;
use holdfast_domain::event::{DeadLetterReplayed, MemberJudged};
use holdfast_domain::{
    Actor, Case, EventId, KeyOwner, MessageId, ModerationEvent, NewEvent, Prose, Sensitive,
    StreamId,
};
use holdfast_event_store::{Append, DeadLetter, Expected};
use holdfast_ingest::decode::Transport;
use holdfast_ingest::{Batch, Decoder};

use crate::pipeline::RecordOutcome;
use crate::wiring::Holdfast;

/// What came of it.
#[derive(Debug)]
pub(crate) enum Replayed {
    /// It could be read this time.
    Taken(RecordOutcome),
    /// It could not; says why.
    StillRejected(String),
}

/// Decodes the record with today's settings and takes it in; the reason stands in its case.
pub(crate) async fn replay(
    holdfast: &Holdfast,
    id: MessageId,
    reason: Sensitive<String>,
) -> anyhow::Result<Replayed> {
    let letter = holdfast
        .store
        .dead_letter(id)
        .await?
        .context("there is no such record")?;
    let received = decode(holdfast, &letter)?;
    let outcome = if let Err(rejected) = &received.content {
        Replayed::StillRejected(rejected.message.clone())
    } else {
        let batch = Batch {
            tenant: letter.summary.tenant.clone(),
            source: "replay".to_owned(),
            records: vec![received],
            advance: None,
        };
        let outcomes = holdfast.pipeline.take_in(&batch).await?;
        Replayed::Taken(*outcomes.first().context("the record vanished")?)
    };
    record(
        holdfast,
        &letter,
        reason,
        matches!(outcome, Replayed::Taken(_)),
    )
    .await?;
    Ok(outcome)
}

fn decode(
    holdfast: &Holdfast,
    letter: &DeadLetter,
) -> anyhow::Result<holdfast_domain::intake::Received> {
    let raw = letter
        .raw
        .as_ref()
        .context("its author was erased; nothing is left to put through")?;
    let decoder = Decoder::of_origin(
        &holdfast.config.ingest,
        letter.summary.tenant.clone(),
        &letter.summary.origin,
        &holdfast.config.pipeline.default_platform,
    )?;
    let transport = Transport {
        origin: letter.summary.origin.clone(),
        key: letter.key.as_ref().map(|key| key.reveal().as_slice()),
        time: letter.summary.transport_time,
        received_at: holdfast.clock.now(),
    };
    Ok(decoder.again(transport, letter.headers.reveal(), raw.reveal()))
}

/// The case that listed the record hears of it; a member of an incident is settled where it worked.
async fn record(
    holdfast: &Holdfast,
    letter: &DeadLetter,
    reason: Sensitive<String>,
    decoded: bool,
) -> anyhow::Result<()> {
    let (id, tenant) = (letter.summary.id, &letter.summary.tenant);
    let message = holdfast.store.message(id).await?;
    let Some(case) = message.and_then(|outgoing| outgoing.message.case) else {
        return Ok(());
    };
    let stream = StreamId::Case(case);
    let events = holdfast.store.load(tenant, &stream).await?;
    let folded = Case::fold(case, &events).context("the record's case does not read back")?;
    let owner = KeyOwner::from(folded.subject);
    let replayed = DeadLetterReplayed {
        message: id,
        reason: Prose::clear(owner, reason),
        decoded,
    };
    let mut facts = vec![ModerationEvent::from(replayed)];
    let member = folded
        .members
        .iter()
        .find(|(_, member)| member.dead_letter == Some(id));
    if let Some((member, _)) = member
        && decoded
    {
        facts.extend(folded.settle_member(*member, MemberJudged::Replayed));
    }
    let now = holdfast.clock.now();
    let new = |event| NewEvent {
        id: EventId::fresh(holdfast.ids.as_ref()),
        occurred_at: now,
        actor: Actor::Operator,
        causation: None,
        correlation: None,
        event,
    };
    let append = Append::new(tenant.clone()).with_events(
        stream,
        Expected::Version(folded.version),
        facts.into_iter().map(new),
    );
    holdfast.store.append(append).await?;
    Ok(())
}
