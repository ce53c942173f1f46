//! Leases, levers and accounts.

use std::time::Duration;

use holdfast_domain::event::{ActionsResumed, ActionsStopped};
use holdfast_domain::{KeyOwner, Prose, Role, SignalKind, StreamId, SubjectId, UserId};

use super::Fixture;
use super::samples::{after, community};
use crate::ports::{
    Expected, Grant, GrantedRole, NewSession, NewToken, NewUser, TokenLimits, TokenScope,
};

const LENGTH: Duration = Duration::from_secs(10);

/// Renewing keeps the epoch; every change of hands raises it.
pub async fn a_lease_is_held_by_one_and_its_epoch_grows(f: &Fixture) {
    let mine = f
        .store
        .acquire("timers", "a", after(0), LENGTH)
        .await
        .unwrap()
        .unwrap();
    assert!(
        f.other
            .acquire("timers", "b", after(9), LENGTH)
            .await
            .unwrap()
            .is_none()
    );
    let renewed = f
        .store
        .acquire("timers", "a", after(9), LENGTH)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((renewed.epoch, renewed.until), (mine.epoch, after(19)));
    assert!(
        f.other
            .acquire("timers", "b", after(18), LENGTH)
            .await
            .unwrap()
            .is_none()
    );
    let theirs = f
        .other
        .acquire("timers", "b", after(19), LENGTH)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(theirs.epoch, mine.epoch + 1);
    assert!(!f.store.is_held(&mine).await.unwrap());
    f.store.release(&mine).await.unwrap();
    assert!(
        f.store
            .acquire("timers", "a", after(20), LENGTH)
            .await
            .unwrap()
            .is_none()
    );
    f.other.release(&theirs).await.unwrap();
    let again = f
        .store
        .acquire("timers", "a", after(20), LENGTH)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.epoch, theirs.epoch + 1);
    assert!(f.store.is_held(&again).await.unwrap());
}

/// From the append of the fact on.
pub async fn stopping_actions_is_seen_by_every_instance(f: &Fixture) {
    let reason = || Prose::clear(KeyOwner::Tenant, "a rule ran wild");
    assert!(!f.other.control(&f.tenant).await.unwrap().actions_stopped());
    let stop = f.event(ActionsStopped { reason: reason() });
    f.store
        .append(
            f.append()
                .with_events(StreamId::Control, Expected::Any, [stop]),
        )
        .await
        .unwrap();
    assert!(f.other.control(&f.tenant).await.unwrap().actions_stopped());
    assert_eq!(
        f.other.stopped_tenants().await.unwrap(),
        vec![f.tenant.clone()]
    );
    let resume = f.event(ActionsResumed { reason: reason() });
    f.store
        .append(
            f.append()
                .with_events(StreamId::Control, Expected::Any, [resume]),
        )
        .await
        .unwrap();
    assert!(!f.other.control(&f.tenant).await.unwrap().actions_stopped());
    assert!(f.other.stopped_tenants().await.unwrap().is_empty());
}

async fn user(f: &Fixture, name: &str) -> UserId {
    let user = NewUser {
        id: f.fresh(),
        tenant: f.tenant.clone(),
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        password_hash: Some("hash".into()),
    };
    assert!(f.store.add_user(&user, after(0)).await.unwrap());
    user.id
}

/// A name is given once.
pub async fn users_sign_in_and_are_locked_out(f: &Fixture) {
    let (ben, ana) = (user(f, "ben").await, user(f, "ana").await);
    let again = NewUser {
        id: f.fresh(),
        tenant: f.tenant.clone(),
        name: "ana".to_owned(),
        display_name: String::new(),
        password_hash: None,
    };
    assert!(!f.store.add_user(&again, after(0)).await.unwrap());
    let found = f.other.user_named(&f.tenant, "ana").await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.display_name.as_str(), found.disabled),
        (ana, "ANA", false)
    );
    f.store.set_password(ana, &"other".into()).await.unwrap();
    assert_eq!(
        f.store
            .user(ana)
            .await
            .unwrap()
            .unwrap()
            .password_hash
            .unwrap()
            .reveal(),
        "other"
    );
    f.store.set_disabled(ana, true).await.unwrap();
    assert!(f.store.user(ana).await.unwrap().unwrap().disabled);
    let users: Vec<UserId> = f
        .store
        .users(&f.tenant)
        .await
        .unwrap()
        .iter()
        .map(|user| user.id)
        .collect();
    assert_eq!(users, [ana, ben]);
    f.store.note_attempt("ana", after(1)).await.unwrap();
    f.store.note_attempt("ana", after(5)).await.unwrap();
    f.store.note_attempt("ben", after(5)).await.unwrap();
    assert_eq!(f.other.attempts_since("ana", after(2)).await.unwrap(), 1);
    f.store.tidy(after(4)).await.unwrap();
    assert_eq!(f.other.attempts_since("ana", after(0)).await.unwrap(), 1);
}

