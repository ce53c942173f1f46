//! The crisis path says when nobody can be paged, and alerts leave soon whoever recorded them.

use std::time::Duration;

use crate::house::{GOODBYE, House, until};
use crate::receiver::Receiver;

/// Output to that receiver.
pub(crate) fn webhook(receiver: &Receiver) -> String {
    format!(
        r#"
[server]
alert_overdue_secs = 5

[actions]
output = "webhook"
mode = "live"

[actions.webhook]
url = "{url}"
secret_files = ["SECRET"]
allow_hosts = ["127.0.0.1"]
timeout_secs = 5

[actions.relay]
first_retry_secs = 1
longest_alert_retry_secs = 2
"#,
        url = receiver.url("/out"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_breaks_the_crisis_path_until_it_is_back() {
    let mut receiver = Receiver::start();
    let mut house = House::on_sqlite(|_| webhook(&receiver));
    let server = house.serve().await;
    house.until_crisis_path(server, 200, "open").await;
    receiver.go_down();
    house.take_in(server, "p1", "heron", GOODBYE).await;
    house
        .until_crisis_path(server, 503, "alerts have not been delivered for")
        .await;
    house
        .until_crisis_path(server, 503, "1 alerts wait to leave")
        .await;
    let (_, says) = house.crisis_path(server).await;
    assert!(says.contains("look at the receiver of actions.webhook"));
    for private in ["goodbye", "heron", GOODBYE] {
        assert!(!says.contains(private), "{says}");
    }
    assert_eq!(
        house.status(server, "/readyz").await.0,
        200,
        "a broken pager does not take the instance out of service"
    );
    receiver.come_back();
    house.until_crisis_path(server, 200, "open").await;
    assert_eq!(receiver.calls("/out").len(), 1, "the alert has arrived");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_another_instance_recorded_leaves_within_two_seconds() {
    let receiver = Receiver::start();
    let mut house = House::on_postgres(|_| webhook(&receiver));
    let relaying = house.serve().await;
    until("the first instance relays everything", async || {
        let (_, metrics) = house.status(relaying, "/metrics").await;
        metrics.contains("holdfast_relay_shards 16")
    })
    .await;
    let other = house.serve().await;
    for n in 0..3 {
        let (post, author) = (format!("p{n}"), format!("m{n}"));
        house.take_in(other, &post, &author, GOODBYE).await;
        let recorded = tokio::time::Instant::now();
        while receiver.calls("/out").len() <= n {
            assert!(
                recorded.elapsed() < Duration::from_secs(2),
                "alert {n} has not left after two seconds"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
