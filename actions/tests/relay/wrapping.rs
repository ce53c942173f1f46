//! What a command says, and what stays inside.

use holdfast_actions::contract::{Channel, CommandPart};
use holdfast_domain::intake::{Origin, RejectClass};
use holdfast_domain::{ActionPart, KeyOwner, MessageId};
use holdfast_event_store::{Append, DeadLetterWrite, OutboxChange, OutboxMessage};

use crate::house::{CASE, House, action, command, hide, outreach, tenant};

#[tokio::test]
async fn a_command_names_post_and_author_as_the_platform_does() {
    let mut house = House::new().await;
    house
        .config
        .public_reasons
        .insert("harassment".into(), "Be kind.".into());
    house.ask(hide(1, 3)).await;
    house.relay().run_until_idle().await;
    let parcel = house.parcels().remove(0);
    let event = command(&parcel);
    assert_eq!(event.id, event.data.action_id.to_string());
    assert_eq!(event.source, "/holdfast/default");
    let target = event.data.target;
    assert_eq!(target.post_id.unwrap().reveal(), "p3");
    assert_eq!(target.thread_id.unwrap().reveal(), "t1");
    assert_eq!(target.author.pseudonym.reveal(), "quiet-otter");
    assert_eq!(parcel.key.unwrap().reveal(), "quiet-otter");
    assert_eq!(event.data.reason.public.as_deref(), Some("Be kind."));
    assert_eq!(
        event.data.reason.policy_ref.as_deref(),
        Some("harassment.threat")
    );
    assert_eq!(event.data.parts, [CommandPart::Hide {}]);
}

#[tokio::test]
async fn the_outbox_holds_neither_the_member_nor_the_words_for_them() {
    let house = House::new().await;
    house
        .ask_with_words(action(1, 1, &[outreach()]), "How are you?")
        .await;
    let row = format!("{:?}", house.row(1).await);
    for secret in ["quiet-otter", "p1", "How are you"] {
        assert!(!row.contains(secret), "{secret} in {row}");
    }
    house.relay().run_until_idle().await;
    let parcel = house.parcels().remove(0);
    assert_eq!(
        command(&parcel).data.message.unwrap().reveal(),
        "How are you?"
    );
    let printed = format!("{parcel:?}");
    assert!(!printed.contains("How are you") && !printed.contains("quiet-otter"));
}

#[tokio::test]
async fn an_action_on_a_member_names_no_post() {
    let house = House::new().await;
    let mut limit = action(1, 1, &[ActionPart::LimitAuthor { secs: 60 }]);
    limit.target = holdfast_domain::ActionTarget::Author(crate::house::MEMBER);
    house.ask(limit).await;
    house.relay().run_until_idle().await;
    let event = command(&house.parcels()[0]);
    assert_eq!(event.data.target.post_id, None);
    assert_eq!(event.data.parts, [CommandPart::LimitAuthor { secs: 60 }]);
}

#[tokio::test]
async fn a_dead_letter_leaves_sealed_and_says_where_its_record_stood() {
    let house = House::new().await;
    let id = MessageId::from_u128(9);
    let mut append = Append::new(tenant());
    append.dead_letters.push(DeadLetterWrite {
        id,
        origin: Origin::Kafka {
            topic: "holdfast.posts.v1".into(),
            partition: 3,
            offset: 42,
        },
        owner: KeyOwner::Tenant,
        raw: b"goodbye {".to_vec().into(),
        key: Some(b"quiet-otter".to_vec().into()),
        headers: vec![("ce_subject".to_owned(), b"about quiet-otter".to_vec())].into(),
        class: RejectClass::Poison,
        message: "line 1: not JSON".into(),
        transport_time: None,
        consumer_group: Some("night".into()),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
    });
    let message = OutboxMessage::dead_letter(id, CASE, house.now());
    append.outbox.push(OutboxChange::Put(message));
    house.store.append(append).await.unwrap();
    house.relay().run_until_idle().await;
    let parcel = house.parcels().remove(0);
    assert_eq!(parcel.channel, Channel::DeadLetters);
    assert_eq!(parcel.topic.as_deref(), Some("holdfast.posts.v1"));
    let everything = format!(
        "{} {} {:?}",
        String::from_utf8_lossy(parcel.body.reveal()),
        String::from_utf8_lossy(parcel.notice.unwrap().reveal()),
        parcel
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
            .collect::<Vec<_>>(),
    );
    for header in [
        "holdfast-dlq-original-offset=42",
        "holdfast-dlq-consumer-group=night",
        "holdfast-dlq-attempts=1",
        "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ] {
        assert!(everything.contains(header), "{header} in {everything}");
    }
    for secret in ["goodbye", "quiet-otter"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}
