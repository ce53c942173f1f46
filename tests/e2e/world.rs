//! A Holdfast of its own: topics, store, configuration and process of one test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use holdfast_demo::{Feed, create_topics};
use holdfast_domain::{EventEnvelope, ModerationEvent};
use holdfast_event_store::{AnyStore, StoreConfig};
use serde_json::{Value, json};

/// The password of everybody in these tests.
const PASSWORD: &str = "an ordinary long password";
/// How long anything may take before the test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Where everything is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// One test's Holdfast. Its processes end with it.
pub(crate) struct World {
    pub(crate) folder: PathBuf,
    pub(crate) prefix: String,
    pub(crate) feed: Feed,
    pub(crate) token: String,
    http: reqwest::Client,
    store: StoreConfig,
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

impl World {
    /// Makes topics and configuration, and adds a moderator with a token.
    pub(crate) async fn new(backend: Backend, partitions: i32) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "e2e{}x{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let folder = std::env::temp_dir().join(format!("holdfast-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let prefix = format!("{name}.");
        let inbound = [
            "posts",
            "reports",
            "appeals",
            "profile-hints",
            "action-results",
            "outreach",
        ];
        let topic = |topic: &&str| format!("{prefix}holdfast.{topic}.v1");
        let mut topics: Vec<String> = inbound.iter().map(topic).collect();
        topics.push(format!("{prefix}holdfast.actions.v1"));
        create_topics(&kafka(), &topics, partitions)
            .await
            .expect("topics can be made");
        let store = StoreConfig {
            url: match backend {
                Backend::Sqlite => format!("sqlite:{}", folder.join("holdfast.db").display()),
                Backend::Postgres => postgres(),
            },
            schema: (backend == Backend::Postgres).then(|| name.clone()),
            master_key_file: folder.join("master-key"),
            ..StoreConfig::default()
        };
        let feed = Feed::connect(&kafka()).expect("a producer");
        let http = reqwest::Client::new();
        let mut world = Self {
            folder,
            prefix,
            feed,
            token: String::new(),
            http,
            store,
            servers: Vec::new(),
        };
        world.configure();
        world.holdfast(&["user", "add", "ana", "--role", "moderator"], PASSWORD);
        world.token = world.holdfast(&["token", "issue", "ana", "--label", "e2e"], "");
        world
    }

    fn configure(&self) {
        let schema = self
            .store
            .schema
            .as_ref()
            .map_or(String::new(), |schema| format!("schema = \"{schema}\""));
        let config = format!(
            r#"
[store]
url = "{url}"
master_key_file = "{key}"
{schema}

[ingest.kafka]
enabled = true
bootstrap_servers = "{kafka}"
group = "{prefix}group"
drain_ms = 2000
# A killed instance is missed soon, so that tests need not wait for it.
properties = {{ "session.timeout.ms" = "6000", "heartbeat.interval.ms" = "1000" }}

[[ingest.kafka.subscriptions]]
platform = "forum"
topic_prefix = "{prefix}"

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

[telemetry]
format = "text"
filter = "warn,holdfast=info"
"#,
            url = self.store.url,
            key = self.store.master_key_file.display(),
            kafka = kafka(),
            prefix = self.prefix,
        );
        std::fs::write(self.config(), config).expect("the configuration can be written");
    }

    fn config(&self) -> PathBuf {
        self.folder.join("holdfast.toml")
    }

    /// Runs a command of the real binary and answers what it says.
    pub(crate) fn holdfast(&self, arguments: &[&str], input: &str) -> String {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("holdfast starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        writeln!(stdin, "{input}").expect("holdfast reads");
        drop(stdin);
        let output = child.wait_with_output().expect("holdfast ends");
        assert!(output.status.success(), "holdfast {arguments:?} failed");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) async fn serve(&mut self) -> usize {
        let started = self.start(None);
        self.ready(started).await;
        started
    }

    /// Starts an instance that dies at the named place, as if by `SIGKILL`.
    pub(crate) fn serve_until_it_dies(&mut self, at: &str) -> std::process::ExitStatus {
        let started = self.start(Some(at));
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

    fn start(&mut self, crash_at: Option<&str>) -> usize {
        let address = free_address();
        let log = self
            .folder
            .join(format!("instance-{}.log", self.servers.len()));
        let log = std::fs::File::create(log).expect("a log file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.arg("serve").arg("--config").arg(self.config());
        command.env("HOLDFAST_SERVER__LISTEN", &address).stderr(log);
        if let Some(place) = crash_at {
            command.env("HOLDFAST_CRASH_AT", place);
        }
        let child = command.spawn().expect("holdfast starts");
        self.servers.push(Server { child, address });
        self.servers.len() - 1
    }

    async fn ready(&self, server: usize) {
        let url = format!("http://{}/readyz", self.servers[server].address);
        until("the instance is ready", async || {
            self.http
                .get(&url)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
        })
        .await;
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
        let url = format!("http://{}{path}", self.servers[server].address);
        let answer = self.http.get(url).send().await.expect("holdfast answers");
        answer.text().await.expect("text")
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

    /// Reads from the API.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!(
            "http://{}{path}",
            self.servers[self.servers.len() - 1].address
        );
        let answer = self
            .http
            .get(url)
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("text");
        assert!(status.is_success(), "GET {path}: {status} {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Commands over the API.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!(
            "http://{}{path}",
            self.servers[self.servers.len() - 1].address
        );
        let request = self.http.post(url).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("text");
        assert!(status.is_success(), "POST {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
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

impl Drop for World {
    fn drop(&mut self) {
        self.servers.clear();
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
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

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

fn kcat() -> String {
    std::env::var("HOLDFAST_TEST_KCAT").unwrap_or_else(|_| "kcat".to_owned())
}

pub(crate) fn kafka() -> String {
    std::env::var("HOLDFAST_TEST_KAFKA").expect("no Kafka for the tests; run ./dev kafka start")
}

fn postgres() -> String {
    std::env::var("HOLDFAST_TEST_POSTGRES")
        .expect("no PostgreSQL for the tests; run ./dev postgres start")
}

/// A file of the project.
pub(crate) fn project_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
