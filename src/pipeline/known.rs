//! What a batch needs to know before it is judged and decided: a handful of queries, none per post.

use std::collections::{HashMap, HashSet};

use holdfast_domain::event::IncidentCause;
use holdfast_domain::intake::{Incoming, Received};
use holdfast_domain::{
    ActionId, Case, CaseId, ClaimKey, PlatformId, Post, PostId, Sensitive, StreamId, TenantId,
    Timestamp,
};
use holdfast_event_store::{
    AuthorKey, ChatKey, ContentKey, Fingerprinter, OutboxKind, Recall, RecallRequest, StoredPost,
};

use super::deciding::rejected_key;
use super::{Pipeline, Recalled};
use holdfast_ingest::Batch;

/// What is known before a batch is decided.
pub(crate) struct Known {
    /// Members, posts, texts, claims.
    pub(crate) recall: Recall,
    /// The open cases that the batch may touch, and the claims that each holds.
    pub(crate) cases: Vec<(Case, Vec<ClaimKey>)>,
    /// The case of every action that the batch has news of, or says that it carries out. Only actions that
    /// this tenant's cases asked for.
    pub(crate) actions: HashMap<ActionId, CaseId>,
    /// What was screened before of posts whose revision comes late.
    pub(crate) screened: HashMap<PostId, StoredPost>,
    /// Makes the keys of claims.
    pub(crate) fingerprints: Fingerprinter,
    /// Restrictive actions that automation may still take.
    pub(crate) budget_left: u32,
    /// The moment of the recall, which the decision is made in.
    pub(crate) now: Timestamp,
}

impl Pipeline {
    /// Recalls what the batch needs; `causes` are the incidents that it may have to open or join.
    pub(super) async fn recall(&self, batch: &Batch, causes: &[IncidentCause]) -> Recalled<Known> {
        self.recall_for(batch, std::iter::empty(), std::iter::empty(), causes)
            .await
    }

    /// The same, with posts and incidents that the batch's records do not name: the deep stage's.
    pub(super) async fn recall_for<'p>(
        &self,
        batch: &Batch,
        posts: impl Iterator<Item = &'p Post> + Send,
        incidents: impl Iterator<Item = CaseId> + Send,
        causes: &[IncidentCause],
    ) -> Recalled<Known> {
        let now = self.clock.now();
        let incidents: Vec<CaseId> = incidents.collect();
        let request = self.request(batch, posts, causes, now);
        let recall = self.intake.recall(&batch.tenant, request).await?;
        let actions = self.cases_of_actions(&batch.tenant, &batch.records).await?;
        let also = actions.values().copied().chain(incidents);
        let open = self.open_cases(&batch.tenant, &recall, also).await?;
        let day_ago = now - std::time::Duration::from_hours(24);
        let used = self
            .outbox
            .automatic_restrictions_since(&batch.tenant, day_ago)
            .await?;
        let allowed = self.settings.automatic_restrictions_per_day;
        Ok(Known {
            recall,
            cases: open,
            actions,
            screened: HashMap::new(),
            now,
            fingerprints: self.intake.fingerprinter(&batch.tenant).await?,
            budget_left: allowed.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)),
        })
    }

    fn request<'p>(
        &self,
        batch: &Batch,
        posts: impl Iterator<Item = &'p Post>,
        causes: &[IncidentCause],
        now: Timestamp,
    ) -> RecallRequest {
        let mut wanted = Wanted::default();
        posts.for_each(|post| wanted.post(post));
        for record in &batch.records {
            match &record.content {
                Ok(incoming) => wanted.incoming(incoming),
                Err(rejected) => {
                    let key = rejected
                        .key
                        .as_ref()
                        .and_then(|key| pseudonym_of(key.reveal()));
                    if let Some(pseudonym) = key {
                        wanted.author(&self.settings.default_platform, &pseudonym);
                    }
                }
            }
            let key = match &record.content {
                Ok(_) => record.event_key.clone(),
                Err(_) => rejected_key(&record.event_key),
            };
            wanted.event_keys.insert(key);
        }
        let claims = causes
            .iter()
            .map(|cause| ClaimKey::open_incident(&cause.key(), now));
        wanted.into_request(claims.collect())
    }

    async fn open_cases(
        &self,
        tenant: &TenantId,
        recall: &Recall,
        also: impl Iterator<Item = CaseId>,
    ) -> Recalled<Vec<(Case, Vec<ClaimKey>)>> {
        let mut holds: HashMap<CaseId, Vec<ClaimKey>> =
            also.map(|case| (case, Vec::new())).collect();
        for open in recall.open.values().flatten() {
            holds.entry(open.case).or_default().push(open.key.clone());
        }
        for (key, holder) in &recall.holders {
            if let Ok(case) = holder.parse() {
                holds.entry(case).or_default().push(key.clone());
            }
        }
        let streams: Vec<StreamId> = holds.keys().map(|case| StreamId::Case(*case)).collect();
        if streams.is_empty() {
            return Ok(Vec::new());
        }
        let mut events: HashMap<StreamId, Vec<_>> = HashMap::new();
        for envelope in self.log.load_many(tenant, &streams).await? {
            events
                .entry(envelope.stream.clone())
                .or_default()
                .push(envelope);
        }
        let fold = |(id, keys)| {
            let events = events.get(&StreamId::Case(id))?;
            Case::fold(id, events).map(|case| (case, keys))
        };
        Ok(holds.into_iter().filter_map(fold).collect())
    }

    /// Results, news and staff posts name an action; its outbox row names the case. Rare beside posts.
    async fn cases_of_actions(
        &self,
        tenant: &TenantId,
        records: &[Received],
    ) -> Recalled<HashMap<ActionId, CaseId>> {
        let named = records
            .iter()
            .filter_map(|record| match record.content.as_ref().ok()? {
                Incoming::ActionResult(result) => Some(result.action),
                Incoming::Outreach(news) => Some(news.action),
                Incoming::Post(post) => post.carries_out,
                _ => None,
            });
        let mut cases = HashMap::new();
        for action in named.collect::<HashSet<_>>() {
            let message = self.outbox.message(action.as_uuid().into()).await?;
            let asked = message.filter(|outgoing| {
                outgoing.tenant == *tenant && outgoing.message.kind == OutboxKind::Action
            });
            if let Some(case) = asked.and_then(|outgoing| outgoing.message.case) {
                cases.insert(action, case);
            }
        }
        Ok(cases)
    }
}

