//! Adding users, granting roles, issuing tokens: what the command line offers to operators.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::{Clock, IdSource, Role, Sensitive, TenantId, UserId};
use holdfast_event_store::{
    Accounts, Content, Find, GrantedRole, NewToken, NewUser, StoreError, TokenLimits, User,
};

use super::password::{Passwords, SHORTEST_PASSWORD};
use super::{Secrets, TOKEN_PREFIX, scope, secret};
use crate::error::ReviewError;

/// Manages a tenant's users.
#[derive(Clone)]
pub struct Users {
    /// The accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Where members are found, to link users to them.
    pub content: Arc<dyn Content>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Fresh secrets.
    pub secrets: Arc<dyn Secrets>,
}

/// Somebody to add.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Whose customer.
    pub tenant: TenantId,
    /// The name to sign in with.
    pub name: String,
    /// The name shown to colleagues.
    pub display_name: String,
    /// The password; none for accounts that only use tokens.
    pub password: Option<Sensitive<String>>,
}

/// A user with what they were granted.
#[derive(Debug, Clone)]
pub struct ListedUser {
    /// The user.
    pub user: User,
    /// What they were granted.
    pub grants: Vec<GrantedRole>,
}

/// A token to issue.
#[derive(Debug, Clone)]
pub struct NewTokenFor<'a> {
    /// The user's name.
    pub name: &'a str,
    /// What it is for; unique per user.
    pub label: &'a str,
    /// How long it counts; none is until revoked.
    pub lives: Option<Duration>,
    /// What it may do less than its user.
    pub limits: TokenLimits,
}

/// Why a change to users was refused.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The name is taken.
    #[error("there is a user of that name already; choose another")]
    NameTaken,
    /// No such user.
    #[error("there is no user of that name; `holdfast user list` shows all")]
    NoSuchUser,
    /// No such member.
    #[error("no member of that name is known yet")]
    NoSuchMember,
    /// The name is not one.
    #[error("a name takes 1 to 128 letters, digits, '.', '_', '-' or '@'")]
    BadName,
    /// The password is too short.
    #[error("a password takes at least {SHORTEST_PASSWORD} characters")]
    PasswordTooShort,
    /// The role does not go with one that they have.
    #[error("{role} does not go together with {other}: one person must not do both")]
    RolesClash {
        /// The role asked for.
        role: Role,
        /// The role they have.
        other: Role,
    },
    /// The token would do more than its user.
    #[error("a token never does more than its user: {what}")]
    BeyondUser {
        /// What it would do.
        what: String,
    },
    /// The store did not answer, or the password could not be hashed.
    #[error("the accounts could not be changed")]
    Failed(#[source] ReviewError),
}

impl From<StoreError> for UsersError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Users {
    /// Adds a user, who may do nothing until a role is granted.
    pub async fn add(&self, person: &NewPerson) -> Result<UserId, UsersError> {
        let proper = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
        let length = person.name.len();
        if !(1..=128).contains(&length) || !person.name.chars().all(proper) {
            return Err(UsersError::BadName);
        }
        let password_hash = match &person.password {
            Some(password) => Some(self.hashed(password).await?),
            None => None,
        };
        let user = NewUser {
            id: UserId::fresh(&*self.ids),
            tenant: person.tenant.clone(),
            name: person.name.clone(),
            display_name: person.display_name.clone(),
            password_hash,
        };
        if self.accounts.add_user(&user, self.clock.now()).await? {
            Ok(user.id)
        } else {
            Err(UsersError::NameTaken)
        }
    }

    /// All users with what they were granted, by name.
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<ListedUser>, UsersError> {
        let mut listed = Vec::new();
        for user in self.accounts.users(tenant).await? {
            let grants = self.accounts.grants(user.id).await?;
            listed.push(ListedUser { user, grants });
        }
        Ok(listed)
    }

    /// Sets a user's password and ends their sessions.
    pub async fn set_password(
        &self,
        tenant: &TenantId,
        name: &str,
        password: &Sensitive<String>,
    ) -> Result<(), UsersError> {
        let user = self.named(tenant, name).await?;
        let hash = self.hashed(password).await?;
        self.accounts.set_password(user.id, &hash).await?;
        // Locking ends all sessions, also those of whoever knew the old password.
        self.accounts.set_disabled(user.id, true).await?;
        self.accounts.set_disabled(user.id, user.disabled).await?;
        Ok(())
    }

