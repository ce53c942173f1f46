//! Who may ask.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{HeaderMap, header};
use holdfast_domain::{Clock, Role, Sensitive};
use holdfast_event_store::{AnyStore, StoreError, TokenScope};
use holdfast_ingest::http::{IntegratorAuth as _, StaticTokens};
use sha2::{Digest as _, Sha256};

use crate::wiring::Holdfast;

/// Knows the tokens of those who may ask.
#[async_trait]
pub(super) trait Keys: Send + Sync {
    /// Whether whoever sends this token may ask.
    async fn admit(&self, token: &Sensitive<String>) -> Result<bool, KeysUnavailable>;
}

/// Tokens cannot be looked up now.
#[derive(Debug, thiserror::Error)]
#[error("tokens cannot be looked up now")]
pub(super) struct KeysUnavailable(#[source] StoreError);

/// Integrators' tokens: those of the configuration, then those of `holdfast token issue` with the scope
/// `score`.
pub(super) struct KnownKeys {
    configured: StaticTokens,
    store: Arc<dyn AnyStore>,
    clock: Arc<dyn Clock>,
}

impl KnownKeys {
    pub(super) fn of(holdfast: &Holdfast) -> Self {
        Self {
            configured: StaticTokens::new(&holdfast.config.ingest.http.integrators),
            store: holdfast.store.clone(),
            clock: Arc::clone(&holdfast.clock),
        }
    }
}

#[async_trait]
impl Keys for KnownKeys {
    async fn admit(&self, token: &Sensitive<String>) -> Result<bool, KeysUnavailable> {
        if let Ok(Some(_)) = self.configured.integrator(token).await {
            return Ok(true);
        }
        let digest: [u8; 32] = Sha256::digest(token.reveal()).into();
        let owner = self.store.token_owner(&digest, self.clock.now()).await;
        let Some(owner) = owner.map_err(KeysUnavailable)? else {
            return Ok(false);
        };
        let grants = self.store.grants(owner.user.id).await;
        let grants = grants.map_err(KeysUnavailable)?;
        let integrates = grants.iter().any(|grant| grant.role == Role::Integrator);
        Ok(integrates && owner.limits.allows(TokenScope::Score))
    }
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Sensitive<String>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let found = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
    found.then(|| Sensitive::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use holdfast_domain::testing::{CountedIds, ManualClock, T0};
    use holdfast_domain::{PlatformId, TenantId};
    use holdfast_event_store::{Grant, GrantedRole, MemoryStore, TokenLimits};
    use holdfast_ingest::config::IntegratorConfig;
    use holdfast_review_queue::auth::{NewPerson, NewTokenFor, Users};

    use super::*;

    /// A store with a user of that role.
    async fn users_with(role: Role) -> (Users, Arc<dyn AnyStore>) {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(T0));
        let store: Arc<dyn AnyStore> = Arc::new(MemoryStore::new(Arc::clone(&clock)));
        let users = crate::wiring::users(&store, clock, Arc::new(CountedIds::default()));
        let tenant = TenantId::default();
        let person = NewPerson {
            tenant: tenant.clone(),
            name: "forum".to_owned(),
            display_name: "Forum".to_owned(),
            password: None,
        };
        users.add(&person).await.unwrap();
        let on = Grant {
            community: None,
            signal: None,
        };
        let granted = GrantedRole { role, on };
        users.grant(&tenant, "forum", &granted).await.unwrap();
        (users, store)
    }

    async fn token(
        users: &Users,
        label: &str,
        scopes: Option<Vec<TokenScope>>,
    ) -> Sensitive<String> {
        let new = NewTokenFor {
            name: "forum",
            label,
            lives: None,
            limits: TokenLimits {
                scopes,
                ..TokenLimits::default()
            },
        };
        users.issue_token(&TenantId::default(), &new).await.unwrap()
    }

    fn keys(store: Arc<dyn AnyStore>, configured: &[IntegratorConfig]) -> KnownKeys {
        KnownKeys {
            configured: StaticTokens::new(configured),
            store,
            clock: Arc::new(ManualClock::at(T0)),
        }
    }

    #[tokio::test]
    async fn an_integrators_token_needs_the_scope_and_one_without_limits_has_it() {
        let (users, store) = users_with(Role::Integrator).await;
        let keys = keys(store, &[]);
        for (label, scopes, may) in [
            ("all", None, true),
            ("score", Some(vec![TokenScope::Score]), true),
            ("send", Some(vec![TokenScope::Send]), false),
        ] {
            let token = token(&users, label, scopes).await;
            assert_eq!(keys.admit(&token).await.unwrap(), may, "{label}");
        }
        let unknown = Sensitive::new("hf_unknown".to_owned());
        assert!(!keys.admit(&unknown).await.unwrap());
    }

    #[tokio::test]
    async fn a_moderators_token_scores_nothing_and_a_configured_integrators_does() {
        let (users, store) = users_with(Role::Moderator).await;
        let digest: [u8; 32] = Sha256::digest("configured").into();
        let mut hex = String::new();
        for byte in digest {
            write!(hex, "{byte:02x}").unwrap();
        }
        let configured = IntegratorConfig {
            name: "forum".to_owned(),
            token_sha256: hex,
            tenant: TenantId::default(),
            platform: PlatformId::new("forum").unwrap(),
            platforms: Vec::new(),
            mapping: None,
        };
        let keys = keys(store, &[configured]);
        let moderators = token(&users, "all", None).await;
        assert!(!keys.admit(&moderators).await.unwrap());
        let configured = Sensitive::new("configured".to_owned());
        assert!(keys.admit(&configured).await.unwrap());
    }
}
