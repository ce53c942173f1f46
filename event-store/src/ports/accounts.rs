//! Who may come in, and what they may see.

use async_trait::async_trait;
use holdfast_domain::{
    CommunityId, Role, Sensitive, SignalKind, SubjectId, TenantId, Timestamp, UserId,
};

use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// Users, their grants, tokens and sessions. Each method is one query.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds a user. Answers `false` where the tenant has one of that name.
    async fn add_user(&self, user: &NewUser, now: Timestamp) -> Result<bool, StoreError>;

    /// The user of that name.
    async fn user_named(&self, tenant: &TenantId, name: &str) -> Result<Option<User>, StoreError>;

    /// The user of that id.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// All users of a tenant, by name.
    async fn users(&self, tenant: &TenantId) -> Result<Vec<User>, StoreError>;

    /// Replaces the password's hash.
    async fn set_password(
        &self,
        id: UserId,
        password_hash: &Sensitive<String>,
    ) -> Result<(), StoreError>;

    /// Locks a user out or lets them in again. Locking ends all their sessions.
    async fn set_disabled(&self, id: UserId, disabled: bool) -> Result<(), StoreError>;

    /// Grants a role. Granting what is granted changes nothing.
    async fn grant(
        &self,
        user: UserId,
        grant: &GrantedRole,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes a role back.
    async fn revoke(&self, user: UserId, grant: &GrantedRole) -> Result<(), StoreError>;

    /// What a user was granted.
    async fn grants(&self, user: UserId) -> Result<Vec<GrantedRole>, StoreError>;

    /// Links a user to the member that they are on a platform.
    async fn link_member(&self, user: UserId, subject: SubjectId) -> Result<(), StoreError>;

    /// The members that a user is.
    async fn linked_members(&self, user: UserId) -> Result<Vec<SubjectId>, StoreError>;

    /// Adds an API token.
    async fn add_token(&self, token: &NewToken, now: Timestamp) -> Result<(), StoreError>;

    /// Whose token it is, by its SHA-256; `None` where it is unknown, revoked or over, or its user is
    /// disabled.
    async fn token_owner(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<TokenOwner>, StoreError>;

    /// Ends a token. Answers whether there was one.
    async fn revoke_token(&self, user: UserId, label: &str) -> Result<bool, StoreError>;

    /// Begins a session.
    async fn start_session(&self, session: &NewSession, now: Timestamp) -> Result<(), StoreError>;

    /// The session, by the SHA-256 of its cookie; `None` where it is unknown or over, or its user is
    /// disabled.
    async fn session(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError>;

    /// Ends a session.
    async fn end_session(&self, digest: &[u8; 32]) -> Result<(), StoreError>;

    /// Notes a failed attempt to sign in under `key` (a name or an address, digested by the caller).
    async fn note_attempt(&self, key: &str, now: Timestamp) -> Result<(), StoreError>;

    /// How many attempts failed under `key` since then.
    async fn attempts_since(&self, key: &str, since: Timestamp) -> Result<u32, StoreError>;

    /// Forgets sessions, tokens and attempts that are over since before `before`.
    async fn tidy(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// A user to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The fresh id.
    pub id: UserId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The name to sign in with, 1 to 128 characters.
    pub name: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The password's argon2id hash; none for accounts that only use tokens.
    pub password_hash: Option<Sensitive<String>>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The name to sign in with.
    pub name: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The password's hash.
    pub password_hash: Option<Sensitive<String>>,
    /// Whether they are locked out.
    pub disabled: bool,
}

/// Where a role counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grant {
    /// In this community; in all where none.
    pub community: Option<CommunityId>,
    /// For this signal; for all where none.
    pub signal: Option<SignalKind>,
}

impl Grant {
    /// Everywhere, for every signal.
    pub const ALL: Self = Self {
        community: None,
        signal: None,
    };

    /// Whether a case there, of that signal, falls under the grant.
    pub fn covers(&self, community: &CommunityId, signal: SignalKind) -> bool {
        self.community
            .as_ref()
            .is_none_or(|granted| granted == community)
            && self.signal.is_none_or(|granted| granted == signal)
    }
}

/// A role and where it counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantedRole {
    /// The role.
    pub role: Role,
    /// Where.
    pub on: Grant,
}

/// An API token to add. The token itself is shown once and never stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// What it is for; unique per user.
    pub label: String,
    /// Until when; none is until revoked.
    pub expires_at: Option<Timestamp>,
    /// What it may do less than its user.
    pub limits: TokenLimits,
}

/// What a token may do less than its user. It may never do more: a role that the user does not hold,
/// or holds no more, is of no use to their tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenLimits {
    /// The scopes that it was given; none is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<TokenScope>>,
    /// The communities that it reaches; none is all of its user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communities: Option<Vec<CommunityId>>,
    /// The signals that it reaches; none is all of its user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signals: Option<Vec<SignalKind>>,
}

impl TokenLimits {
    /// Whether the token has that scope.
    pub fn allows(&self, scope: TokenScope) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(&scope))
    }
}

/// A kind of request that a token may be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Looks at queue and cases, texts masked.
    Read,
    /// Reads masked texts; each reading is recorded.
    Reveal,
    /// Gives commands about cases.
    Write,
    /// Sends posts and reports, for integrators.
    Send,
    /// Has texts scored that are no posts, for integrators.
    Score,
}

impl TokenScope {
    /// All scopes.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Reveal,
        Self::Write,
        Self::Send,
        Self::Score,
    ];

    /// The scope's name on the command line and in problems.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Reveal => "reveal",
            Self::Write => "write",
            Self::Send => "send",
            Self::Score => "score",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// The user.
    pub user: User,
    /// What the token is for; for the integrator's HTTP intake also the name of the source.
    pub label: String,
    /// What it may do less than its user.
    pub limits: TokenLimits,
}

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// SHA-256 of the cookie's value.
    pub digest: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// The token that forms carry.
    pub csrf: Sensitive<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: User,
    /// The token that forms carry.
    pub csrf: Sensitive<String>,
    /// Until when.
    pub expires_at: Timestamp,
}