/// By time, by hand, and with their user.
pub async fn tokens_and_sessions_end(f: &Fixture) {
    let ana = user(f, "ana").await;
    let token = NewToken {
        digest: [1; 32],
        user: ana,
        label: "forum".to_owned(),
        expires_at: Some(after(10)),
        limits: TokenLimits {
            scopes: Some(vec![TokenScope::Read]),
            communities: Some(vec![community("night-shift")]),
            signals: None,
        },
    };
    f.store.add_token(&token, after(0)).await.unwrap();
    let owner = f
        .other
        .token_owner(&[1; 32], after(9))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((owner.user.id, owner.label.as_str()), (ana, "forum"));
    assert_eq!(owner.limits, token.limits);
    assert!(
        f.store
            .token_owner(&[1; 32], after(10))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        f.store
            .token_owner(&[2; 32], after(1))
            .await
            .unwrap()
            .is_none()
    );
    f.store
        .add_token(
            &NewToken {
                digest: [3; 32],
                ..token
            },
            after(0),
        )
        .await
        .unwrap();
    assert!(
        f.store
            .token_owner(&[1; 32], after(1))
            .await
            .unwrap()
            .is_none(),
        "a label names one token"
    );
    let session = NewSession {
        digest: [4; 32],
        user: ana,
        csrf: "form".into(),
        expires_at: after(20),
    };
    f.store.start_session(&session, after(0)).await.unwrap();
    let found = f.other.session(&[4; 32], after(19)).await.unwrap().unwrap();
    assert_eq!((found.user.id, found.csrf.reveal().as_str()), (ana, "form"));
    assert!(
        f.store
            .session(&[4; 32], after(20))
            .await
            .unwrap()
            .is_none()
    );
    f.store
        .start_session(
            &NewSession {
                digest: [5; 32],
                ..session
            },
            after(0),
        )
        .await
        .unwrap();
    f.store.end_session(&[4; 32]).await.unwrap();
    assert!(f.store.session(&[4; 32], after(1)).await.unwrap().is_none());
    f.store.set_disabled(ana, true).await.unwrap();
    f.store.set_disabled(ana, false).await.unwrap();
    assert!(f.store.session(&[5; 32], after(1)).await.unwrap().is_none());
    assert!(f.store.revoke_token(ana, "forum").await.unwrap());
    assert!(!f.store.revoke_token(ana, "forum").await.unwrap());
}

/// Each once.
pub async fn grants_and_links_read_back(f: &Fixture) {
    let (ana, subject) = (user(f, "ana").await, f.fresh::<SubjectId>());
    let everywhere = GrantedRole {
        role: Role::Auditor,
        on: Grant::ALL,
    };
    let narrow = GrantedRole {
        role: Role::Moderator,
        on: Grant {
            community: Some(community("night-shift")),
            signal: Some(SignalKind::Crisis),
        },
    };
    for grant in [&everywhere, &narrow, &narrow] {
        f.store.grant(ana, grant, after(0)).await.unwrap();
    }
    assert_eq!(
        f.other.grants(ana).await.unwrap(),
        [narrow.clone(), everywhere.clone()]
    );
    f.store.revoke(ana, &narrow).await.unwrap();
    assert_eq!(f.other.grants(ana).await.unwrap(), [everywhere]);
    f.store.link_member(ana, subject).await.unwrap();
    f.store.link_member(ana, subject).await.unwrap();
    assert_eq!(f.other.linked_members(ana).await.unwrap(), [subject]);
}
