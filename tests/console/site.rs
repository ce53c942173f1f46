//! The real console over a queue in memory, on a port of this machine.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Role;
use holdfast_review_queue::testing::{TestApp, TestUser};
use holdfast_review_queue::web::{self, Console};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running console.
pub(crate) struct Site {
    /// The queue behind it.
    pub(crate) app: Arc<TestApp>,
    /// Where it stands.
    pub(crate) base: String,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Site {
    /// Starts it, with Ana, a moderator, and Ben, a senior.
    pub(crate) async fn start() -> Self {
        let app = Arc::new(TestApp::new().await);
        for (name, role) in [("ana", Role::Moderator), ("ben", Role::Senior)] {
            let user: TestUser = app.somebody(name, role).await;
            app.set_password(&user, PASSWORD).await;
        }
        let router = app
            .router()
            .merge(web::router(Console::new(app.state.clone())));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound port"));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("serving goes on");
        });
        // What the projector and the follower do in a running Holdfast.
        let settled = Arc::clone(&app);
        let settling = tokio::spawn(async move {
            loop {
                settled.settle().await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        Self {
            app,
            base,
            tasks: vec![serving, settling],
        }
    }
}
