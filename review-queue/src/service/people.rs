//! The names of colleagues.

use std::collections::HashMap;

use holdfast_domain::{TenantId, Timestamp, UserId};

use super::ReviewService;
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::Holder;

/// The names of a tenant's users, as colleagues know them.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<UserId, String>);

impl Names {
    /// A user's name. One who is gone is still somebody.
    pub(crate) fn of(&self, user: UserId) -> String {
        self.0
            .get(&user)
            .cloned()
            .unwrap_or_else(|| "a former colleague".to_owned())
    }

    /// Who holds a case at `now`.
    pub(crate) fn holder(
        &self,
        lease: Option<holdfast_domain::case::Lease>,
        who: &Access,
        now: Timestamp,
    ) -> Option<Holder> {
        lease.filter(|lease| lease.until > now).map(|lease| Holder {
            user: lease.holder,
            name: self.of(lease.holder),
            until: lease.until,
            me: lease.holder == who.user,
        })
    }
}

impl ReviewService {
    /// The names of a tenant's users. One query.
    pub(crate) async fn names(&self, tenant: &TenantId) -> Result<Names, ReviewError> {
        let users = self.parts().accounts.users(tenant).await?;
        Ok(Names(
            users
                .into_iter()
                .map(|user| (user.id, user.display_name))
                .collect(),
        ))
    }
}
