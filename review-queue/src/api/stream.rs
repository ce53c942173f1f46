//! `GET /v1/stream`: what changes, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use holdfast_domain::Position;
use prometheus::IntGauge;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::{ApiError, Problem};
use crate::access::Access;
use crate::auth::Caller;
use crate::error::ReviewError;
use crate::news::{CaseNews, Missed};
use crate::state::ReviewState;

/// Follow what changes.
///
/// Each `case` event says which case changed, to whom it concerns alone. `reload` says that more was
/// missed than is kept. `Last-Event-ID` continues where a broken connection ended. Grants are looked
/// at again with every heartbeat; the stream ends with the sign-in.
#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "queue",
    params(("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event seen")),
    responses(
        (status = 200, description = "Events `case` and `reload`", body = CaseNews, content_type = "text/event-stream"),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
    ),
)]
pub(super) async fn stream(
    State(state): State<ReviewState>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    if !caller.access.may_view() {
        let what = "following the queue takes a role that reads cases";
        return Err(ReviewError::Forbidden { what }.into());
    }
    let heartbeat = Duration::from_secs(state.service.config().heartbeat_secs.max(1));
    let following = Following::begin(state, caller.access, headers, heartbeat);
    // A proxy that collects an answer before it hands it on would hold the news back.
    let unbuffered = [("x-accel-buffering", "no")];
    let keep_alive = KeepAlive::new().interval(heartbeat);
    Ok((
        unbuffered,
        Sse::new(following.events()).keep_alive(keep_alive),
    ))
}

/// One who follows.
struct Following {
    state: ReviewState,
    who: Access,
    headers: HeaderMap,
    news: Receiver<CaseNews>,
    waiting: VecDeque<Told>,
    heartbeat: Duration,
    look_again: Instant,
    counted: Counted,
}

enum Told {
    Case(CaseNews),
    Reload,
}

/// Counts as a follower as long as it lives.
struct Counted(IntGauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Following {
    fn begin(state: ReviewState, who: Access, headers: HeaderMap, heartbeat: Duration) -> Self {
        let last = headers
            .get("last-event-id")
            .and_then(|id| id.to_str().ok()?.trim().parse().ok())
            .map(Position);
        let (news, missed) = state.news.follow(last);
        let waiting = match missed {
            Missed::News(missed) => missed.into_iter().map(Told::Case).collect(),
            Missed::TooMuch => VecDeque::from([Told::Reload]),
        };
        let followers = state
            .service
            .metrics()
            .followers
            .with_label_values::<&str>(&[]);
        followers.inc();
        Self {
            counted: Counted(followers),
            state,
            who,
            headers,
            news,
            waiting,
            heartbeat,
            look_again: Instant::now() + heartbeat,
        }
    }

    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        unfold(self, |mut following| async move {
            let told = following.next().await?;
            Some((Ok(event(told)), following))
        })
    }

    /// The next thing to tell; none when the stream is over.
    async fn next(&mut self) -> Option<Told> {
        loop {
            if Instant::now() >= self.look_again && !self.is_still_in().await {
                return None;
            }
            match self.waiting.pop_front() {
                Some(Told::Case(news)) if !news.is_for(&self.who) => continue,
                Some(told) => return Some(told),
                None => {}
            }
            tokio::select! {
                news = self.news.recv() => match news {
                    Ok(news) => self.waiting.push_back(Told::Case(news)),
                    Err(RecvError::Lagged(_)) => self.waiting.push_back(Told::Reload),
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep_until(self.look_again) => {}
            }
        }
    }

    /// Whether the sign-in still counts; takes over what was granted or taken since.
    async fn is_still_in(&mut self) -> bool {
        self.look_again = Instant::now() + self.heartbeat;
        let _ = &self.counted;
        match self.state.auth.caller(&self.headers).await {
            Ok(Some(caller)) if caller.access.may_view() => {
                self.who = caller.access;
                true
            }
            _ => false,
        }
    }
}

fn event(told: Told) -> Event {
    match told {
        Told::Reload => Event::default().event("reload").data("{}"),
        Told::Case(news) => Event::default()
            .event("case")
            .id(news.position.to_string())
            .data(serde_json::to_string(&news).unwrap_or_default()),
    }
}
