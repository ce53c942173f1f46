//! Users, grants, tokens and sessions, in memory.

use async_trait::async_trait;
use holdfast_domain::{Sensitive, SubjectId, TenantId, Timestamp, UserId};

use super::MemoryStore;
use crate::error::StoreError;
use crate::ports::{
    Accounts, GrantedRole, NewSession, NewToken, NewUser, Session, TokenOwner, User,
};

#[async_trait]
impl Accounts for MemoryStore {
    async fn add_user(&self, user: &NewUser, _now: Timestamp) -> Result<bool, StoreError> {
        let users = &mut self.state().accounts.users;
        if users.values().any(|known| {
            known.tenant == user.tenant && known.name == user.name || known.id == user.id
        }) {
            return Ok(false);
        }
        let user = User {
            id: user.id,
            tenant: user.tenant.clone(),
            name: user.name.clone(),
            display_name: user.display_name.clone(),
            password_hash: user.password_hash.clone(),
            disabled: false,
        };
        users.insert(user.id, user);
        Ok(true)
    }

    async fn user_named(&self, tenant: &TenantId, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self
            .users(tenant)
            .await?
            .into_iter()
            .find(|user| user.name == name))
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state().accounts.users.get(&id).cloned())
    }

    async fn users(&self, tenant: &TenantId) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        let mut users: Vec<User> = state
            .accounts
            .users
            .values()
            .filter(|user| user.tenant == *tenant)
            .cloned()
            .collect();
        users.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(users)
    }

    async fn set_password(
        &self,
        id: UserId,
        password_hash: &Sensitive<String>,
    ) -> Result<(), StoreError> {
        if let Some(user) = self.state().accounts.users.get_mut(&id) {
            user.password_hash = Some(password_hash.clone());
        }
        Ok(())
    }

    async fn set_disabled(&self, id: UserId, disabled: bool) -> Result<(), StoreError> {
        let accounts = &mut self.state().accounts;
        if let Some(user) = accounts.users.get_mut(&id) {
            user.disabled = disabled;
        }
        if disabled {
            accounts.sessions.retain(|session| session.user != id);
        }
        Ok(())
    }

    async fn grant(
        &self,
        user: UserId,
        grant: &GrantedRole,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        let grants = &mut self.state().accounts.grants;
        let new = (user, grant.clone());
        if !grants.contains(&new) {
            grants.push(new);
        }
        Ok(())
    }

    async fn revoke(&self, user: UserId, grant: &GrantedRole) -> Result<(), StoreError> {
        self.state()
            .accounts
            .grants
            .retain(|(whose, what)| *whose != user || what != grant);
        Ok(())
    }

    async fn grants(&self, user: UserId) -> Result<Vec<GrantedRole>, StoreError> {
        let state = self.state();
        let theirs = state
            .accounts
            .grants
            .iter()
            .filter(|(whose, _)| *whose == user);
        let mut grants: Vec<GrantedRole> = theirs.map(|(_, grant)| grant.clone()).collect();
        grants.sort();
        Ok(grants)
    }

    async fn link_member(&self, user: UserId, subject: SubjectId) -> Result<(), StoreError> {
        let links = &mut self.state().accounts.links;
        if !links.contains(&(user, subject)) {
            links.push((user, subject));
        }
        Ok(())
    }

    async fn linked_members(&self, user: UserId) -> Result<Vec<SubjectId>, StoreError> {
        let state = self.state();
        let mut members: Vec<SubjectId> = state
            .accounts
            .links
            .iter()
            .filter(|(whose, _)| *whose == user)
            .map(|(_, subject)| *subject)
            .collect();
        members.sort_unstable();
        Ok(members)
    }

    async fn add_token(&self, token: &NewToken, _now: Timestamp) -> Result<(), StoreError> {
        let tokens = &mut self.state().accounts.tokens;
        tokens.retain(|known| known.user != token.user || known.label != token.label);
        tokens.push(token.clone());
        Ok(())
    }

    async fn token_owner(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<TokenOwner>, StoreError> {
        let accounts = &self.state().accounts;
        let valid = |token: &&NewToken| {
            token.digest == *digest && token.expires_at.is_none_or(|until| until > now)
        };
        Ok(accounts.tokens.iter().find(valid).and_then(|token| {
            let user = accounts
                .users
                .get(&token.user)
                .filter(|user| !user.disabled)?;
            Some(TokenOwner {
                user: user.clone(),
                label: token.label.clone(),
                limits: token.limits.clone(),
            })
        }))
    }

    async fn revoke_token(&self, user: UserId, label: &str) -> Result<bool, StoreError> {
        let tokens = &mut self.state().accounts.tokens;
        let before = tokens.len();
        tokens.retain(|token| token.user != user || token.label != label);
        Ok(tokens.len() < before)
    }

    async fn start_session(&self, session: &NewSession, _now: Timestamp) -> Result<(), StoreError> {
        self.state().accounts.sessions.push(session.clone());
        Ok(())
    }

    async fn session(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let accounts = &self.state().accounts;
        let valid = |session: &&NewSession| session.digest == *digest && session.expires_at > now;
        Ok(accounts.sessions.iter().find(valid).and_then(|session| {
            let user = accounts
                .users
                .get(&session.user)
                .filter(|user| !user.disabled)?;
            Some(Session {
                user: user.clone(),
                csrf: session.csrf.clone(),
                expires_at: session.expires_at,
            })
        }))
    }

    async fn end_session(&self, digest: &[u8; 32]) -> Result<(), StoreError> {
        self.state()
            .accounts
            .sessions
            .retain(|session| session.digest != *digest);
        Ok(())
    }

    async fn note_attempt(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.state().accounts.attempts.push((key.to_owned(), now));
        Ok(())
    }

    async fn attempts_since(&self, key: &str, since: Timestamp) -> Result<u32, StoreError> {
        let state = self.state();
        Ok(state
            .accounts
            .attempts
            .iter()
            .filter(|(of, at)| of == key && *at >= since)
            .count() as u32)
    }

    async fn tidy(&self, before: Timestamp) -> Result<(), StoreError> {
        let accounts = &mut self.state().accounts;
        accounts
            .sessions
            .retain(|session| session.expires_at >= before);
        accounts
            .tokens
            .retain(|token| token.expires_at.is_none_or(|until| until >= before));
        accounts.attempts.retain(|(_, at)| *at >= before);
        Ok(())
    }
}
