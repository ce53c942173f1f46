//! Users, grants, tokens and sessions.

use async_trait::async_trait;
use holdfast_domain::{CommunityId, Role, Sensitive, SubjectId, TenantId, Timestamp, UserId};

use super::queue::signal_named;
use crate::error::StoreError;
use crate::ports::{
    Accounts, Grant, GrantedRole, NewSession, NewToken, NewUser, Session, TokenOwner, User,
};
use crate::sql::{Row, values};
use crate::store::Store;

const USERS: &str = "SELECT u.id, u.tenant, u.name, u.display_name, u.password_hash, u.disabled";

#[async_trait]
impl Accounts for Store {
    async fn add_user(&self, user: &NewUser, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO op_users (id, tenant, name, display_name, password_hash, disabled, created_at)
                   VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING";
        let hash = user
            .password_hash
            .as_ref()
            .map(|hash| hash.reveal().as_str());
        let values = values![
            user.id,
            &user.tenant,
            user.name.as_str(),
            user.display_name.as_str(),
            hash,
            now
        ];
        Ok(self.db.execute(sql, values).await? == 1)
    }

    async fn user_named(&self, tenant: &TenantId, name: &str) -> Result<Option<User>, StoreError> {
        let sql = format!("{USERS} FROM op_users u WHERE u.tenant = $1 AND u.name = $2");
        self.db
            .query_one(&sql, values![tenant, name])
            .await?
            .map(|mut row| user(&mut row))
            .transpose()
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("{USERS} FROM op_users u WHERE u.id = $1");
        self.db
            .query_one(&sql, values![id])
            .await?
            .map(|mut row| user(&mut row))
            .transpose()
    }

    async fn users(&self, tenant: &TenantId) -> Result<Vec<User>, StoreError> {
        let sql = format!("{USERS} FROM op_users u WHERE u.tenant = $1");
        let rows = self.db.query(&sql, values![tenant]).await?;
        let mut users = rows
            .into_iter()
            .map(|mut row| user(&mut row))
            .collect::<Result<Vec<_>, _>>()?;
        // Here, since databases order texts each in their own way.
        users.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(users)
    }

    async fn set_password(
        &self,
        id: UserId,
        password_hash: &Sensitive<String>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE op_users SET password_hash = $2 WHERE id = $1";
        self.db
            .execute(sql, values![id, password_hash.reveal().as_str()])
            .await
            .map(drop)
    }

