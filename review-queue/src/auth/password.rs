//! Passwords: argon2id, off the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use holdfast_domain::Sensitive;
use tokio::sync::Semaphore;

use super::Secrets;
use crate::error::ReviewError;

/// Fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;
/// Each hash takes 19 MiB; a flood of sign-ins must not take the machine.
const AT_A_TIME: usize = 4;

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    at_a_time: Arc<Semaphore>,
    /// The hash of a password that nobody has, checked for names that nobody has.
    nobodys: Arc<str>,
}

impl Passwords {
    /// Prepares the hash that unknown names are checked against.
    pub fn new(secrets: &dyn Secrets) -> Self {
        let nobodys = hash("the password of nobody", &salt(secrets));
        Self {
            at_a_time: Arc::new(Semaphore::new(AT_A_TIME)),
            nobodys: nobodys.into(),
        }
    }

    /// The hash to store for a password.
    pub async fn hash(
        &self,
        secrets: &dyn Secrets,
        password: Sensitive<String>,
    ) -> Result<Sensitive<String>, ReviewError> {
        let salt = salt(secrets);
        self.off_thread(move || Sensitive::new(hash(password.reveal(), &salt)))
            .await
    }

    /// Whether the password is the one behind the hash. Takes as long where there is no hash.
    pub async fn is_right(
        &self,
        password: Sensitive<String>,
        stored: Option<Sensitive<String>>,
    ) -> Result<bool, ReviewError> {
        let nobodys = Arc::clone(&self.nobodys);
        self.off_thread(move || {
            let known = stored.is_some();
            let hash = stored.as_ref().map_or(&*nobodys, |stored| stored.reveal());
            verify(password.reveal(), hash) && known
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ReviewError> {
        let stopped = ReviewError::Internal("checking passwords stopped");
        let Ok(_turn) = self.at_a_time.acquire().await else {
            return Err(stopped);
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| stopped)
    }
}

fn salt(secrets: &dyn Secrets) -> SaltString {
    let mut bytes = [0; 16];
    secrets.fill(&mut bytes);
    SaltString::encode_b64(&bytes).expect("16 bytes are a proper salt")
}

fn hash(password: &str, salt: &SaltString) -> String {
    Argon2::default()
        .hash_password(password.as_bytes(), salt)
        .expect("the default parameters are sound")
        .to_string()
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| {
        Argon2::default()
            .verify_password(password.as_bytes(), &stored)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::super::OsSecrets;
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::new(&OsSecrets);
        let stored = passwords
            .hash(&OsSecrets, "a long password".into())
            .await
            .unwrap();
        assert!(stored.reveal().starts_with("$argon2id$"));
        let right = |password: &str| passwords.is_right(password.into(), Some(stored.clone()));
        assert!(right("a long password").await.unwrap());
        assert!(!right("another password").await.unwrap());
        let nobody = passwords.is_right("the password of nobody".into(), None);
        assert!(!nobody.await.unwrap());
    }
}