/// A record's key as a pseudonym: on Kafka the author's, where the platform keys as asked.
pub(crate) fn pseudonym_of(key: &[u8]) -> Option<Sensitive<String>> {
    let text = std::str::from_utf8(key).ok()?;
    (!text.is_empty()).then(|| Sensitive::new(text.to_owned()))
}

/// Collects what is asked for, each thing once.
#[derive(Default)]
struct Wanted {
    authors: HashSet<AuthorKey>,
    posts: HashSet<ContentKey>,
    parents: HashSet<ContentKey>,
    chats: HashSet<ChatKey>,
    event_keys: HashSet<Sensitive<String>>,
}

impl Wanted {
    fn incoming(&mut self, incoming: &Incoming) {
        match incoming {
            Incoming::Post(post) => self.post(post),
            Incoming::PostDeleted(deleted) => {
                self.author(&deleted.platform, &deleted.author);
                self.posts
                    .insert(content_key(&deleted.platform, &deleted.external_id));
            }
            Incoming::Report(report) => {
                self.author(&report.platform, &report.reported);
                self.author(&report.platform, &report.reporter);
                if let Some(post) = &report.post {
                    self.posts.insert(content_key(&report.platform, post));
                }
            }
            Incoming::Appeal(appeal) => self.author(&appeal.platform, &appeal.author),
            Incoming::ProfileHint(hint) => self.author(&hint.platform, &hint.author),
            Incoming::ActionResult(_) | Incoming::Outreach(_) => {}
        }
    }

    fn post(&mut self, post: &Post) {
        self.author(&post.platform, &post.author.pseudonym);
        self.posts
            .insert(content_key(&post.platform, &post.external_id));
        if let Some(parent) = &post.parent {
            self.parents.insert(content_key(&post.platform, parent));
        }
        if let Some(chat) = chat_key(post) {
            self.chats.insert(chat);
        }
    }

    fn author(&mut self, platform: &PlatformId, pseudonym: &Sensitive<String>) {
        self.authors.insert(author_key(platform, pseudonym));
    }

    fn into_request(self, claims: Vec<ClaimKey>) -> RecallRequest {
        RecallRequest {
            authors: self.authors.into_iter().collect(),
            posts: self.posts.into_iter().collect(),
            parents: self.parents.into_iter().collect(),
            chats: self.chats.into_iter().collect(),
            event_keys: self.event_keys.into_iter().collect(),
            claims,
        }
    }
}

pub(crate) fn author_key(platform: &PlatformId, pseudonym: &Sensitive<String>) -> AuthorKey {
    AuthorKey {
        platform: platform.clone(),
        pseudonym: pseudonym.clone(),
    }
}

pub(crate) fn content_key(platform: &PlatformId, external_id: &Sensitive<String>) -> ContentKey {
    ContentKey {
        platform: platform.clone(),
        external_id: external_id.clone(),
    }
}

/// What the preceding messages of a chat line are found by; `None` for what is no chat line.
pub(crate) fn chat_key(post: &Post) -> Option<ChatKey> {
    let thread = post
        .thread
        .clone()
        .filter(|_| post.kind.is_conversation())?;
    Some(ChatKey {
        author: author_key(&post.platform, &post.author.pseudonym),
        thread,
        before: post.created_at,
    })
}
