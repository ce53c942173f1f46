//! What reporters are told about their reports.
//!
//! A decision answers the reports made before it that no earlier decision answered; closing answers
//! the rest. Each message has an id made from the report and what answered it, so that undoing a
//! decision finds the message again, and no report is answered twice by the same thing.

use holdfast_domain::case::{CaseReport, CloseCode, DecisionState};
use holdfast_domain::event::DecisionOutcome;
use holdfast_domain::{Case, MessageId, Timestamp};
use holdfast_event_store::{OutboxChange, OutboxMessage, ReportNote, ReportVerdict};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The messages to those whose reports nothing has answered yet.
pub(crate) fn answers(
    case: &Case,
    verdict: ReportVerdict,
    answered_by: &str,
    now: Timestamp,
    hold_until: Timestamp,
) -> Vec<OutboxChange> {
    let open = case
        .reports
        .iter()
        .filter(|report| !is_answered(case, report));
    open.map(|report| {
        let id = message_id(report, answered_by);
        let note = ReportNote {
            report: report.report,
            verdict,
            decided_at: now,
        };
        let message = OutboxMessage::report_outcome(id, case.id, &case.community, note);
        OutboxChange::Put(OutboxMessage {
            hold_until: message.hold_until.max(hold_until),
            ..message
        })
    })
    .collect()
}

/// The ids under which a decision may have answered reports.
pub(crate) fn answers_of(case: &Case, decision: &DecisionState) -> Vec<MessageId> {
    let name = decision.decision.to_string();
    case.reports
        .iter()
        .map(|report| message_id(report, &name))
        .collect()
}

fn is_answered(case: &Case, report: &CaseReport) -> bool {
    case.decisions
        .iter()
        .any(|decision| !decision.undone && decision.at >= report.at)
}

/// What a decision says to those who reported.
pub(crate) const fn verdict_of(outcome: DecisionOutcome) -> ReportVerdict {
    match outcome {
        DecisionOutcome::Support | DecisionOutcome::Act | DecisionOutcome::AppealRefused => {
            ReportVerdict::Acted
        }
        DecisionOutcome::NoAction | DecisionOutcome::AppealGranted => ReportVerdict::NoAction,
    }
}

/// What the end of a case says to those whom no decision answered.
pub(crate) fn verdict_of_closing(case: &Case, code: CloseCode) -> ReportVerdict {
    let helped = matches!(
        code,
        CloseCode::SupportGiven | CloseCode::HandedToService | CloseCode::EmergencyContactConfirmed
    );
    let acted = case
        .decisions
        .iter()
        .any(|d| !d.undone && verdict_of(d.outcome) == ReportVerdict::Acted);
    if helped || acted {
        ReportVerdict::Acted
    } else {
        ReportVerdict::NoAction
    }
}

fn message_id(report: &CaseReport, answered_by: &str) -> MessageId {
    let digest = Sha256::new()
        .chain_update(b"report-outcome\0")
        .chain_update(report.report.as_uuid().as_bytes())
        .chain_update(answered_by.as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId::from(Uuid::from_bytes(bytes))
}