    async fn set_disabled(&self, id: UserId, disabled: bool) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(
            "UPDATE op_users SET disabled = $2 WHERE id = $1",
            values![id, disabled],
        )
        .await?;
        if disabled {
            tx.execute("DELETE FROM op_sessions WHERE user_id = $1", values![id])
                .await?;
        }
        tx.commit().await
    }

    async fn grant(
        &self,
        user: UserId,
        grant: &GrantedRole,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO op_grants (user_id, role, community, signal, granted_at)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let (community, signal) = place(&grant.on);
        self.db
            .execute(
                sql,
                values![user, grant.role.as_str(), community, signal, now],
            )
            .await
            .map(drop)
    }

    async fn revoke(&self, user: UserId, grant: &GrantedRole) -> Result<(), StoreError> {
        let sql = "DELETE FROM op_grants WHERE user_id = $1 AND role = $2 AND community = $3 AND signal = $4";
        let (community, signal) = place(&grant.on);
        self.db
            .execute(sql, values![user, grant.role.as_str(), community, signal])
            .await
            .map(drop)
    }

    async fn grants(&self, user: UserId) -> Result<Vec<GrantedRole>, StoreError> {
        let sql = "SELECT role, community, signal FROM op_grants WHERE user_id = $1";
        let rows = self.db.query(sql, values![user]).await?;
        let mut grants = rows
            .into_iter()
            .map(granted)
            .collect::<Result<Vec<_>, _>>()?;
        grants.sort();
        Ok(grants)
    }

    async fn link_member(&self, user: UserId, subject: SubjectId) -> Result<(), StoreError> {
        let sql = "INSERT INTO op_links (user_id, subject) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.db.execute(sql, values![user, subject]).await.map(drop)
    }

    async fn linked_members(&self, user: UserId) -> Result<Vec<SubjectId>, StoreError> {
        let sql = "SELECT subject FROM op_links WHERE user_id = $1 ORDER BY subject";
        self.db
            .query(sql, values![user])
            .await?
            .into_iter()
            .map(|mut row| row.id(0))
            .collect()
    }

    async fn add_token(&self, token: &NewToken, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        // A label names one token: a new one under it replaces the old.
        tx.execute(
            "DELETE FROM op_tokens WHERE user_id = $1 AND label = $2",
            values![token.user, token.label.as_str()],
        )
        .await?;
        let sql = "INSERT INTO op_tokens (digest, user_id, label, created_at, expires_at, limits) VALUES ($1, $2, $3, $4, $5, $6)";
        let limits = serde_json::to_string(&token.limits)
            .map_err(|_| StoreError::corrupt("a token's limits".to_owned()))?;
        tx.execute(
            sql,
            values![
                token.digest,
                token.user,
                token.label.as_str(),
                now,
                token.expires_at,
                limits
            ],
        )
        .await?;
        tx.commit().await
    }

    async fn token_owner(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<TokenOwner>, StoreError> {
        let sql = format!(
            "{USERS}, t.label, t.limits FROM op_tokens t JOIN op_users u ON u.id = t.user_id
             WHERE t.digest = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.disabled = 0"
        );
        let Some(mut row) = self.db.query_one(&sql, values![*digest, now]).await? else {
            return Ok(None);
        };
        Ok(Some(TokenOwner {
            user: user(&mut row)?,
            label: row.text(6)?,
            // Limits that do not read are no reason to let a program do more than it should.
            limits: serde_json::from_str(&row.text(7)?)
                .map_err(|_| StoreError::corrupt("op_tokens: limits".to_owned()))?,
        }))
    }

    async fn revoke_token(&self, user: UserId, label: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM op_tokens WHERE user_id = $1 AND label = $2";
        Ok(self.db.execute(sql, values![user, label]).await? > 0)
    }

    async fn start_session(&self, session: &NewSession, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO op_sessions (digest, user_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = values![
            session.digest,
            session.user,
            session.csrf.reveal().as_str(),
            now,
            session.expires_at
        ];
        self.db.execute(sql, values).await.map(drop)
    }

    async fn session(
        &self,
        digest: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let sql = format!(
            "{USERS}, s.csrf, s.expires_at FROM op_sessions s JOIN op_users u ON u.id = s.user_id
             WHERE s.digest = $1 AND s.expires_at > $2 AND u.disabled = 0"
        );
        let Some(mut row) = self.db.query_one(&sql, values![*digest, now]).await? else {
            return Ok(None);
        };
        Ok(Some(Session {
            user: user(&mut row)?,
            csrf: row.text(6)?.into(),
            expires_at: row.time(7)?,
        }))
    }

    async fn end_session(&self, digest: &[u8; 32]) -> Result<(), StoreError> {
        self.db
            .execute(
                "DELETE FROM op_sessions WHERE digest = $1",
                values![*digest],
            )
            .await
            .map(drop)
    }

    async fn note_attempt(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO op_attempts (attempt_key, at) VALUES ($1, $2)";
        self.db.execute(sql, values![key, now]).await.map(drop)
    }

    async fn attempts_since(&self, key: &str, since: Timestamp) -> Result<u32, StoreError> {
        let sql = "SELECT COUNT(*) FROM op_attempts WHERE attempt_key = $1 AND at >= $2";
        let row = self.db.query_one(sql, values![key, since]).await?;
        row.map_or(Ok(0), |mut row| Ok(row.int(0)? as u32))
    }

    async fn tidy(&self, before: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(
            "DELETE FROM op_sessions WHERE expires_at < $1",
            values![before],
        )
        .await?;
        tx.execute(
            "DELETE FROM op_tokens WHERE expires_at < $1",
            values![before],
        )
        .await?;
        tx.execute("DELETE FROM op_attempts WHERE at < $1", values![before])
            .await?;
        tx.commit().await
    }
}

fn user(row: &mut Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.id(0)?,
        tenant: row.name(1)?,
        name: row.text(2)?,
        display_name: row.text(3)?,
        password_hash: row.opt_text(4)?.map(Sensitive::new),
        disabled: row.flag(5)?,
    })
}

/// A grant's place as columns; '' for everywhere.
fn place(grant: &Grant) -> (&str, &'static str) {
    (
        grant.community.as_ref().map_or("", CommunityId::as_str),
        grant.signal.map_or("", |signal| signal.as_str()),
    )
}

fn granted(mut row: Row) -> Result<GrantedRole, StoreError> {
    let impossible = |what: &str| StoreError::corrupt(format!("op_grants: {what}"));
    let (role, community, signal) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let community = match community.as_str() {
        "" => None,
        name => Some(CommunityId::new(name).map_err(|_| impossible("community"))?),
    };
    let signal = match signal.as_str() {
        "" => None,
        name => Some(signal_named(name).ok_or_else(|| impossible("signal"))?),
    };
    let role = Role::parse(&role).ok_or_else(|| impossible("role"))?;
    Ok(GrantedRole {
        role,
        on: Grant { community, signal },
    })
}
