//! `holdfast actions parked` and `holdfast actions resend`.

use crate::house::{GOODBYE, House, until};
use crate::paging::webhook;
use crate::receiver::Receiver;

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_was_refused_is_listed_and_sent_again_by_hand() {
    let receiver = Receiver::start();
    let mut house = House::on_sqlite(|_| webhook(&receiver));
    let server = house.serve().await;
    receiver.answer(401);
    house.take_in(server, "p1", "heron", GOODBYE).await;
    house
        .until_crisis_path(server, 503, "1 alerts were given up")
        .await;
    receiver.answer(200);
    let (listed, said) = house.holdfast(&["actions", "parked"], "");
    assert!(listed, "{said}");
    assert!(said.ends_with("1 messages"), "{said}");
    assert!(said.contains("alert") && said.contains("refused"), "{said}");
    for private in ["heron", "goodbye", "night-shift"] {
        assert!(!said.contains(private), "{said}");
    }
    let id = said.split_whitespace().next().expect("an id").to_owned();
    let (sent, said) = house.holdfast(&["actions", "resend", &id, "--reason", " "], "");
    assert!(!sent && said.contains("write down why"), "{said}");
    let reason = "the receiver had an old secret";
    let (sent, said) = house.holdfast(&["actions", "resend", &id, "--reason", reason], "");
    assert!(sent, "{said}");
    until("the alert arrives", async || {
        receiver.calls("/out").len() == 2
    })
    .await;
    house.until_crisis_path(server, 200, "open").await;
    let log = house.log().await;
    let facts: Vec<&str> = log
        .iter()
        .map(|envelope| envelope.event.event_type())
        .collect();
    assert!(facts.contains(&"MessageResent"), "{facts:?}");
    let (sent, said) = house.holdfast(&["actions", "resend", &id, "--reason", reason], "");
    assert!(!sent && said.contains("is sent"), "{said}");
}
