//! One test's folder, store, configuration and processes.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use holdfast_domain::EventEnvelope;
use holdfast_event_store::{AnyStore, StoreConfig};
use serde_json::Value;

use super::until;

/// The password of everybody in these tests.
const PASSWORD: &str = "an ordinary long password";

/// Where one test's Holdfast lives. Its processes end with it; its folder stays where the test failed.
pub(crate) struct Site {
    pub(crate) folder: PathBuf,
    pub(crate) name: String,
    pub(crate) http: reqwest::Client,
    pub(crate) servers: Vec<Server>,
    store: StoreConfig,
}

/// A running instance.
pub(crate) struct Server {
    pub(crate) child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.servers.clear();
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Site {
    /// A new place with a store of its own: a schema of the tests' PostgreSQL, or a file.
    pub(crate) fn new(kind: &str, on_postgres: bool) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("{kind}{}x{count}", std::process::id());
        let folder = std::env::temp_dir().join(format!("holdfast-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let url = if on_postgres {
            std::env::var("HOLDFAST_TEST_POSTGRES")
                .expect("no PostgreSQL for the tests; run ./dev postgres start")
        } else {
            format!("sqlite:{}", folder.join("holdfast.db").display())
        };
        let store = StoreConfig {
            url,
            schema: on_postgres.then(|| name.clone()),
            master_key_file: folder.join("master-key"),
            ..StoreConfig::default()
        };
        Self {
            folder,
            name,
            http: reqwest::Client::new(),
            servers: Vec::new(),
            store,
        }
    }

    /// Writes the configuration: store and telemetry, then `sections`.
    pub(crate) fn configure(&self, sections: &str) {
        let schema = self.store.schema.as_ref();
        let schema = schema.map_or(String::new(), |schema| format!("schema = \"{schema}\""));
        let config = format!(
            r#"
[store]
url = "{url}"
master_key_file = "{key}"
{schema}

[telemetry]
format = "text"
filter = "warn,holdfast=info"
{sections}
"#,
            url = self.store.url,
            key = self.store.master_key_file.display(),
        );
        std::fs::write(self.config(), config).expect("the configuration can be written");
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("holdfast.toml")
    }

    /// Runs a command of the real binary; answers whether it did it, what it said and what it complained of.
    pub(crate) fn command(&self, arguments: &[&str], input: &str) -> (bool, String, String) {
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
        let text = |bytes| String::from_utf8(bytes).expect("text").trim().to_owned();
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// A command that must do what it is told; answers what it said.
    pub(crate) fn must(&self, arguments: &[&str], input: &str) -> String {
        let (done, said, complaint) = self.command(arguments, input);
        assert!(done, "holdfast {arguments:?} failed: {complaint}");
        said
    }

    /// Adds a moderator and answers a token for the API.
    pub(crate) fn moderator(&self) -> String {
        self.must(&["user", "add", "ana", "--role", "moderator"], PASSWORD);
        let said = self.must(&["token", "issue", "ana", "--label", "tests"], "");
        said.lines().last().unwrap_or_default().trim().to_owned()
    }

    /// Starts an instance, with more in its environment.
    pub(crate) fn start(&mut self, environment: &[(&str, &str)]) -> usize {
        let address = free_address();
        let log = std::fs::File::create(self.log_file(self.servers.len())).expect("a log file");
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
        self.servers.len() - 1
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) async fn serve_with(&mut self, environment: &[(&str, &str)]) -> usize {
        let server = self.start(environment);
        until("the instance is ready", async || {
            self.status(server, "/readyz").await.0 == 200
        })
        .await;
        server
    }

    pub(crate) fn log_file(&self, server: usize) -> PathBuf {
        self.folder.join(format!("instance-{server}.log"))
    }

    /// An instance's address of a page.
    pub(crate) fn url(&self, server: usize, path: &str) -> String {
        format!("http://{}{path}", self.servers[server].address)
    }

    /// What an instance answers, and with which status; 0 where it does not answer.
    pub(crate) async fn status(&self, server: usize, path: &str) -> (u16, String) {
        match self.http.get(self.url(server, path)).send().await {
            Ok(answer) => (
                answer.status().as_u16(),
                answer.text().await.unwrap_or_default(),
            ),
            Err(_) => (0, String::new()),
        }
    }

    /// Commands over the API.
    pub(crate) async fn post_as(
        &self,
        server: usize,
        token: &str,
        path: &str,
        body: &Value,
    ) -> Value {
        let request = self.http.post(self.url(server, path));
        let answer = request.bearer_auth(token).json(body).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "POST {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
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
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}
