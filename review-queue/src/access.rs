//! Who looks, and what they may see and do.
//!
//! A grant gives one role in one community (or all) for one signal (or all). Everything that reads or
//! writes asks here: queries by [`Access::viewer`], a single case by [`Access::role_for`]. A user
//! linked to a member account is blind to cases about it, whatever was granted.

use holdfast_domain::case::Staff;
use holdfast_domain::{Case, CommunityId, Role, SignalKind, SubjectId, TenantId, UserId};
use holdfast_event_store::{Grant, GrantedRole, Viewer};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub user: UserId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The name to sign in with.
    pub name: String,
    /// The name colleagues know.
    pub display_name: String,
    /// What they were granted.
    pub grants: Vec<GrantedRole>,
    /// The members that they are on a platform.
    pub linked: Vec<SubjectId>,
}

impl Access {
    /// What the store's queries need to leave out what this person may not see.
    pub fn viewer(&self) -> Viewer {
        let grants = self
            .grants
            .iter()
            .filter(|granted| granted.role.may_view())
            .map(|granted| granted.on.clone())
            .collect();
        Viewer {
            tenant: self.tenant.clone(),
            grants,
            not_about: self.linked.clone(),
        }
    }

    /// The role that counts for a case, the one that may do most; none where the case is hidden.
    pub fn role_for(&self, case: &Case) -> Option<Role> {
        if case.subject.is_some_and(|subject| self.is(subject)) {
            return None;
        }
        self.role_at(&case.community, case.kind.signal())
    }

    /// The role that counts there, the one that may do most.
    pub fn role_at(&self, community: &CommunityId, signal: SignalKind) -> Option<Role> {
        self.grants
            .iter()
            .filter(|granted| granted.role.may_view() && granted.on.covers(community, signal))
            .map(|granted| granted.role)
            .max_by_key(|role| rank(*role))
    }

    /// This person, in the role that counts for a case; none where the case is hidden.
    pub fn staff_for(&self, case: &Case) -> Option<Staff> {
        self.role_for(case).map(|role| Staff {
            id: self.user,
            role,
        })
    }

    /// Whether they are that member on a platform.
    pub fn is(&self, subject: SubjectId) -> bool {
        self.linked.contains(&subject)
    }

    /// Whether they may see the queue at all.
    pub fn may_view(&self) -> bool {
        self.grants.iter().any(|granted| granted.role.may_view())
    }

    /// Whether they may claim and decide somewhere.
    pub fn may_decide_somewhere(&self) -> bool {
        self.grants.iter().any(|granted| granted.role.may_decide())
    }

    /// Whether they hold a role, wherever it counts.
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|granted| granted.role == role)
    }

    /// The communities that they may see; none is all.
    pub fn communities(&self) -> Option<Vec<CommunityId>> {
        let mut communities = Vec::new();
        for granted in self.grants.iter().filter(|granted| granted.role.may_view()) {
            communities.push(granted.on.community.clone()?);
        }
        communities.sort();
        communities.dedup();
        Some(communities)
    }

    /// The role to show beside the name: the one that may do most.
    pub fn main_role(&self) -> Option<Role> {
        let viewing = self
            .grants
            .iter()
            .map(|granted| granted.role)
            .filter(|role| role.may_view())
            .max_by_key(|role| rank(*role));
        viewing.or_else(|| self.grants.first().map(|granted| granted.role))
    }

    /// A moderator of every community, for samples and tests.
    pub fn sample() -> Self {
        Self {
            user: UserId::from_u128(1),
            tenant: TenantId::default(),
            name: "ana".to_owned(),
            display_name: "Ana Ruiz".to_owned(),
            grants: vec![GrantedRole {
                role: Role::Moderator,
                on: Grant::ALL,
            }],
            linked: Vec::new(),
        }
    }
}

/// Orders viewing roles by what they may do with a case: an auditor reads more than a viewer and
/// decides nothing.
const fn rank(role: Role) -> u8 {
    match role {
        Role::ClinicalLead => 6,
        Role::DutyClinician => 5,
        Role::Senior => 4,
        Role::Moderator => 3,
        Role::Auditor => 2,
        Role::Viewer => 1,
        Role::PolicyEditor | Role::PolicyApprover | Role::Integrator | Role::Admin => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn community(name: &str) -> CommunityId {
        CommunityId::new(name).unwrap()
    }

    fn granted(role: Role, at: Option<&str>, signal: Option<SignalKind>) -> GrantedRole {
        GrantedRole {
            role,
            on: Grant {
                community: at.map(community),
                signal,
            },
        }
    }

    fn with(grants: Vec<GrantedRole>) -> Access {
        Access {
            grants,
            ..Access::sample()
        }
    }

    #[test]
    fn a_role_counts_only_where_it_was_granted() {
        let access = with(vec![
            granted(Role::Senior, Some("north"), Some(SignalKind::Crisis)),
            granted(Role::Viewer, None, None),
        ]);
        let role = |at: &str, signal| access.role_at(&community(at), signal);
        assert_eq!(role("north", SignalKind::Crisis), Some(Role::Senior));
        assert_eq!(role("north", SignalKind::Stigma), Some(Role::Viewer));
        assert_eq!(role("south", SignalKind::Crisis), Some(Role::Viewer));
    }

    #[test]
    fn an_administrator_sees_no_case() {
        let access = with(vec![
            granted(Role::Admin, None, None),
            granted(Role::PolicyEditor, None, None),
            granted(Role::Integrator, None, None),
        ]);
        assert_eq!(
            access.role_at(&community("north"), SignalKind::Crisis),
            None
        );
        assert!(access.viewer().grants.is_empty());
    }

    #[test]
    fn communities_are_listed_only_when_all_grants_name_one() {
        let north = granted(Role::Viewer, Some("north"), None);
        assert_eq!(
            with(vec![north.clone()]).communities(),
            Some(vec![community("north")])
        );
        assert_eq!(
            with(vec![north, granted(Role::Viewer, None, None)]).communities(),
            None
        );
    }
}
