//! Signing in with a name and a password.

use std::net::IpAddr;
use std::time::Duration;

use holdfast_domain::{Sensitive, TenantId, Timestamp};
use holdfast_event_store::{NewSession, StoreError, User};
use http::{Extensions, HeaderMap, HeaderValue};

use super::{Auth, cookie, secret};
use crate::error::ReviewError;

/// One address may stand for several people.
const ADDRESS_FACTOR: u32 = 5;

/// A sign-in that worked.
#[derive(Debug)]
pub struct SignedIn {
    /// The `Set-Cookie` header of the answer.
    pub cookie: HeaderValue,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why a sign-in did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name and password do not go together, or the account is locked: which of them is not told.
    #[error("name and password do not go together")]
    Wrong,
    /// Too many attempts; the password was not looked at.
    #[error("too many attempts; wait and try again")]
    TooMany {
        /// How long to wait at most.
        retry_after: Duration,
    },
    /// The sign-in could not be checked.
    #[error("the sign-in could not be checked")]
    Failed(#[source] ReviewError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Auth {
    /// Begins a session for whoever knows the password. `name` may be `tenant/name`.
    pub async fn sign_in(
        &self,
        name: &str,
        password: Sensitive<String>,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, SignInError> {
        let (tenant, name) = self.tenant_and_name(name);
        let keys = attempt_keys(&tenant, name, address);
        self.must_not_be_too_many(&keys).await?;
        let user = self.accounts.user_named(&tenant, name).await?;
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let right = self
            .passwords
            .is_right(password, stored)
            .await
            .map_err(SignInError::Failed)?;
        if let Some(user) = user.filter(|user| right && !user.disabled) {
            self.count("ok");
            return Ok(self.begin(&user).await?);
        }
        let now = self.clock.now();
        for (key, _) in &keys {
            self.accounts.note_attempt(key, now).await?;
        }
        self.count("wrong");
        Err(SignInError::Wrong)
    }

    fn tenant_and_name<'a>(&self, name: &'a str) -> (TenantId, &'a str) {
        let given = name
            .split_once('/')
            .and_then(|(tenant, name)| Some((TenantId::new(tenant).ok()?, name)));
        let (tenant, name) = given.unwrap_or_else(|| (self.config.tenant.clone(), name));
        (tenant, name.trim())
    }

    async fn must_not_be_too_many(&self, keys: &[(String, u32)]) -> Result<(), SignInError> {
        let window = Duration::from_secs(self.config.sign_in_window_secs);
        let since = self.clock.now() - window;
        for (key, factor) in keys {
            let allowed = self.config.sign_in_attempts.saturating_mul(*factor);
            if self.accounts.attempts_since(key, since).await? >= allowed {
                self.count("too_many");
                return Err(SignInError::TooMany {
                    retry_after: window,
                });
            }
        }
        Ok(())
    }

    async fn begin(&self, user: &User) -> Result<SignedIn, StoreError> {
        let now = self.clock.now();
        let value = secret::fresh(&*self.secrets);
        let expires_at = now + Duration::from_secs(self.config.session_secs);
        let session = NewSession {
            digest: secret::digest(&value),
            user: user.id,
            csrf: Sensitive::new(secret::fresh(&*self.secrets)),
            expires_at,
        };
        self.accounts.start_session(&session, now).await?;
        let (secs, secure) = (self.config.session_secs, self.config.secure_cookies);
        Ok(SignedIn {
            cookie: cookie::set(&value, secs, secure),
            expires_at,
        })
    }

    fn count(&self, result: &str) {
        self.metrics.sign_ins.with_label_values(&[result]).inc();
    }

    /// Where a request comes from: what the proxy in front says where one is configured, else the
    /// connection's address.
    pub fn address_of(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let told = self.config.address_header.as_ref().and_then(|name| {
            let value = headers.get_all(name.as_str()).iter().next_back()?;
            value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
        });
        let connected = || {
            let info = extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>()?;
            Some(info.0.ip())
        };
        told.or_else(connected)
    }
}

fn attempt_keys(tenant: &TenantId, name: &str, address: Option<IpAddr>) -> Vec<(String, u32)> {
    let by_name = secret::attempt_key("name", &format!("{tenant}/{}", name.to_lowercase()));
    let by_address = address.map(|at| secret::attempt_key("address", &at.to_string()));
    let by_address = by_address.map(|key| (key, ADDRESS_FACTOR));
    std::iter::once((by_name, 1)).chain(by_address).collect()
}