    /// Locks a user out, or lets them in again.
    pub async fn set_disabled(
        &self,
        tenant: &TenantId,
        name: &str,
        disabled: bool,
    ) -> Result<(), UsersError> {
        let user = self.named(tenant, name).await?;
        Ok(self.accounts.set_disabled(user.id, disabled).await?)
    }

    /// Grants a role. Who manages users reads no content, and who writes policies does not approve
    /// them: such roles never meet in one person.
    pub async fn grant(
        &self,
        tenant: &TenantId,
        name: &str,
        grant: &GrantedRole,
    ) -> Result<(), UsersError> {
        let user = self.named(tenant, name).await?;
        let grants = self.accounts.grants(user.id).await?;
        let clash = grants.iter().find(|had| clash(had.role, grant.role));
        if let Some(other) = clash {
            return Err(UsersError::RolesClash {
                role: grant.role,
                other: other.role,
            });
        }
        Ok(self
            .accounts
            .grant(user.id, grant, self.clock.now())
            .await?)
    }

    /// Takes a role back.
    pub async fn revoke(
        &self,
        tenant: &TenantId,
        name: &str,
        grant: &GrantedRole,
    ) -> Result<(), UsersError> {
        let user = self.named(tenant, name).await?;
        Ok(self.accounts.revoke(user.id, grant).await?)
    }

    /// Links a user to the member that they are on a platform: cases about them stay hidden.
    pub async fn link(
        &self,
        tenant: &TenantId,
        name: &str,
        pseudonym: Sensitive<String>,
    ) -> Result<usize, UsersError> {
        let user = self.named(tenant, name).await?;
        let find = Find::Author(pseudonym);
        let found = self.content.find(tenant, &find).await?.subjects;
        if found.is_empty() {
            return Err(UsersError::NoSuchMember);
        }
        for &subject in &found {
            self.accounts.link_member(user.id, subject).await?;
        }
        Ok(found.len())
    }

    /// Issues a token that may do what its user may, less what it is limited to. It is shown this
    /// once. A role taken from the user later is taken from the token as well.
    pub async fn issue_token(
        &self,
        tenant: &TenantId,
        new: &NewTokenFor<'_>,
    ) -> Result<Sensitive<String>, UsersError> {
        let user = self.named(tenant, new.name).await?;
        let grants = self.accounts.grants(user.id).await?;
        if let Some(what) = scope::beyond(&grants, &new.limits) {
            return Err(UsersError::BeyondUser { what });
        }
        let now = self.clock.now();
        let token = format!("{TOKEN_PREFIX}{}", secret::fresh(&*self.secrets));
        let row = NewToken {
            digest: secret::digest(&token),
            user: user.id,
            label: new.label.to_owned(),
            expires_at: new.lives.map(|lives| now + lives),
            limits: new.limits.clone(),
        };
        self.accounts.add_token(&row, now).await?;
        Ok(Sensitive::new(token))
    }

    /// Ends a token. Answers whether there was one.
    pub async fn revoke_token(
        &self,
        tenant: &TenantId,
        name: &str,
        label: &str,
    ) -> Result<bool, UsersError> {
        let user = self.named(tenant, name).await?;
        Ok(self.accounts.revoke_token(user.id, label).await?)
    }

    async fn named(&self, tenant: &TenantId, name: &str) -> Result<User, UsersError> {
        let user = self.accounts.user_named(tenant, name).await?;
        user.ok_or(UsersError::NoSuchUser)
    }

    async fn hashed(&self, password: &Sensitive<String>) -> Result<Sensitive<String>, UsersError> {
        if password.reveal().chars().count() < SHORTEST_PASSWORD {
            return Err(UsersError::PasswordTooShort);
        }
        let passwords = Passwords::new(&*self.secrets);
        let hash = passwords.hash(&*self.secrets, password.clone()).await;
        hash.map_err(UsersError::Failed)
    }
}

fn clash(one: Role, other: Role) -> bool {
    let pair = |a: Role, b: Role| (one, other) == (a, b) || (one, other) == (b, a);
    let admin_reads =
        (one == Role::Admin && other.may_view()) || (other == Role::Admin && one.may_view());
    admin_reads || pair(Role::PolicyEditor, Role::PolicyApprover)
}
