//! What a token may do less than its user.
//!
//! A request's scope follows from its method and path alone, so that an operation added later is
//! limited without anybody remembering it: what changes something takes `write`.

use std::collections::BTreeSet;

use holdfast_domain::Role;
use holdfast_event_store::{Grant, GrantedRole, TokenLimits, TokenScope};
use http::Method;

/// The scope that a request takes.
pub(super) fn of_request(method: &Method, path: &str) -> TokenScope {
    if matches!(*method, Method::GET | Method::HEAD) {
        TokenScope::Read
    } else if path.ends_with("/reveal") {
        TokenScope::Reveal
    } else {
        TokenScope::Write
    }
}

/// The user's roles as far as the token reaches: each where both count.
pub(super) fn narrowed(grants: Vec<GrantedRole>, limits: &TokenLimits) -> Vec<GrantedRole> {
    if limits.communities.is_none() && limits.signals.is_none() {
        return grants;
    }
    let communities = choices(limits.communities.as_deref());
    let signals = choices(limits.signals.as_deref());
    let mut narrow = BTreeSet::new();
    for granted in grants {
        for community in &communities {
            for signal in &signals {
                let on = both(granted.on.community.as_ref(), community.as_ref())
                    .zip(both(granted.on.signal.as_ref(), signal.as_ref()))
                    .map(|(community, signal)| Grant { community, signal });
                narrow.extend(on.map(|on| GrantedRole {
                    role: granted.role,
                    on,
                }));
            }
        }
    }
    narrow.into_iter().collect()
}

/// Why a user with these roles cannot have such a token, in words; none where they can.
pub(super) fn beyond(grants: &[GrantedRole], limits: &TokenLimits) -> Option<String> {
    let sends_everywhere = limits.communities.is_none() && limits.signals.is_none();
    let asked = limits.scopes.iter().flatten();
    if !sends_everywhere && asked.clone().any(|scope| *scope == TokenScope::Send) {
        return Some("send reaches a whole platform and takes no community or signal".to_owned());
    }
    let named = limits.communities.iter().flatten();
    let unreached = named.clone().find(|community| {
        let only = TokenLimits {
            communities: Some(vec![(*community).clone()]),
            ..limits.clone()
        };
        narrowed(grants.to_vec(), &only).is_empty()
    });
    if let Some(community) = unreached {
        return Some(format!("{community} is beyond what the user was granted"));
    }
    let reached = narrowed(grants.to_vec(), limits);
    if reached.is_empty() && !sends_everywhere {
        return Some("the signals are beyond what the user was granted".to_owned());
    }
    let lacking = asked
        .copied()
        .find(|scope| !reached.iter().any(|granted| serves(*scope, granted.role)));
    lacking.map(|scope| format!("no role of the user allows {}", scope.as_str()))
}

const fn serves(scope: TokenScope, role: Role) -> bool {
    match scope {
        TokenScope::Read => role.may_view(),
        TokenScope::Reveal => role.may_reveal(),
        TokenScope::Write => role.may_decide(),
        TokenScope::Send | TokenScope::Score => matches!(role, Role::Integrator),
    }
}

fn choices<T: Clone>(limit: Option<&[T]>) -> Vec<Option<T>> {
    limit.map_or_else(
        || vec![None],
        |named| named.iter().cloned().map(Some).collect(),
    )
}

/// Where both count; none on a side is everywhere. `None` where they do not meet.
#[expect(
    clippy::option_option,
    reason = "the inner one is a place, of which none is everywhere; the outer one whether they meet"
)]
fn both<T: Clone + PartialEq>(one: Option<&T>, other: Option<&T>) -> Option<Option<T>> {
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then(|| Some(one.clone())),
        (one, other) => Some(one.or(other).cloned()),
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::{CommunityId, SignalKind};
    use proptest::prelude::*;

    use super::*;

    const PLACES: [&str; 3] = ["north", "south", "west"];

    fn community(name: &str) -> CommunityId {
        CommunityId::new(name).unwrap()
    }

    fn any_place() -> impl Strategy<Value = Grant> {
        let at = prop::option::of(prop::sample::select(PLACES.to_vec()));
        let signal = prop::option::of(prop::sample::select(SignalKind::ALL.to_vec()));
        (at, signal).prop_map(|(at, signal)| Grant {
            community: at.map(community),
            signal,
        })
    }

    fn any_grants() -> impl Strategy<Value = Vec<GrantedRole>> {
        let role = prop::sample::select(Role::ALL.to_vec());
        let granted = (role, any_place()).prop_map(|(role, on)| GrantedRole { role, on });
        prop::collection::vec(granted, 0..5)
    }

    fn any_limits() -> impl Strategy<Value = TokenLimits> {
        let communities = prop::collection::vec(prop::sample::select(PLACES.to_vec()), 0..3);
        let signals = prop::collection::vec(prop::sample::select(SignalKind::ALL.to_vec()), 0..3);
        (prop::option::of(communities), prop::option::of(signals)).prop_map(|(at, signals)| {
            TokenLimits {
                scopes: None,
                communities: at.map(|at| at.into_iter().map(community).collect()),
                signals,
            }
        })
    }

    proptest! {
        #[test]
        fn a_token_reaches_exactly_where_its_user_and_its_limits_both_do(
            grants in any_grants(), limits in any_limits(),
        ) {
            let reached = narrowed(grants.clone(), &limits);
            for role in Role::ALL {
                for place in PLACES.map(community) {
                    for signal in SignalKind::ALL {
                        let covered = |grants: &[GrantedRole]| grants
                            .iter()
                            .any(|granted| granted.role == role && granted.on.covers(&place, signal));
                        let within = limits.communities.as_ref().is_none_or(|at| at.contains(&place))
                            && limits.signals.as_ref().is_none_or(|of| of.contains(&signal));
                        prop_assert_eq!(covered(&reached), covered(&grants) && within);
                    }
                }
            }
        }
    }

    #[test]
    fn whatever_changes_something_takes_write_and_reading_texts_takes_reveal() {
        let scope = |method, path| of_request(&method, path);
        assert_eq!(scope(Method::GET, "/v1/cases/1"), TokenScope::Read);
        assert_eq!(
            scope(Method::POST, "/v1/cases/1/reveal"),
            TokenScope::Reveal
        );
        assert_eq!(scope(Method::POST, "/v1/cases/1/close"), TokenScope::Write);
        assert_eq!(scope(Method::DELETE, "/v1/whatever"), TokenScope::Write);
    }
}
