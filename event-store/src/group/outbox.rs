//! Outgoing messages as rows.

use std::collections::HashMap;

use holdfast_domain::{MessageId, TenantId, Timestamp};

use super::Head;
use crate::error::StoreError;
use crate::ports::{OutboxChange, OutboxMessage, OutgoingStatus, shard_of};
use crate::sql::{Tx, Value, values};

/// Which message a change is about.
pub(crate) const fn message_of(change: &OutboxChange) -> MessageId {
    match change {
        OutboxChange::Put(message) => message.id,
        OutboxChange::Cancel { id }
        | OutboxChange::Superseded { id, .. }
        | OutboxChange::Sent { id, .. }
        | OutboxChange::Retry { id, .. }
        | OutboxChange::Parked { id, .. }
        | OutboxChange::Resend { id }
        | OutboxChange::Answered { id }
        | OutboxChange::Unanswered { id } => *id,
    }
}

/// Rows of the outbox that a group adds or changes.
#[derive(Debug, Default)]
pub(super) struct OutboxRows {
    put: Vec<Vec<Value>>,
    changes: HashMap<MessageId, Marked>,
}

#[derive(Debug, Clone, Copy)]
struct Marked {
    status: OutgoingStatus,
    not_before: Option<Timestamp>,
    sent_at: Option<Timestamp>,
}

impl OutboxRows {
    pub(super) fn take(&mut self, tenant: &TenantId, change: &OutboxChange, head: &mut Head) {
        let plain = |status| Marked {
            status,
            not_before: None,
            sent_at: None,
        };
        let marked = match change {
            OutboxChange::Put(message) => {
                self.put.push(row(tenant, message, head));
                head.next_message += 1;
                return;
            }
            OutboxChange::Cancel { .. } => plain(OutgoingStatus::Cancelled),
            OutboxChange::Superseded { .. } => plain(OutgoingStatus::Superseded),
            OutboxChange::Sent { .. } => Marked {
                sent_at: Some(head.recorded_at),
                ..plain(OutgoingStatus::Sent)
            },
            OutboxChange::Retry { at, .. } => Marked {
                not_before: Some(*at),
                ..plain(OutgoingStatus::Waiting)
            },
            OutboxChange::Parked { .. } => plain(OutgoingStatus::Parked),
            OutboxChange::Resend { .. } => Marked {
                not_before: Some(head.recorded_at),
                ..plain(OutgoingStatus::Waiting)
            },
            OutboxChange::Answered { .. } => plain(OutgoingStatus::Answered),
            OutboxChange::Unanswered { .. } => plain(OutgoingStatus::Unanswered),
        };
        let entry = self.changes.entry(message_of(change)).or_insert(marked);
        if entry.status != OutgoingStatus::Answered {
            *entry = marked;
        }
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<(), StoreError> {
        let sql = "INSERT INTO op_outbox (id, tenant, kind, lane, shard, subject, case_id, community, target,
                     restricts, body, hold_until, not_after, put_at, put_order, status, attempts, not_before,
                     sequence, epoch) $1";
        tx.insert(sql, self.put).await?;
        let changes = self
            .changes
            .into_iter()
            .map(|(id, marked)| {
                values![
                    id,
                    marked.status.as_str(),
                    marked.not_before,
                    marked.sent_at
                ]
            })
            .collect();
        // An answer stays an answer, whichever mark comes after it; only what may have left is
        // answered; and what is sent again by hand is numbered anew.
        let sql = "WITH change (id, status, not_before, sent_at) AS ($1)
                   UPDATE op_outbox
                   SET status = CASE WHEN op_outbox.status = 'answered' THEN op_outbox.status
                                     WHEN change.status IN ('answered', 'unanswered')
                                          AND op_outbox.status IN ('waiting', 'cancelled', 'superseded')
                                     THEN op_outbox.status
                                     ELSE change.status END,
                       sequence = CASE WHEN op_outbox.status = 'parked' AND change.status = 'waiting' THEN 0
                                       ELSE op_outbox.sequence END,
                       not_before = COALESCE(change.not_before, op_outbox.not_before),
                       sent_at = COALESCE(change.sent_at, op_outbox.sent_at)
                   FROM change WHERE op_outbox.id = change.id";
        tx.insert(sql, changes).await
    }
}

fn row(tenant: &TenantId, message: &OutboxMessage, head: &Head) -> Vec<Value> {
    values![
        message.id,
        tenant,
        message.kind.as_str(),
        message.lane.as_str(),
        shard_of(message.subject, message.id),
        message.subject,
        message.case,
        message.community.as_ref(),
        message.target.clone(),
        message.automatic_restriction,
        message.body.as_str(),
        message.hold_until,
        message.not_after,
        head.recorded_at,
        head.next_message,
        OutgoingStatus::Waiting.as_str(),
        0_i64,
        0_i64,
        0_i64,
        0_i64,
    ]
}
