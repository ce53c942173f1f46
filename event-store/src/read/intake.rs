//! Context for whole batches.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::intake::{LiveFrom, PartitionKey, StoredPosition};
use holdfast_domain::{
    ClaimKey, PlatformId, PostId, PostRef, Revision, Sensitive, SubjectId, TenantId,
};

use super::posts::opened_text;
use crate::error::StoreError;
use crate::fingerprint::{FingerprintKind, Fingerprinter};
use crate::keys::{Key, SubjectKey};
use crate::ports::{
    ChatKey, ContentKey, Intake, KnownPost, OpenHolder, ParentText, Preceding, Recall,
    RecallRequest,
};
use crate::prepare::short;
use crate::sql::{Row, Value, values};
use crate::store::Store;

/// How far back an author's chat messages belong to the one judged.
pub(crate) const PRECEDING_WITHIN: Duration = Duration::from_mins(3);
/// How many of them at most.
pub(crate) const PRECEDING_AT_MOST: usize = 10;

#[async_trait]
impl Intake for Store {
    async fn recall(
        &self,
        tenant: &TenantId,
        request: RecallRequest,
    ) -> Result<Recall, StoreError> {
        let prints = self.keys.tenant(tenant).await?.fingerprinter;
        let asking = Asking {
            store: self,
            tenant,
            prints,
        };
        let mut recall = Recall::default();
        asking.subjects(&request, &mut recall).await?;
        let parents = asking.posts(&request, &mut recall).await?;
        asking.claims(&request, &mut recall).await?;
        asking.open_cases(&mut recall).await?;
        let texts = asking.texts(&request, &recall, &parents).await?;
        asking
            .open_texts(&request, &parents, texts, &mut recall)
            .await?;
        Ok(recall)
    }

    async fn fingerprinter(&self, tenant: &TenantId) -> Result<Fingerprinter, StoreError> {
        Ok(self.keys.tenant(tenant).await?.fingerprinter)
    }

    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, StoreError> {
        let sql = "SELECT next, last_digest, live_from, live_since FROM op_positions
                   WHERE cluster = $1 AND consumer_group = $2 AND topic = $3 AND part = $4 AND next IS NOT NULL";
        let Some(mut row) = self.db.query_one(sql, place(partition)).await? else {
            return Ok(None);
        };
        Ok(Some(StoredPosition {
            next: row.int(0)?,
            last_digest: row.array(1)?,
            live_from: LiveFrom {
                offset: row.int(2)?,
                since: row.time(3)?,
            },
        }))
    }

    async fn begin_position(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, StoreError> {
        let mut tx = self.db.begin().await?;
        let mut values = place(partition);
        values.extend(values![[0_u8; 32], live_from.offset, live_from.since]);
        let sql = "INSERT INTO op_positions (cluster, consumer_group, topic, part, next, last_digest, live_from,
                     live_since)
                   VALUES ($1, $2, $3, $4, NULL, $5, $6, $7) ON CONFLICT DO NOTHING";
        tx.execute(sql, values).await?;
        let sql = "SELECT live_from, live_since FROM op_positions
                   WHERE cluster = $1 AND consumer_group = $2 AND topic = $3 AND part = $4";
        let mut rows = tx.query(sql, place(partition)).await?;
        let row = rows
            .first_mut()
            .ok_or_else(|| StoreError::corrupt("a position vanished"))?;
        let stored = LiveFrom {
            offset: row.int(0)?,
            since: row.time(1)?,
        };
        tx.commit().await?;
        Ok(stored)
    }
}

fn place(partition: &PartitionKey) -> Vec<Value> {
    values![
        partition.cluster.as_str(),
        partition.group.as_str(),
        partition.topic.as_str(),
        i64::from(partition.partition),
    ]
}

/// One batch's questions.
struct Asking<'a> {
    store: &'a Store,
    tenant: &'a TenantId,
    prints: Fingerprinter,
}

/// A sealed text that was found.
struct FoundText {
    post: PostId,
    subject: SubjectId,
    thread: Option<Vec<u8>>,
    posted_at: i64,
    revision: Revision,
    body: Option<Vec<u8>>,
}

