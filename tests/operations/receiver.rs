//! Somebody who is called over HTTP, and can be taken down and brought back under the same address.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::runtime::Runtime;

/// A call that came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone)]
struct Heard {
    calls: Arc<Mutex<Vec<Call>>>,
    answer: Arc<AtomicU16>,
}

/// The receiver. Its connections end with it.
pub(crate) struct Receiver {
    address: SocketAddr,
    heard: Heard,
    running: Option<Runtime>,
}

impl Receiver {
    /// Listens on a free port and answers 200.
    pub(crate) fn start() -> Self {
        let heard = Heard {
            calls: Arc::default(),
            answer: Arc::new(AtomicU16::new(200)),
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut receiver = Self {
            address,
            heard,
            running: None,
        };
        receiver.listen(listener);
        receiver
    }

    fn listen(&mut self, listener: TcpListener) {
        // A runtime of its own, so that going down cuts every connection.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        listener.set_nonblocking(true).expect("a socket");
        let app = axum::Router::new()
            .fallback(hear)
            .with_state(self.heard.clone());
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, app).await.expect("the receiver runs");
        });
        self.running = Some(runtime);
    }

    /// Refuses connections from now on.
    pub(crate) fn go_down(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_background();
        }
    }

    /// Is there again.
    pub(crate) fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).expect("the port is still free");
        self.listen(listener);
    }

    /// Answers so from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.heard.answer.store(status, Ordering::SeqCst);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The calls of a path, or of all.
    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        let calls = self.heard.calls.lock().expect("nobody panics here");
        calls
            .iter()
            .filter(|call| call.path.starts_with(path))
            .cloned()
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.go_down();
    }
}

async fn hear(State(heard): State<Heard>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let call = Call {
        path: uri.path().to_owned(),
        headers,
        body,
    };
    heard.calls.lock().expect("nobody panics here").push(call);
    StatusCode::from_u16(heard.answer.load(Ordering::SeqCst)).expect("a status")
}
