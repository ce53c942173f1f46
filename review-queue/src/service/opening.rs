//! Opening a case by hand: what a person saw and no machine brought.

mod naming;

use holdfast_domain::case::Staff;
use holdfast_domain::event::{AlertBecause, CaseOpened, NoteAdded, OpenedBecause, PostAttached};
use holdfast_domain::intake::Freshness;
use holdfast_domain::{
    Actor, Case, CaseId, CaseKind, ClaimChange, CrisisLevel, EventId, ModerationEvent, NewEvent,
    Prose, Sensitive, StreamId, Timestamp,
};
use holdfast_event_store::{Append, AppendError, Expected};
use uuid::Uuid;

use naming::About;

use super::closing::open_claim;
use super::commanding::{Effect, must_fit};
use super::{Ask, OpenInput, RequestKey, ReviewService};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::Changed;

/// How often the opening is tried when members or posts become known meanwhile.
const ATTEMPTS: usize = 4;

impl ReviewService {
    /// Opens a case from a post, a link, a member's name or pasted text. Where the member's case is
    /// open already, the post, the note and the urgency go there.
    pub async fn open_by_hand(
        &self,
        who: &Access,
        input: &OpenInput,
        request: Option<&RequestKey>,
        trace: Option<&str>,
    ) -> Result<Changed, ReviewError> {
        check(input)?;
        let id = self.id_for(request);
        if let Some(repeated) = self.opened_before(who, id, request).await? {
            return Ok(repeated);
        }
        for _ in 0..ATTEMPTS {
            let about = self.about(who, input).await?;
            let by = may_open(who, input, &about)?;
            let (append, case, events) = self.opening(who, by, id, input, &about, request, trace);
            match self.parts().log.append(append).await {
                Ok(_) => {
                    let version = case.version.0;
                    let now = self.now();
                    let changed = self.changed(who, &case, version, &events, now).await?;
                    return Ok(Changed {
                        opened: true,
                        ..changed
                    });
                }
                Err(AppendError::Claimed { key, holder }) if key.as_str().starts_with("open-") => {
                    return self.join(who, input, about, &holder, request).await;
                }
                Err(AppendError::Conflict { .. } | AppendError::Claimed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(repeated) = self.opened_before(who, id, request).await? {
                return Ok(repeated);
            }
        }
        Err(ReviewError::Busy)
    }

    /// A repeated request opens the same case.
    fn id_for(&self, request: Option<&RequestKey>) -> CaseId {
        let Some(request) = request else {
            return CaseId::fresh(&*self.parts().ids);
        };
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(request.key.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
        }
        CaseId::from(Uuid::from_bytes(bytes))
    }

    async fn opened_before(
        &self,
        who: &Access,
        id: CaseId,
        request: Option<&RequestKey>,
    ) -> Result<Option<Changed>, ReviewError> {
        let Some(request) = request else {
            return Ok(None);
        };
        let loaded = match self.load(who, id).await {
            Ok(loaded) => loaded,
            Err(ReviewError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let events: Vec<ModerationEvent> = loaded
            .repeated(request)?
            .into_iter()
            .map(|envelope| envelope.event.clone())
            .collect();
        let (case, seen, now) = (&loaded.case, loaded.seen(), self.now());
        let changed = self.changed(who, case, seen, &events, now).await?;
        Ok(Some(Changed {
            repeated: true,
            ..changed
        }))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one append")]
    fn opening(
        &self,
        who: &Access,
        by: Staff,
        id: CaseId,
        input: &OpenInput,
        about: &About,
        request: Option<&RequestKey>,
        trace: Option<&str>,
    ) -> (Append, Case, Vec<ModerationEvent>) {
        let now = self.now();
        let level = level(input, about);
        let assessment = about
            .post
            .as_ref()
            .and_then(|post| post.assessment.as_ref());
        let opened = CaseOpened {
            kind: input.kind,
            subject: Some(about.subject),
            community: about.community.clone(),
            level,
            unscored: assessment.is_some_and(|a| a.crisis.is_unscored()),
            because: OpenedBecause::Hand,
            freshness: Freshness::Live,
            clock_from: now,
            look_due_at: Some(now + self.config().promises.for_level(level).first_look()),
        };
        let opened = ModerationEvent::from(opened);
        let Some(mut case) = Case::begin(id, &opened, now) else {
            unreachable!("CaseOpened begins a case")
        };
        let mut effect = Effect::from(vec![opened]);
        let post = attached(about).map(ModerationEvent::from);
        for event in post.into_iter().chain([note(about, input)]) {
            case.apply(&event, now, &Actor::from(by));
            effect.events.push(event);
        }
        let so_far = effect.events.len();
        self.alert(&case, Some(AlertBecause::Opened), &mut effect, now);
        for event in &effect.events[so_far..] {
            case.apply(event, now, &Actor::Automation);
        }
        let events = effect.events.clone();
        let new_events = effect.events.into_iter().map(|event| NewEvent {
            id: EventId::fresh(&*self.parts().ids),
            occurred_at: now,
            actor: match event {
                ModerationEvent::AlertRaised(_) => Actor::Automation,
                _ => by.into(),
            },
            causation: request.map(RequestKey::cause),
            correlation: trace.map(str::to_owned),
            event,
        });
        let mut append = Append::new(who.tenant.clone()).with_events(
            StreamId::Case(id),
            Expected::NEW,
            new_events,
        );
        append
            .claims
            .extend(open_claim(&case).map(|key| ClaimChange::Take {
                key,
                holder: id.to_string(),
            }));
        append.subjects.extend(about.new_subject.clone());
        append
            .posts
            .extend(about.post.as_ref().map(|post| post.write.clone()));
        append.outbox = effect.outbox;
        (append, case, events)
    }

    /// The member's case is open: what was brought goes there.
    async fn join(
        &self,
        who: &Access,
        input: &OpenInput,
        about: About,
        holder: &str,
        request: Option<&RequestKey>,
    ) -> Result<Changed, ReviewError> {
        let case = match self.other_case(who, holder).await {
            ReviewError::OtherCaseOpen { case: Some(case) } => case,
            hidden => return Err(hidden),
        };
        let ask = Ask {
            request: request.cloned(),
            ..Ask::of(case)
        };
        let done = self
            .command(who, &ask, |loaded, now| {
                self.joining(&loaded.case, loaded.staff, input, &about, now)
            })
            .await?;
        Ok(done.changed)
    }

    fn joining(
        &self,
        case: &Case,
        by: Staff,
        input: &OpenInput,
        about: &About,
        now: Timestamp,
    ) -> Result<Effect, ReviewError> {
        let promises = &self.config().promises;
        let mut after = case.clone();
        let mut events = Vec::new();
        if let Some(post) = attached(about) {
            events.extend(case.attach(post, promises, now));
        }
        events.extend(case.note(by, words(about, input))?);
        for event in &events {
            after.apply(event, now, &by.into());
        }
        let asked = level(input, about);
        if case.kind == CaseKind::Crisis && asked > after.level {
            let raised = after.raise(by, asked, None, promises, now)?;
            for event in &raised {
                after.apply(event, now, &by.into());
            }
            events.extend(raised);
        }
        let because = case.alert_for(&events, now);
        let mut effect = Effect::from(events);
        effect.posts = about.post.iter().map(|post| post.write.clone()).collect();
        self.alert(&after, because, &mut effect, now);
        Ok(effect)
    }
}

fn check(input: &OpenInput) -> Result<(), ReviewError> {
    must_fit([
        ("reason", Some(&input.reason)),
        ("author", input.author.as_ref()),
        ("post", input.post.as_ref()),
        ("link", input.link.as_ref()),
    ])?;
    if input
        .text
        .as_ref()
        .is_some_and(|text| text.reveal().len() > 64 * 1024)
    {
        return Err(ReviewError::field("text", "is too long: at most 64 kB"));
    }
    if input.reason.reveal().trim().is_empty() {
        return Err(ReviewError::field("reason", "must not be empty"));
    }
    if matches!(input.kind, CaseKind::Appeal | CaseKind::Incident) {
        return Err(ReviewError::field(
            "kind",
            "cases opened by hand are crisis, harassment or stigma",
        ));
    }
    let named = [&input.post, &input.link, &input.author, &input.text];
    let says = |text: &&Option<Sensitive<String>>| {
        text.as_ref()
            .is_some_and(|text| !text.reveal().trim().is_empty())
    };
    if named.iter().any(says) {
        Ok(())
    } else {
        Err(ReviewError::field(
            "post",
            "say what it is about: a post, a link, a member's name or a text",
        ))
    }
}

fn may_open(who: &Access, input: &OpenInput, about: &About) -> Result<Staff, ReviewError> {
    let role = who.role_at(&about.community, input.kind.signal());
    let role = role.filter(|role| role.may_decide() && !who.is(about.subject));
    match role {
        Some(role) => Ok(Staff { id: who.user, role }),
        None => Err(ReviewError::Forbidden {
            what: "opening a case takes a role that decides there, about somebody else",
        }),
    }
}

/// What the person asks for, or more where the text does.
fn level(input: &OpenInput, about: &About) -> CrisisLevel {
    if input.kind != CaseKind::Crisis {
        return CrisisLevel::None;
    }
    let read = about
        .post
        .as_ref()
        .and_then(|post| post.assessment.as_ref())
        .map_or(CrisisLevel::None, |a| a.crisis.reading_level());
    read.max(input.level.unwrap_or(CrisisLevel::Soon))
}

fn attached(about: &About) -> Option<PostAttached> {
    let named = about.post.as_ref()?;
    Some(PostAttached {
        post: named.post,
        posted_at: named.posted_at,
        freshness: Freshness::Live,
        look_due_at: None,
        language: named.language.clone(),
        assessment: named.assessment.clone(),
    })
}

fn words(about: &About, input: &OpenInput) -> Prose {
    Prose::clear(about.subject, input.reason.clone())
}

fn note(about: &About, input: &OpenInput) -> ModerationEvent {
    NoteAdded {
        note: words(about, input),
    }
    .into()
}