impl Asking<'_> {
    async fn subjects(
        &self,
        request: &RecallRequest,
        recall: &mut Recall,
    ) -> Result<(), StoreError> {
        let mut asked = HashMap::new();
        for author in request
            .authors
            .iter()
            .chain(request.chats.iter().map(|chat| &chat.author))
        {
            let print = short(
                &self.prints,
                FingerprintKind::Author,
                author.pseudonym.reveal(),
            );
            asked.insert((author.platform.clone(), print), author);
        }
        if asked.is_empty() {
            return Ok(());
        }
        let sql = "SELECT platform, fingerprint, subject FROM content_subjects
                   WHERE tenant = $1 AND fingerprint IN ($2)";
        let prints = Value::list(asked.keys().map(|(_, print)| *print));
        for mut row in self
            .store
            .db
            .query(sql, vec![self.tenant.into(), prints])
            .await?
        {
            if let Some(author) = asked.get(&(row.name::<PlatformId>(0)?, row.array(1)?)) {
                recall.subjects.insert((*author).clone(), row.id(2)?);
            }
        }
        Ok(())
    }

    /// Known posts; answers which of them were asked for as parents.
    async fn posts(
        &self,
        request: &RecallRequest,
        recall: &mut Recall,
    ) -> Result<HashMap<PostId, ContentKey>, StoreError> {
        let mut asked: HashMap<(PlatformId, [u8; 16]), &ContentKey> = HashMap::new();
        for key in request.posts.iter().chain(&request.parents) {
            let print = short(
                &self.prints,
                FingerprintKind::Post,
                key.external_id.reveal(),
            );
            asked.insert((key.platform.clone(), print), key);
        }
        let (posts, parents): (HashSet<_>, HashSet<_>) = (
            request.posts.iter().collect(),
            request.parents.iter().collect(),
        );
        let mut wanted = HashMap::new();
        if asked.is_empty() {
            return Ok(wanted);
        }
        let sql = "SELECT platform, fingerprint, post, subject, community, latest, deleted_by FROM content_posts
                   WHERE tenant = $1 AND fingerprint IN ($2)";
        let prints = Value::list(asked.keys().map(|(_, print)| *print));
        for mut row in self
            .store
            .db
            .query(sql, vec![self.tenant.into(), prints])
            .await?
        {
            let Some(key) = asked
                .get(&(row.name::<PlatformId>(0)?, row.array(1)?))
                .copied()
            else {
                continue;
            };
            let known = known_post(row)?;
            if parents.contains(key) {
                wanted.insert(known.id, key.clone());
            }
            if posts.contains(key) {
                recall.posts.insert(key.clone(), known);
            }
        }
        Ok(wanted)
    }

    async fn claims(&self, request: &RecallRequest, recall: &mut Recall) -> Result<(), StoreError> {
        let event_key = |key: &Sensitive<String>| {
            ClaimKey::event(
                self.prints
                    .of(FingerprintKind::Event, key.reveal())
                    .as_str(),
            )
        };
        let events: HashMap<ClaimKey, &Sensitive<String>> = request
            .event_keys
            .iter()
            .map(|key| (event_key(key), key))
            .collect();
        let keys: HashSet<&str> = events
            .keys()
            .chain(&request.claims)
            .map(ClaimKey::as_str)
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        let asked: HashSet<&ClaimKey> = request.claims.iter().collect();
        let sql = "SELECT key, holder FROM op_claims WHERE tenant = $1 AND key IN ($2)";
        for mut row in self
            .store
            .db
            .query(sql, vec![self.tenant.into(), Value::list(keys)])
            .await?
        {
            let key = ClaimKey::from_stored(row.text(0)?);
            if let Some(event) = events.get(&key) {
                recall.seen.insert((*event).clone());
            }
            if asked.contains(&key) {
                recall.holders.insert(key, row.text(1)?);
            }
        }
        Ok(())
    }

    async fn open_cases(&self, recall: &mut Recall) -> Result<(), StoreError> {
        let subjects: HashSet<String> =
            recall.subjects.values().map(SubjectId::to_string).collect();
        if subjects.is_empty() {
            return Ok(());
        }
        let sql = "SELECT subject, key, holder FROM op_claims WHERE tenant = $1 AND subject IN ($2) ORDER BY key";
        for mut row in self
            .store
            .db
            .query(sql, vec![self.tenant.into(), Value::list(subjects)])
            .await?
        {
            let impossible =
                |what: &str| StoreError::corrupt(format!("op_claims: {what} of an open case"));
            let subject: SubjectId = row.text(0)?.parse().map_err(|_| impossible("subject"))?;
            let key = ClaimKey::from_stored(row.text(1)?);
            let case = row.text(2)?.parse().map_err(|_| impossible("holder"))?;
            recall
                .open
                .entry(subject)
                .or_default()
                .push(OpenHolder { key, case });
        }
        Ok(())
    }

    /// The sealed texts of parents and of preceding chat messages, newest revision last.
    async fn texts(
        &self,
        request: &RecallRequest,
        recall: &Recall,
        parents: &HashMap<PostId, ContentKey>,
    ) -> Result<Vec<FoundText>, StoreError> {
        const FROM: &str = "SELECT p.post, p.subject, p.thread, p.posted_at, r.revision, r.body
                            FROM content_posts p JOIN content_revisions r ON r.post = p.post";
        let mut rows = Vec::new();
        if !parents.is_empty() {
            let sql = format!("{FROM} WHERE p.post IN ($1) ORDER BY r.revision");
            rows.extend(
                self.store
                    .db
                    .query(&sql, vec![Value::list(parents.keys().copied())])
                    .await?,
            );
        }
        let mut chats = Vec::new();
        for chat in &request.chats {
            if let Some(subject) = recall.subjects.get(&chat.author) {
                let thread = short(&self.prints, FingerprintKind::Thread, chat.thread.reveal());
                chats.push(values![
                    *subject,
                    thread,
                    chat.before - PRECEDING_WITHIN,
                    chat.before
                ]);
            }
        }
        if let Some(last) = chats.last().cloned() {
            // Filled up to a power of two, to keep few statements prepared; asking twice does no harm.
            chats.resize(chats.len().next_power_of_two(), last);
            let sql = format!(
                "WITH asked (subject, thread, since, until) AS ($1)
                 {FROM} JOIN asked ON p.subject = asked.subject AND p.thread = asked.thread
                               AND p.posted_at >= asked.since AND p.posted_at <= asked.until
                 ORDER BY r.revision"
            );
            rows.extend(self.store.db.query(&sql, vec![Value::Rows(chats)]).await?);
        }
        rows.into_iter().map(found_text).collect()
    }

    async fn open_texts(
        &self,
        request: &RecallRequest,
        parents: &HashMap<PostId, ContentKey>,
        texts: Vec<FoundText>,
        recall: &mut Recall,
    ) -> Result<(), StoreError> {
        let keys = self
            .store
            .keys
            .subjects(self.tenant, texts.iter().map(|text| text.subject))
            .await?;
        // The newest revision of each post, rows being ordered by revision.
        let newest: HashMap<PostId, FoundText> =
            texts.into_iter().map(|text| (text.post, text)).collect();
        let mut opened = HashMap::with_capacity(newest.len());
        for (post, text) in &newest {
            opened.insert(*post, self.open_text(text, keys.get(&text.subject))?);
        }
        for (post, key) in parents {
            if let Some(text) = newest.get(post) {
                let parent = ParentText {
                    post: PostRef {
                        post: *post,
                        revision: text.revision,
                    },
                    subject: text.subject,
                    text: opened.get(post).cloned().flatten(),
                };
                recall.parents.insert(key.clone(), parent);
            }
        }
        for chat in &request.chats {
            let found = self.preceding(chat, recall.subjects.get(&chat.author), &newest, &opened);
            if !found.is_empty() {
                recall.preceding.insert(chat.clone(), found);
            }
        }
        Ok(())
    }

    fn open_text(
        &self,
        text: &FoundText,
        key: Option<&SubjectKey>,
    ) -> Result<Option<Sensitive<String>>, StoreError> {
        match (&text.body, key) {
            (Some(body), Some(SubjectKey::Live { key, .. })) => {
                let key: &Key = key;
                opened_text(self.tenant, (text.post, text.revision), key, body).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn preceding(
        &self,
        chat: &ChatKey,
        subject: Option<&SubjectId>,
        texts: &HashMap<PostId, FoundText>,
        opened: &HashMap<PostId, Option<Sensitive<String>>>,
    ) -> Vec<Preceding> {
        let Some(subject) = subject else {
            return Vec::new();
        };
        let thread = short(&self.prints, FingerprintKind::Thread, chat.thread.reveal());
        let window = (chat.before - PRECEDING_WITHIN).as_micros()..=chat.before.as_micros();
        let mut found: Vec<Preceding> = texts
            .values()
            .filter(|text| {
                text.subject == *subject
                    && text.thread.as_deref() == Some(&thread[..])
                    && window.contains(&text.posted_at)
            })
            .filter_map(|text| {
                let words = opened.get(&text.post).cloned().flatten()?;
                Some(Preceding {
                    post: PostRef {
                        post: text.post,
                        revision: text.revision,
                    },
                    posted_at: holdfast_domain::Timestamp::from_micros(text.posted_at),
                    text: words,
                })
            })
            .collect();
        found.sort_by_key(|message| std::cmp::Reverse((message.posted_at, message.post)));
        found.truncate(PRECEDING_AT_MOST);
        found
    }
}

fn known_post(mut row: Row) -> Result<KnownPost, StoreError> {
    Ok(KnownPost {
        id: row.id(2)?,
        subject: row.id(3)?,
        community: row.name(4)?,
        latest: Revision(row.int(5)?),
        deleted: row.opt_text(6)?.is_some(),
    })
}

fn found_text(mut row: Row) -> Result<FoundText, StoreError> {
    Ok(FoundText {
        post: row.id(0)?,
        subject: row.id(1)?,
        thread: row.opt_bytes(2)?,
        posted_at: row.int(3)?,
        revision: Revision(row.int(4)?),
        body: row.opt_bytes(5)?,
    })
}
