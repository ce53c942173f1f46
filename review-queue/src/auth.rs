//! Who comes in: passwords, sessions, tokens.
//!
//! A session's cookie and a token are random; the store keeps their SHA-256 alone. Signing in takes
//! the same time whether the name is known or not, and is limited per name and per address.

mod cookie;
mod password;
mod scope;
mod secret;
mod sign_in;
mod users;

use std::sync::Arc;

use holdfast_domain::{Clock, Sensitive, Timestamp};
use holdfast_event_store::{Accounts, TokenLimits, User};
use http::{HeaderMap, HeaderValue, Method, header};
use subtle::ConstantTimeEq;

use crate::access::Access;
use crate::config::ReviewConfig;
use crate::error::ReviewError;
use crate::metrics::ReviewMetrics;

pub use password::{Passwords, SHORTEST_PASSWORD};
pub use secret::{OsSecrets, Secrets};
pub use sign_in::{SignInError, SignedIn};
pub use users::{ListedUser, NewPerson, NewTokenFor, Users, UsersError};

/// What every token begins with, so that leaked ones are found.
pub const TOKEN_PREFIX: &str = "hf_";

/// Lets people and programs in. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    accounts: Arc<dyn Accounts>,
    clock: Arc<dyn Clock>,
    secrets: Arc<dyn Secrets>,
    passwords: Passwords,
    config: ReviewConfig,
    metrics: ReviewMetrics,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth")
    }
}

/// Somebody who is signed in, and how.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, and what they may.
    pub access: Access,
    /// How they came in.
    pub by: Entrance,
}

/// How somebody came in.
#[derive(Debug, Clone)]
pub enum Entrance {
    /// With a browser; forms carry this token.
    Session {
        /// The token that forms carry.
        csrf: Sensitive<String>,
        /// When the sign-in is over.
        expires_at: Timestamp,
    },
    /// With an API token.
    Token {
        /// What it is for.
        label: String,
        /// What it may do less than its user.
        limits: TokenLimits,
    },
}

impl Caller {
    /// The token that forms carry; empty for those who come without a browser.
    pub fn csrf(&self) -> &str {
        match &self.by {
            Entrance::Session { csrf, .. } => csrf.reveal(),
            Entrance::Token { .. } => "",
        }
    }

    /// Whether they may send such a request: a token only what its scopes name.
    pub fn check_scope(&self, method: &Method, path: &str) -> Result<(), ReviewError> {
        let scope = scope::of_request(method, path);
        match &self.by {
            Entrance::Token { limits, .. } if !limits.allows(scope) => {
                Err(ReviewError::ScopeMissing { scope })
            }
            _ => Ok(()),
        }
    }

    /// Whether they may use the console's pages. A limited token may not: a page does several things
    /// at once, and its scopes would not hold there.
    pub fn may_use_pages(&self) -> bool {
        match &self.by {
            Entrance::Session { .. } => true,
            Entrance::Token { limits, .. } => limits.scopes.is_none(),
        }
    }

    /// Whether a change comes from a page of ours: browsers send cookies with requests that other
    /// sites make, so a change needs the session's token as well. A request with an API token cannot
    /// be made by another site.
    pub fn check_csrf(&self, sent: Option<&str>) -> Result<(), ReviewError> {
        match (&self.by, sent) {
            (Entrance::Token { .. }, _) => Ok(()),
            (Entrance::Session { csrf, .. }, Some(sent))
                if bool::from(csrf.reveal().as_bytes().ct_eq(sent.as_bytes())) =>
            {
                Ok(())
            }
            (Entrance::Session { .. }, _) => Err(ReviewError::BadCsrf),
        }
    }
}

impl Auth {
    /// Lets in whom `accounts` knows.
    pub fn new(
        accounts: Arc<dyn Accounts>,
        clock: Arc<dyn Clock>,
        secrets: Arc<dyn Secrets>,
        config: ReviewConfig,
        metrics: ReviewMetrics,
    ) -> Self {
        Self {
            passwords: Passwords::new(&*secrets),
            accounts,
            clock,
            secrets,
            config,
            metrics,
        }
    }

    /// Who sends a request with these headers; none where nobody is signed in.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Option<Caller>, ReviewError> {
        let now = self.clock.now();
        if let Some(token) = bearer(headers) {
            return self.caller_with(token, now).await;
        }
        let Some(cookie) = cookie::read(headers, self.config.secure_cookies) else {
            return Ok(None);
        };
        let Some(session) = self.accounts.session(&secret::digest(cookie), now).await? else {
            return Ok(None);
        };
        let by = Entrance::Session {
            csrf: session.csrf,
            expires_at: session.expires_at,
        };
        Ok(Some(self.caller_of(session.user, by).await?))
    }

    async fn caller_with(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Caller>, ReviewError> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        let digest = secret::digest(token);
        let Some(owner) = self.accounts.token_owner(&digest, now).await? else {
            return Ok(None);
        };
        let by = Entrance::Token {
            label: owner.label,
            limits: owner.limits,
        };
        Ok(Some(self.caller_of(owner.user, by).await?))
    }

    async fn caller_of(&self, user: User, by: Entrance) -> Result<Caller, ReviewError> {
        let mut grants = self.accounts.grants(user.id).await?;
        if let Entrance::Token { limits, .. } = &by {
            grants = scope::narrowed(grants, limits);
        }
        let linked = self.accounts.linked_members(user.id).await?;
        let access = Access {
            user: user.id,
            tenant: user.tenant,
            name: user.name,
            display_name: user.display_name,
            grants,
            linked,
        };
        Ok(Caller { access, by })
    }

    /// Ends the session of a request, and answers the header that takes the cookie away.
    pub async fn sign_out(&self, headers: &HeaderMap) -> Result<HeaderValue, ReviewError> {
        if let Some(cookie) = cookie::read(headers, self.config.secure_cookies) {
            self.accounts.end_session(&secret::digest(cookie)).await?;
        }
        Ok(cookie::cleared(self.config.secure_cookies))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
