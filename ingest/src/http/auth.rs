//! Who may send.

use async_trait::async_trait;
use holdfast_domain::{PlatformId, Sensitive, TenantId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::IntegratorConfig;

/// A platform's program that may send events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrator {
    /// Its name, which stands in the origin of its events.
    pub name: String,
    /// Whose customer: what it sends belongs to this tenant and no other.
    pub tenant: TenantId,
    /// The platform, where a message does not name one.
    pub platform: PlatformId,
    /// Further platforms that its messages may name.
    pub platforms: Vec<PlatformId>,
    /// The field mapping for plain JSON, by its name in the configuration.
    pub mapping: Option<String>,
}

/// Knows the integrators by their tokens.
#[async_trait]
pub trait IntegratorAuth: Send + Sync {
    /// The integrator whose token this is; `None` for an unknown or revoked one.
    async fn integrator(
        &self,
        token: &Sensitive<String>,
    ) -> Result<Option<Integrator>, AuthUnavailable>;
}

/// Tokens cannot be looked up now.
#[derive(Debug, thiserror::Error)]
#[error("integrators' tokens cannot be looked up now")]
pub struct AuthUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Tokens whose digests stand in the configuration.
#[derive(Debug, Clone, Default)]
pub struct StaticTokens(Vec<([u8; 32], Integrator)>);

impl StaticTokens {
    /// The integrators of the configuration. One whose digest does not read can never be let in.
    pub fn new(integrators: &[IntegratorConfig]) -> Self {
        Self(
            integrators
                .iter()
                .filter_map(|config| Some((digest(&config.token_sha256)?, integrator(config))))
                .collect(),
        )
    }
}

#[async_trait]
impl IntegratorAuth for StaticTokens {
    async fn integrator(
        &self,
        token: &Sensitive<String>,
    ) -> Result<Option<Integrator>, AuthUnavailable> {
        let given = Sha256::digest(token.reveal().as_bytes());
        // All are compared, so that the time taken says nothing about which came close.
        let found = self
            .0
            .iter()
            .filter(|(known, _)| bool::from(known.ct_eq(given.as_slice())));
        Ok(found
            .fold(None, |_, known| Some(known))
            .map(|(_, integrator)| integrator.clone()))
    }
}

fn integrator(config: &IntegratorConfig) -> Integrator {
    Integrator {
        name: config.name.clone(),
        tenant: config.tenant.clone(),
        platform: config.platform.clone(),
        platforms: config.platforms.clone(),
        mapping: config.mapping.clone(),
    }
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
    }
    Some(digest)
}
