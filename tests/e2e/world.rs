//! A Holdfast of its own: topics, store, configuration and process of one test.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use holdfast_demo::Feed;
use holdfast_domain::ModerationEvent;
use serde_json::{Value, json};

use crate::support::{Site, inbound_topics, kafka_intake};
pub(crate) use crate::support::{kafka, until};

/// Where everything is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// One test's Holdfast, its topics and a moderator.
pub(crate) struct World {
    site: Site,
    pub(crate) prefix: String,
    pub(crate) feed: Feed,
    pub(crate) token: String,
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

impl World {
    /// Makes topics and configuration, and adds a moderator with a token.
    pub(crate) async fn new(backend: Backend, partitions: i32) -> Self {
        let site = Site::new("e2e", backend == Backend::Postgres);
        let prefix = format!("{}.", site.name);
        let feed = inbound_topics(&prefix, &["actions"], partitions).await;
        site.configure(&sections(&prefix));
        let token = site.moderator();
        Self {
            site,
            prefix,
            feed,
            token,
        }
    }

    /// Runs a command of the real binary and answers what it says.
    pub(crate) fn holdfast(&self, arguments: &[&str], input: &str) -> String {
        self.must(arguments, input)
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) async fn serve(&mut self) -> usize {
        self.serve_with(&[]).await
    }

    /// Starts an instance that dies at the named place, as if by `SIGKILL`.
    pub(crate) fn serve_until_it_dies(&mut self, at: &str) -> std::process::ExitStatus {
        let started = self.start(&[("HOLDFAST_CRASH_AT", at)]);
        let deadline = std::time::Duration::from_mins(1);
        let server = &mut self.servers[started];
        for _ in 0..deadline.as_millis() / 50 {
            if let Some(status) = server.child.try_wait().expect("the process is ours") {
                return status;
            }
            #[expect(clippy::disallowed_methods, reason = "waits for another process")]
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("holdfast did not reach {at}");
    }

    /// Kills an instance without warning.
    pub(crate) fn kill(&mut self, server: usize) {
        let _ = self.servers[server].child.kill();
        let _ = self.servers[server].child.wait();
    }

    /// Halts an instance where it stands: it answers nothing and knows nothing of it.
    pub(crate) fn pause(&self, server: usize) {
        self.signal(server, "-STOP");
    }

    /// Lets a halted instance run on.
    pub(crate) fn wake(&self, server: usize) {
        self.signal(server, "-CONT");
    }

    fn signal(&self, server: usize, signal: &str) {
        let process = self.servers[server].child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill is there").success(), "kill {signal}");
    }

    /// Changes the configuration; instances that run keep theirs.
    pub(crate) fn reconfigure(&self, change: impl FnOnce(String) -> String) {
        let config = std::fs::read_to_string(self.config()).expect("the configuration");
        std::fs::write(self.config(), change(config)).expect("the configuration can be written");
    }

    /// What an instance answers.
    pub(crate) async fn text(&self, server: usize, path: &str) -> String {
        self.status(server, path).await.1
    }

    /// How many partitions an instance reads.
    pub(crate) async fn partitions_of(&self, server: usize) -> u32 {
        let figures = self.text(server, "/metrics").await;
        let line = figures
            .lines()
            .find(|line| line.starts_with("holdfast_consumer_partitions "));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or(0)
    }

    /// Reads from the API of the latest instance.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(self.servers.len() - 1, path));
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("text");
        assert!(status.is_success(), "GET {path}: {status} {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Commands over the API of the latest instance.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let latest = self.servers.len() - 1;
        self.post_as(latest, &self.token, path, &body).await
    }

    /// A topic's full name.
    pub(crate) fn topic(&self, name: &str) -> String {
        format!("{}holdfast.{name}.v1", self.prefix)
    }

    /// Sends a post as a platform would.
    pub(crate) async fn send_post(&self, post: &Value, kind: &str, event_id: &str) {
        let author = post["author"]["pseudonym"]
            .as_str()
            .expect("an author")
            .to_owned();
        let event = json!({
            "specversion": "1.0",
            "id": event_id,
            "source": "/forum",
            "type": format!("holdfast.post.{kind}.v1"),
            "time": post["created_at"],
            "datacontenttype": "application/json",
            "data": post,
        });
        self.send_raw("posts", &author, event.to_string().as_bytes())
            .await;
    }

    /// Sends any bytes.
    pub(crate) async fn send_raw(&self, topic: &str, key: &str, value: &[u8]) {
        self.feed
            .send_raw(&self.topic(topic), key, value)
            .await
            .expect("the broker takes it");
    }

    /// Sends a record with headers, by a foreign client.
    pub(crate) fn send_with_headers(
        &self,
        topic: &str,
        key: &str,
        headers: &[(&str, &str)],
        value: &str,
    ) {
        use std::io::Write as _;
        let mut kcat = Command::new(kcat());
        kcat.args(["-P", "-b", &kafka(), "-t", &self.topic(topic), "-k", key]);
        for (name, value) in headers {
            kcat.arg("-H").arg(format!("{name}={value}"));
        }
        let mut child = kcat
            .stdin(Stdio::piped())
            .spawn()
            .expect("kcat is installed; run ./dev kafka");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(value.as_bytes()).expect("kcat reads");
        drop(stdin);
        assert!(child.wait().expect("kcat ends").success(), "kcat failed");
    }

    /// How many records of Kafka the log accounts for by now.
    pub(crate) async fn screened(&self) -> u64 {
        self.log()
            .await
            .iter()
            .map(|envelope| screened(&envelope.event, &self.prefix))
            .sum()
    }

    /// Waits until so many records of Kafka are accounted for.
    pub(crate) async fn until_screened(&self, count: u64) {
        until("all records are screened", async || {
            self.screened().await >= count
        })
        .await;
    }

    /// Everything that the platform was asked, read by a foreign client.
    pub(crate) fn actions_by_kcat(&self) -> Vec<Value> {
        let output = Command::new(kcat())
            .args([
                "-C",
                "-e",
                "-q",
                "-o",
                "beginning",
                "-b",
                &kafka(),
                "-t",
                &self.topic("actions"),
            ])
            .output()
            .expect("kcat is installed; run ./dev kafka");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a CloudEvent"))
            .collect()
    }
}

/// Everything but the store.
fn sections(prefix: &str) -> String {
    let intake = kafka_intake(prefix);
    format!(
        r#"{intake}
[actions]
output = "kafka"
mode = "live"

[actions.kafka]
brokers = "{kafka}"
topic_prefix = "{prefix}"

# Its posts travel through the topics, and these tests count what is in them.
[canary]
enabled = false

[review]
undo_secs = 2
secure_cookies = false
"#,
        kafka = kafka(),
    )
}

/// Records of the test's topics that a fact accounts for.
fn screened(event: &ModerationEvent, prefix: &str) -> u64 {
    match event {
        ModerationEvent::BatchAssessed(batch)
            if batch.stage == holdfast_domain::Stage::Triage
                && batch
                    .ranges
                    .iter()
                    .any(|range| range.source.starts_with(prefix)) =>
        {
            u64::from(batch.count)
        }
        _ => 0,
    }
}

fn kcat() -> String {
    std::env::var("HOLDFAST_TEST_KCAT").unwrap_or_else(|_| "kcat".to_owned())
}

/// A file of the project.
pub(crate) fn project_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
