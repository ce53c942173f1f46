//! One example of every message, for the documents and for whoever builds a receiver.

use holdfast_domain::action::RequestedBy;
use holdfast_domain::case::CaseKind;
use holdfast_domain::{
    ActionId, CaseId, CommunityId, CrisisLevel, Lane, MessageId, PlatformId, TenantId, Timestamp,
};

use super::{
    ActionCommand, Alert, AlertReason, Canary, Channel, CloudEvent, CommandAuthor, CommandPart,
    CommandReason, CommandTarget, DeadLetter, ReportOutcome, ReportVerdict, Stretch, WireTime,
};

const CASE: u128 = 0x0199_4a3f_5c01_7abc_8def_0000_0000_0001;
const ACTION: u128 = 0x0199_4a3f_5c02_7abc_8def_0000_0000_0002;
const MESSAGE: u128 = 0x0199_4a3f_5c03_7abc_8def_0000_0000_0003;

fn at(secs: i64) -> WireTime {
    Timestamp::from_secs(1_770_091_506 + secs).into()
}

fn community() -> CommunityId {
    CommunityId::new("night-shift").expect("a valid name")
}

fn platform() -> PlatformId {
    PlatformId::new("forum").expect("a valid name")
}

fn event<T>(channel: Channel, id: u128, subject: u128, data: T) -> CloudEvent<T> {
    CloudEvent {
        specversion: "1.0".to_owned(),
        id: MessageId::from_u128(id).to_string(),
        source: "/holdfast/default".to_owned(),
        event_type: channel.event_type().to_owned(),
        subject: Some(CaseId::from_u128(subject).to_string()),
        time: at(0),
        datacontenttype: "application/json".to_owned(),
        dataschema: channel.schema_address(),
        sequence: None,
        traceparent: None,
        data,
    }
}

pub(super) fn action() -> CloudEvent<ActionCommand> {
    let command = ActionCommand {
        action_id: ActionId::from_u128(ACTION),
        case_id: CaseId::from_u128(CASE),
        tenant: TenantId::default(),
        platform: platform(),
        community_id: community(),
        lane: Lane::Care,
        sequence: 7,
        parts: vec![
            CommandPart::HidePart {
                span: Stretch { start: 40, end: 71 },
            },
            CommandPart::Outreach { template: None },
        ],
        target: CommandTarget {
            post_id: Some("t42-p7".into()),
            revision: Some(1),
            thread_id: Some("t42".into()),
            author: CommandAuthor {
                pseudonym: "quiet-otter".into(),
            },
        },
        message: Some(
            "Hello, this is Kim from the night team. You are not in trouble. I hid one line of your \
             post because it names a method; the rest is there for everybody to answer. How are you \
             right now?"
                .into(),
        ),
        reason: CommandReason {
            public: Some("Details of methods stay hidden here, to keep everybody safe.".to_owned()),
            policy_ref: Some("crisis.method_detail".to_owned()),
        },
        not_after: at(24 * 3600),
        requested_by_kind: RequestedBy::Person,
        dry_run: false,
    };
    CloudEvent {
        sequence: Some("7".to_owned()),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        ..event(Channel::Actions, ACTION, CASE, command)
    }
}

pub(super) fn alert() -> CloudEvent<Alert> {
    let alert = Alert {
        alert_id: MessageId::from_u128(MESSAGE),
        tenant: TenantId::default(),
        case_id: CaseId::from_u128(CASE),
        kind: CaseKind::Crisis,
        community_id: community(),
        level: CrisisLevel::ActNow,
        level_words: CrisisLevel::ActNow.words().to_owned(),
        unscored: false,
        because: AlertReason::Opened,
        waiting_since: at(-2),
        age_secs: 2,
        look_due_at: Some(at(298)),
        late: false,
        link: Some(format!(
            "https://holdfast.example.org/cases/{}",
            CaseId::from_u128(CASE)
        )),
    };
    event(Channel::Alerts, MESSAGE, CASE, alert)
}

pub(super) fn report_outcome() -> CloudEvent<ReportOutcome> {
    let outcome = ReportOutcome {
        outcome_id: MessageId::from_u128(MESSAGE),
        tenant: TenantId::default(),
        platform: platform(),
        report_id: "r-118".into(),
        reporter: "kind-heron".into(),
        outcome: ReportVerdict::Acted,
        decided_at: at(0),
    };
    event(Channel::ReportOutcomes, MESSAGE, CASE, outcome)
}

pub(super) fn dead_letter() -> CloudEvent<DeadLetter> {
    let letter = DeadLetter {
        id: MessageId::from_u128(MESSAGE).to_string(),
        topic: "holdfast.posts.v1".to_owned(),
        partition: Some(3),
        offset: 1_209_411,
        timestamp_ms: Some(1_770_091_505_000),
        key_hash: Some("5f7cb2d4a1".repeat(6) + "09ab"),
        consumer_group: Some("holdfast".to_owned()),
        error_class: "schema".to_owned(),
        error_message: "field author.pseudonym: missing; every post names its author".to_owned(),
        attempts: 1,
        first_failure_ms: 1_770_091_506_000,
        last_failure_ms: 1_770_091_506_000,
        traceparent: None,
    };
    event(Channel::DeadLetters, MESSAGE, MESSAGE, letter)
}

pub(super) fn canary() -> CloudEvent<Canary> {
    let canary = Canary {
        canary_id: MessageId::from_u128(MESSAGE),
        put_at: at(0),
    };
    event(Channel::Canary, MESSAGE, MESSAGE, canary)
}
