//! A real Chromium, driven like a person drives it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A browser with one window. Its process ends with it.
pub(crate) struct Browser {
    /// The driver's connection.
    pub(crate) client: Client,
    driver: Driver,
    /// Where the site under test stands, e.g. `http://127.0.0.1:4711`.
    base: String,
}

struct Driver {
    process: Child,
    address: String,
    profile: PathBuf,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

impl Driver {
    fn start() -> Self {
        let path = std::env::var("HOLDFAST_TEST_CHROMEDRIVER")
            .unwrap_or_else(|_| "/usr/bin/chromedriver".to_owned());
        let mut process = Command::new(&path)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("no browser to test with at {path} ({error}): run ./dev browser")
            });
        let output = process.stdout.take().expect("the driver's output is piped");
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        let profile =
            std::env::temp_dir().join(format!("holdfast-browser-{port}-{}", process.id()));
        Self {
            process,
            address: format!("http://127.0.0.1:{port}"),
            profile,
        }
    }

    fn capabilities(&self) -> serde_json::Map<String, Value> {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1280,900",
        ];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", self.profile.display()));
        let options = json!({ "goog:chromeOptions": { "args": arguments } });
        options.as_object().cloned().unwrap_or_default()
    }
}

impl Browser {
    /// Opens a fresh browser for the site at `base`.
    pub(crate) async fn open(base: &str) -> Self {
        let driver = Driver::start();
        let client = ClientBuilder::native()
            .capabilities(driver.capabilities())
            .connect(&driver.address)
            .await
            .expect("Chromium starts");
        Self {
            client,
            driver,
            base: base.to_owned(),
        }
    }

    /// Goes to a page of the site.
    pub(crate) async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.base);
        self.client.goto(&address).await.expect("the page loads");
    }

    /// The element, once it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|_| panic!("nothing on the page is {css}"))
    }

    /// Whether the page has such an element now.
    pub(crate) async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        found.is_ok_and(|found| !found.is_empty())
    }

    /// Waits until the page's words hold `words`.
    pub(crate) async fn reads(&self, words: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "the page does not say {words:?}; it says:\n{text}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The words of the page as they are seen; empty while it loads.
    pub(crate) async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        let text = self.client.execute(script, vec![]).await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// What a script answers.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        let answer = self.client.execute(script, vec![]).await;
        answer.expect("the script runs")
    }

    /// Clicks.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element.click().await.expect("it can be clicked");
    }

    /// Puts text into a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it takes text");
    }

    /// Presses one key, wherever the focus is.
    pub(crate) async fn press(&self, key: char) {
        self.keys(
            KeyActions::new("keys".to_owned())
                .then(KeyAction::Down { value: key })
                .then(KeyAction::Up { value: key }),
        )
        .await;
    }

    /// Types text, wherever the focus is.
    pub(crate) async fn types(&self, text: &str) {
        let mut actions = KeyActions::new("keys".to_owned());
        for value in text.chars() {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.keys(actions).await;
    }

    /// Presses Ctrl and Enter together.
    pub(crate) async fn confirm(&self) {
        let (control, enter) = (char::from(Key::Control), char::from(Key::Enter));
        let actions = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: control })
            .then(KeyAction::Down { value: enter })
            .then(KeyAction::Up { value: enter })
            .then(KeyAction::Up { value: control });
        self.keys(actions).await;
    }

    async fn keys(&self, actions: KeyActions) {
        let pressed = self.client.perform_actions(actions).await;
        pressed.expect("keys can be pressed");
    }

    /// Speaks to the browser below the page: emulation, captures.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let session = self.client.session_id().await;
        let session = session.ok().flatten().expect("a session is open");
        let address = format!("{}/session/{session}/goog/cdp/execute", self.driver.address);
        let body = json!({ "cmd": command, "params": parameters });
        let answer = reqwest::Client::new()
            .post(address)
            .json(&body)
            .send()
            .await;
        let answer = answer.expect("the driver answers");
        let answer: Value = answer.json().await.expect("the driver answers JSON");
        answer["value"].clone()
    }

    /// Looks like a screen of that width, in light or dark.
    pub(crate) async fn screen(&self, width: u32, dark: bool) {
        let theme = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        let _ = self.client.close().await;
    }
}
