//! A whole review queue in memory, for tests: real service, real routers, a store that keeps the same
//! promises as the databases, and a clock that stands still until it is moved.

mod answer;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use holdfast_domain::testing::{CountedIds, ManualClock, T0};
use holdfast_domain::{CommunityId, Role, Sensitive, SignalKind, SubjectId, TenantId};
use holdfast_event_store::{Accounts, Grant, GrantedRole, MemoryStore, Projector, TokenLimits};
use tokio::sync::Mutex;

use crate::access::Access;
use crate::auth::{Auth, NewPerson, NewTokenFor, Secrets, Users};
use crate::config::ReviewConfig;
use crate::metrics::ReviewMetrics;
use crate::news::{Follower, News};
use crate::projection::QueueProjection;
use crate::service::{Parts, ReviewService};
use crate::state::ReviewState;
use crate::timers::Timers;

pub use answer::{Ask, TestAnswer};
pub use world::{TestCase, WordJudge, assessment};

/// A review queue in memory.
pub struct TestApp {
    /// The store behind it.
    pub store: Arc<MemoryStore>,
    /// Its clock, at [`T0`].
    pub clock: Arc<ManualClock>,
    /// Its ids, counted.
    pub ids: Arc<CountedIds>,
    /// What its routers share.
    pub state: ReviewState,
    projector: Projector,
    follower: Mutex<Follower>,
}

/// A user of a [`TestApp`].
#[derive(Debug, Clone)]
pub struct TestUser {
    /// Who they are and what they may.
    pub access: Access,
    /// A token that lets them in.
    pub token: String,
}

/// Secrets that a test can predict. Never use them outside.
#[derive(Debug, Default)]
pub struct CountedSecrets(AtomicU64);

impl Secrets for CountedSecrets {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        for (byte, value) in bytes
            .iter_mut()
            .zip(number.to_le_bytes().into_iter().cycle())
        {
            *byte = value;
        }
    }
}

impl TestApp {
    /// A queue with the default settings, but cookies that also travel without TLS.
    pub async fn new() -> Self {
        Self::with(ReviewConfig {
            secure_cookies: false,
            ..ReviewConfig::default()
        })
        .await
    }

    /// A queue with these settings.
    pub async fn with(config: ReviewConfig) -> Self {
        let clock = Arc::new(ManualClock::at(T0));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let ids = Arc::new(CountedIds::default());
        let metrics = ReviewMetrics::new();
        let service = ReviewService::new(Parts {
            log: store.clone(),
            queue: store.clone(),
            content: store.clone(),
            accounts: store.clone(),
            outbox: store.clone(),
            intake: store.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            judge: Arc::new(WordJudge),
            config: config.clone(),
            metrics: metrics.clone(),
        });
        let secrets = Arc::new(CountedSecrets::default());
        let auth = Auth::new(store.clone(), clock.clone(), secrets, config, metrics);
        let news = News::default();
        let projection = Arc::new(QueueProjection);
        let app = Self {
            projector: Projector::new(store.clone(), store.clone(), projection),
            follower: Mutex::new(Follower::new(store.clone(), store.clone(), news.clone())),
            state: ReviewState {
                service,
                auth,
                news,
            },
            store,
            clock,
            ids,
        };
        app.settle().await;
        app
    }

    /// The service.
    pub const fn service(&self) -> &ReviewService {
        &self.state.service
    }

    /// The API's router.
    pub fn router(&self) -> Router {
        crate::api::router(self.state.clone())
    }

    /// What the operator's command line offers.
    pub fn users(&self) -> Users {
        Users {
            accounts: self.store.clone(),
            content: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            secrets: Arc::new(CountedSecrets(AtomicU64::new(self.next()))),
        }
    }

    /// The timers of the elected instance.
    pub fn timers(&self) -> Timers {
        Timers {
            log: self.store.clone(),
            queue: self.store.clone(),
            outbox: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            config: self.service().config().clone(),
            metrics: self.service().metrics().clone(),
        }
    }

    /// Adds a user with roles, who comes in with a token.
    pub async fn user(&self, name: &str, grants: &[GrantedRole]) -> TestUser {
        let (users, tenant) = (self.users(), TenantId::default());
        let person = NewPerson {
            tenant: tenant.clone(),
            name: name.to_owned(),
            display_name: capitalised(name),
            password: None,
        };
        let user = users.add(&person).await.expect("the name is free");
        for grant in grants {
            users
                .grant(&tenant, name, grant)
                .await
                .expect("the roles go together");
        }
        let new = NewTokenFor {
            name,
            label: "test",
            lives: None,
            limits: TokenLimits::default(),
        };
        let token = users
            .issue_token(&tenant, &new)
            .await
            .expect("the user is there");
        let access = Access {
            user,
            tenant,
            name: name.to_owned(),
            display_name: person.display_name,
            grants: grants.to_vec(),
            linked: Vec::new(),
        };
        TestUser {
            access,
            token: token.into_inner(),
        }
    }

    /// Adds a user with one role everywhere.
    pub async fn somebody(&self, name: &str, role: Role) -> TestUser {
        self.user(name, &[everywhere(role)]).await
    }

    /// Sets a user's password.
    pub async fn set_password(&self, user: &TestUser, password: &str) {
        let password = Sensitive::new(password.to_owned());
        let (users, who) = (self.users(), &user.access);
        let set = users.set_password(&who.tenant, &who.name, &password);
        set.await.expect("the password is long enough");
    }

    /// Links a user to a member; both the store and the user know it afterwards.
    pub async fn link(&self, user: &mut TestUser, subject: SubjectId) {
        let linked = self.store.link_member(user.access.user, subject);
        linked.await.expect("memory answers");
        user.access.linked.push(subject);
    }

    /// Brings rows and news up to date with the log.
    pub async fn settle(&self) {
        self.projector.catch_up().await.expect("memory answers");
        let mut follower = self.follower.lock().await;
        while follower.step().await.expect("memory answers") {}
    }

    fn next(&self) -> u64 {
        use holdfast_domain::IdSource;
        // Counted ids stay far below 2^64.
        self.ids.next().as_u128() as u64
    }
}

/// A role everywhere, for every signal.
pub const fn everywhere(role: Role) -> GrantedRole {
    GrantedRole {
        role,
        on: Grant::ALL,
    }
}

/// A role in one community, for one signal or all.
pub fn only_in(role: Role, community: &str, signal: Option<SignalKind>) -> GrantedRole {
    GrantedRole {
        role,
        on: Grant {
            community: Some(community_named(community)),
            signal,
        },
    }
}

/// A community by name.
pub fn community_named(name: &str) -> CommunityId {
    CommunityId::new(name).expect("a test names communities properly")
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
