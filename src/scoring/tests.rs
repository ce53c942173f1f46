//! The routes over real HTTP, with a scorer that is told what to read; and once with the real one.

mod drafts;
mod perspective;
mod real;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use async_trait::async_trait;
use holdfast_classifiers::language::Guess;
use holdfast_domain::assessment::CrisisReading;
use holdfast_domain::{CrisisLevel, Sensitive};
use prometheus::Registry;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use super::config::ScoringConfig;
use super::desk::Desk;
use super::keys::{Keys, KeysUnavailable};
use super::metrics::ScoringMetrics;
use super::reading::{Attack, Draft, Reading, Scorer};
use super::{Limits, Scoring, routes};

const KEY: &str = "hf_a-key";

/// Knows one token.
struct OneKey;

#[async_trait]
impl Keys for OneKey {
    async fn admit(&self, token: &Sensitive<String>) -> Result<bool, KeysUnavailable> {
        Ok(token.reveal() == KEY)
    }
}

/// Reads in each text what it was told, else nothing; waits while it is held.
#[derive(Default)]
struct Told {
    readings: BTreeMap<&'static str, Reading>,
    seen: Mutex<Vec<Draft>>,
    held: Mutex<bool>,
    let_go: Condvar,
}

impl Scorer for Told {
    fn read(&self, drafts: &[Draft]) -> Vec<Reading> {
        self.seen.lock().unwrap().extend_from_slice(drafts);
        let held = self.held.lock().unwrap();
        drop(self.let_go.wait_while(held, |held| *held).unwrap());
        let told = |draft: &Draft| self.readings.get(draft.text.reveal().as_str()).cloned();
        drafts
            .iter()
            .map(|draft| told(draft).unwrap_or_else(nothing))
            .collect()
    }
}

impl Told {
    fn with(readings: impl IntoIterator<Item = (&'static str, Reading)>) -> Arc<Self> {
        Arc::new(Self {
            readings: readings.into_iter().collect(),
            ..Self::default()
        })
    }

    fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
        self.let_go.notify_all();
    }
}

/// An English text in which nothing is found.
fn nothing() -> Reading {
    Reading {
        crisis: CrisisReading::Level(CrisisLevel::None),
        harassment: false,
        stigma: false,
        attack: Attack::Scored {
            score: 0.02,
            kinds: Vec::new(),
        },
        language: Guess::Known("en"),
    }
}

fn at_level(level: CrisisLevel) -> Reading {
    Reading {
        crisis: CrisisReading::Level(level),
        ..nothing()
    }
}

fn attacking(score: f64, kinds: &[(&str, f64)]) -> Reading {
    Reading {
        harassment: true,
        attack: Attack::Scored {
            score,
            kinds: kinds
                .iter()
                .map(|(kind, p)| ((*kind).to_owned(), *p))
                .collect(),
        },
        ..nothing()
    }
}

/// The routes at an address.
struct Running {
    address: String,
    client: Client,
}

impl Running {
    async fn start(scorer: Arc<dyn Scorer>, config: ScoringConfig) -> Self {
        let config = Arc::new(config);
        let app = routes(Scoring {
            keys: Arc::new(OneKey),
            desk: Desk::new(&config, scorer),
            metrics: ScoringMetrics::register(&Registry::new()).unwrap(),
            limits: Limits {
                request: 4096,
                text: 1024,
            },
            config,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            client: Client::new(),
        }
    }

    async fn told(readings: impl IntoIterator<Item = (&'static str, Reading)>) -> Self {
        Self::start(Told::with(readings), ScoringConfig::default()).await
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.address))
            .body(body.to_string())
    }

    fn draft(&self, body: &Value) -> RequestBuilder {
        self.post("/v1/assess-draft", body).bearer_auth(KEY)
    }

    fn comment(&self, body: &Value) -> RequestBuilder {
        self.post(&format!("/v1alpha1/comments:analyze?key={KEY}"), body)
    }
}

async fn json(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), json(response).await)
}
