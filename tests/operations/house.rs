//! A Holdfast of one test: folder, configuration, processes.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use holdfast_demo::{Feed, create_topics};
use holdfast_domain::{EventEnvelope, ModerationEvent};
use holdfast_event_store::{AnyStore, StoreConfig};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// What a member writes who has to reach a person.
pub(crate) const GOODBYE: &str = "This is goodbye, I am going to end my life tonight.";
const TOKEN: &str = "a platform's token";
const PASSWORD: &str = "an ordinary long password";

/// One test's Holdfast. Its processes end with it.
pub(crate) struct House {
    pub(crate) folder: PathBuf,
    pub(crate) name: String,
    store: StoreConfig,
    http: reqwest::Client,
    servers: Vec<Server>,
}

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl House {
    /// A house on SQLite, with `sections` in its configuration.
    pub(crate) fn on_sqlite(sections: impl Fn(&str) -> String) -> Self {
        Self::new(None, sections)
    }

    /// A house on PostgreSQL.
    pub(crate) fn on_postgres(sections: impl Fn(&str) -> String) -> Self {
        let url = std::env::var("HOLDFAST_TEST_POSTGRES")
            .expect("no PostgreSQL for the tests; run ./dev postgres start");
        Self::new(Some(url), sections)
    }

    fn new(postgres: Option<String>, sections: impl Fn(&str) -> String) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("ops{}x{count}", std::process::id());
        let folder = std::env::temp_dir().join(format!("holdfast-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let store = StoreConfig {
            schema: postgres.is_some().then(|| name.clone()),
            url: postgres
                .unwrap_or_else(|| format!("sqlite:{}", folder.join("holdfast.db").display())),
            master_key_file: folder.join("master-key"),
            ..StoreConfig::default()
        };
        let house = Self {
            folder,
            store,
            http: reqwest::Client::new(),
            servers: Vec::new(),
            name,
        };
        let sections = sections(&house.name);
        house.configure(&sections);
        house
    }

    fn configure(&self, sections: &str) {
        let schema = self.store.schema.as_ref();
        let schema = schema.map_or(String::new(), |schema| format!("schema = \"{schema}\""));
        let token = hex(&Sha256::digest(TOKEN));
        let secret = self.folder.join("webhook-secret");
        let written = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        std::fs::write(&secret, written).expect("the secret can be written");
        let config = format!(
            r#"
[store]
url = "{url}"
master_key_file = "{key}"
{schema}

[[ingest.http.integrators]]
name = "forum"
platform = "forum"
token_sha256 = "{token}"

[review]
undo_secs = 0
secure_cookies = false

[telemetry]
format = "text"
filter = "warn,holdfast=info"
{sections}
"#,
            url = self.store.url,
            key = self.store.master_key_file.display(),
            sections = sections.replace("SECRET", &secret.display().to_string()),
        );
        std::fs::write(self.config(), config).expect("the configuration can be written");
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("holdfast.toml")
    }

    /// Runs a command of the real binary; answers whether it did it, and what it said.
    pub(crate) fn holdfast(&self, arguments: &[&str], input: &str) -> (bool, String) {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("holdfast starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that reads nothing may have ended already.
        let _ = writeln!(stdin, "{input}");
        drop(stdin);
        let output = child.wait_with_output().expect("holdfast ends");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("text").trim().to_owned();
        (output.status.success(), said)
    }

    /// A moderator's token for the API.
    pub(crate) fn moderator(&self) -> String {
        let (added, said) = self.holdfast(&["user", "add", "ana", "--role", "moderator"], PASSWORD);
        assert!(added, "{said}");
        let (issued, token) = self.holdfast(&["token", "issue", "ana", "--label", "ops"], "");
        assert!(issued, "{token}");
        token.lines().last().unwrap_or_default().trim().to_owned()
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) async fn serve(&mut self) -> usize {
        self.serve_with(&[]).await
    }

    /// The same, with more in its environment.
    pub(crate) async fn serve_with(&mut self, environment: &[(&str, &str)]) -> usize {
        let address = free_address();
        let log = self.log_file(self.servers.len());
        let log = std::fs::File::create(log).expect("a log file");
        let child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .arg("serve")
            .arg("--config")
            .arg(self.config())
            .env("HOLDFAST_SERVER__LISTEN", &address)
            .envs(environment.iter().copied())
            .stderr(log)
            .spawn()
            .expect("holdfast starts");
        self.servers.push(Server { child, address });
        let server = self.servers.len() - 1;
        until("the instance is ready", async || {
            self.status(server, "/readyz").await.0 == 200
        })
        .await;
        server
    }

    fn log_file(&self, server: usize) -> PathBuf {
        self.folder.join(format!("instance-{server}.log"))
    }

    /// What an instance has logged.
    pub(crate) fn logged(&self, server: usize) -> String {
        std::fs::read_to_string(self.log_file(server)).expect("a log")
    }

    /// Waits until an instance ends by itself.
    pub(crate) async fn until_it_ends(&mut self, server: usize) -> ExitStatus {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let child = &mut self.servers[server].child;
            if let Some(status) = child.try_wait().expect("the process is ours") {
                return status;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "gave up waiting: the instance ends by itself"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What an instance answers, and with which status; 0 where it does not answer.
    pub(crate) async fn status(&self, server: usize, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.servers[server].address);
        match self.http.get(url).send().await {
            Ok(answer) => (
                answer.status().as_u16(),
                answer.text().await.unwrap_or_default(),
            ),
            Err(_) => (0, String::new()),
        }
    }

    /// Whether people could be paged, and what is said where not.
    pub(crate) async fn crisis_path(&self, server: usize) -> (u16, String) {
        self.status(server, "/healthz/crisis-path").await
    }

    /// Waits until the crisis path answers so.
    pub(crate) async fn until_crisis_path(&self, server: usize, status: u16, says: &str) {
        until(
            &format!("the crisis path answers {status} {says}"),
            async || {
                let (found, text) = self.crisis_path(server).await;
                found == status && text.contains(says)
            },
        )
        .await;
    }

    /// A post comes in over HTTP.
    pub(crate) async fn take_in(&self, server: usize, id: &str, author: &str, text: &str) {
        let url = format!("http://{}/v1/events", self.servers[server].address);
        let request = self.http.post(url).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/cloudevents+json");
        let answer = request.body(event(id, author, text).to_string()).send();
        let answer = answer.await.expect("holdfast answers");
        let status = answer.status();
        let body = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{status} {body}");
    }

    /// Commands over the API.
    pub(crate) async fn command(&self, server: usize, token: &str, path: &str, body: &Value) {
        let url = format!("http://{}{path}", self.servers[server].address);
        let request = self.http.post(url).bearer_auth(token).json(body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "POST {path}: {status} {text}");
    }

    /// Opens the store beside the running process.
    pub(crate) async fn open_store(&self) -> Arc<dyn AnyStore> {
        let store = holdfast_event_store::connect(&self.store, holdfast::system::clock()).await;
        store.expect("the store opens")
    }

    /// The whole log.
    pub(crate) async fn log(&self) -> Vec<EventEnvelope> {
        let store = self.open_store().await;
        let (mut log, mut after) = (Vec::new(), None);
        loop {
            let more = store.read_after(after, 1000).await.expect("the log reads");
            let Some(last) = more.last() else { return log };
            after = Some(last.position);
            log.extend(more);
        }
    }

    /// How many records of a source the log accounts for by now.
    pub(crate) async fn screened(&self, source: &str) -> u64 {
        let count = |envelope: &EventEnvelope| match &envelope.event {
            ModerationEvent::BatchAssessed(batch)
                if batch.stage == holdfast_domain::Stage::Triage =>
            {
                let ranges = batch.ranges.iter();
                let ours = ranges.filter(|range| range.source.starts_with(source));
                ours.map(|range| (range.last - range.first + 1) as u64)
                    .sum()
            }
            _ => 0,
        };
        self.log().await.iter().map(count).sum()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.servers.clear();
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Kafka of one test: its topics and a platform that writes to them.
pub(crate) struct Platform {
    pub(crate) feed: Feed,
    prefix: String,
}

impl Platform {
    /// Makes the topics of posts and the others.
    pub(crate) async fn new(name: &str, partitions: i32) -> Self {
        let prefix = format!("{name}.");
        let inbound = [
            "posts",
            "reports",
            "appeals",
            "profile-hints",
            "action-results",
            "outreach",
        ];
        let topics: Vec<String> = inbound
            .iter()
            .map(|topic| format!("{prefix}holdfast.{topic}.v1"))
            .collect();
        create_topics(&kafka(), &topics, partitions)
            .await
            .expect("topics can be made");
        let feed = Feed::connect(&kafka()).expect("a producer");
        Self { feed, prefix }
    }

    pub(crate) fn posts(&self) -> String {
        format!("{}holdfast.posts.v1", self.prefix)
    }

    /// A member writes.
    pub(crate) async fn write(&self, id: &str, author: &str, text: &str) {
        let event = event(id, author, text).to_string();
        self.feed
            .send_raw(&self.posts(), author, event.as_bytes())
            .await
            .expect("the broker takes it");
    }
}

/// The configuration of an intake from such topics.
pub(crate) fn kafka_intake(name: &str) -> String {
    format!(
        r#"
[ingest.kafka]
enabled = true
bootstrap_servers = "{kafka}"
group = "{name}.group"
drain_ms = 2000
properties = {{ "session.timeout.ms" = "6000", "heartbeat.interval.ms" = "1000" }}

[[ingest.kafka.subscriptions]]
platform = "forum"
topic_prefix = "{name}."
"#,
        kafka = kafka()
    )
}

pub(crate) fn kafka() -> String {
    std::env::var("HOLDFAST_TEST_KAFKA").expect("no Kafka for the tests; run ./dev kafka start")
}

/// A post as a platform sends it.
pub(crate) fn event(id: &str, author: &str, text: &str) -> Value {
    let micros = holdfast::system::clock().now().as_micros();
    let now = jiff::Timestamp::from_microsecond(micros).expect("a moment");
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "/forum",
        "type": "holdfast.post.created.v1",
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": {
            "post_id": id,
            "kind": "comment",
            "community_id": "night-shift",
            "thread_id": "t-1",
            "author": { "pseudonym": author, "role": "member" },
            "text": text,
            "language": "en",
            "created_at": now.to_string(),
            "revision": 1,
        },
    })
}

/// Waits for something to become true.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "gave up waiting: {what}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Bytes as people write them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}
