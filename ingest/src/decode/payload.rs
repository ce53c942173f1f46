//! Messages of the contract to the words of the domain.

use holdfast_domain::intake::{
    ActionResult, Appeal, DeletedBy, Incoming, OutreachNews, OutreachStep, PostDeleted,
    ProfileHint, Report, ReportReason,
};
use holdfast_domain::post::{Author, PostKind};
use holdfast_domain::{CommunityId, PlatformId, Post, Revision, Sensitive, TenantId, Timestamp};

use super::{Problem, text};
use crate::contract::{
    ActionResultData, AppealData, EventType, Extra, MemberData, OutreachData, PostData,
    PostDeletedData, ProfileHintData, ReportData, WireTime,
};

/// What a message needs to know of its surroundings.
pub(crate) struct Surroundings<'a> {
    pub tenant: &'a TenantId,
    pub platform: &'a PlatformId,
    /// The other platforms that the source may name.
    pub also: &'a [PlatformId],
    pub max_text: usize,
    pub event_time: Option<Timestamp>,
    /// The transport's time, or when we took it in: the last resort.
    pub fallback_time: Timestamp,
    pub synthetic: bool,
    /// Stands before the names of fields in problems.
    pub prefix: &'a str,
}

/// A message, and when it happened by its own account.
pub(crate) struct Understood {
    pub content: Incoming,
    pub occurred_at: Timestamp,
}

/// Where the fields of a message come from.
pub(crate) trait Source {
    /// Reads the fields as a message of the contract.
    fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Problem>;
}

/// Reads a message of `kind`.
pub(crate) fn understand(
    kind: EventType,
    source: impl Source,
    around: &Surroundings<'_>,
) -> Result<Understood, Problem> {
    match kind {
        EventType::PostCreated | EventType::PostEdited => around.post(source.read()?),
        EventType::PostDeleted => around.deletion(source.read()?),
        EventType::ReportCreated => around.report(source.read()?),
        EventType::AppealCreated => around.appeal(source.read()?),
        EventType::ProfileHint => around.profile_hint(source.read()?),
        EventType::ActionResult => Ok(around.action_result(source.read()?)),
        EventType::OutreachDelivered => {
            Ok(around.outreach(source.read()?, OutreachStep::Delivered))
        }
        EventType::OutreachRead => Ok(around.outreach(source.read()?, OutreachStep::Read)),
        EventType::OutreachReplied => Ok(around.outreach(source.read()?, OutreachStep::Replied)),
    }
}

impl Surroundings<'_> {
    fn post(&self, data: PostData) -> Result<Understood, Problem> {
        let platform = self.platform(data.platform)?;
        let community = self.community(data.community_id)?;
        let external_id = self.id("post_id", data.post_id)?;
        let mut extra = kept(
            data.extra,
            data.author.extra,
            data.visibility,
            data.platform_meta,
        );
        let author = Author {
            pseudonym: self.id("author.pseudonym", data.author.pseudonym)?,
            created_at: data.author.created_at.map(|time| time.0),
            role: data.author.role.unwrap_or_default(),
            age_band: code("author.age_band", data.author.age_band, &mut extra),
            locale: code("author.locale", data.author.locale, &mut extra),
        };
        let language = code("language", data.language, &mut extra);
        let written_at = data.edited_at.map(|time| time.0);
        let revision = self.revision(data.revision, written_at, data.created_at.0);
        let (text, truncated) = text::clip(data.text.into_inner(), self.max_text);
        let clip = |text: Sensitive<String>| {
            Sensitive::new(text::clip(text.into_inner(), self.max_text).0)
        };
        let content = Incoming::Post(Box::new(Post {
            tenant: self.tenant.clone(),
            platform,
            external_id,
            kind: data.kind.unwrap_or(PostKind::Post),
            community,
            thread: self.optional_id("thread_id", data.thread_id)?,
            parent: self.optional_id("parent_id", data.parent_id)?,
            author,
            text: Sensitive::new(text),
            truncated,
            language,
            created_at: data.created_at.0,
            revised_at: written_at.unwrap_or(data.created_at.0),
            revision,
            url: data.url,
            content_warning: data.content_warning.map(clip),
            reply_context: data.reply_context.into_iter().map(clip).collect(),
            attachments: data.attachments,
            carries_out: data.carries_out,
            synthetic: self.synthetic,
            extra: Sensitive::new(extra),
        }));
        Ok(self.understood(content, written_at.or(Some(data.created_at.0))))
    }

    fn deletion(&self, data: PostDeletedData) -> Result<Understood, Problem> {
        let at = data.deleted_at.map(|time| time.0);
        let content = Incoming::PostDeleted(PostDeleted {
            tenant: self.tenant.clone(),
            platform: self.platform(data.platform)?,
            external_id: self.id("post_id", data.post_id)?,
            author: self.member("author", data.author)?,
            revision: self.revision(data.revision, at, self.fallback_time),
            by: data.deleted_by.unwrap_or(DeletedBy::Unknown),
        });
        Ok(self.understood(content, at))
    }

    fn report(&self, data: ReportData) -> Result<Understood, Problem> {
        let content = Incoming::Report(Report {
            tenant: self.tenant.clone(),
            platform: self.platform(data.platform)?,
            external_id: self.id("report_id", data.report_id)?,
            community: self.community(data.community_id)?,
            reported: self.member("reported", data.reported)?,
            post: self.optional_id("post_id", data.post_id)?,
            reporter: self.member("reporter", data.reporter)?,
            reason: data.reason.unwrap_or(ReportReason::Other),
            words: self.words(data.text),
            quoted: self.words(data.quoted_text),
        });
        Ok(self.understood(content, own_time(data.created_at)))
    }

    fn appeal(&self, data: AppealData) -> Result<Understood, Problem> {
        let content = Incoming::Appeal(Appeal {
            tenant: self.tenant.clone(),
            platform: self.platform(data.platform)?,
            external_id: self.id("appeal_id", data.appeal_id)?,
            community: self.community(data.community_id)?,
            author: self.member("author", data.author)?,
            action: data.action_id,
            words: self.words(data.text),
        });
        Ok(self.understood(content, own_time(data.created_at)))
    }

    fn profile_hint(&self, data: ProfileHintData) -> Result<Understood, Problem> {
        let content = Incoming::ProfileHint(ProfileHint {
            tenant: self.tenant.clone(),
            platform: self.platform(data.platform)?,
            author: self.member("author", data.author)?,
            hint: data.hint,
        });
        Ok(self.understood(content, None))
    }

    fn action_result(&self, data: ActionResultData) -> Understood {
        let content = Incoming::ActionResult(ActionResult {
            tenant: self.tenant.clone(),
            action: data.action_id,
            outcome: data.outcome,
            detail: self.words(data.detail),
        });
        self.understood(content, own_time(data.at))
    }

    fn outreach(&self, data: OutreachData, news: OutreachStep) -> Understood {
        let reply = self
            .words(data.text)
            .filter(|_| news == OutreachStep::Replied);
        let content = Incoming::Outreach(OutreachNews {
            tenant: self.tenant.clone(),
            action: data.action_id,
            news,
            reply,
        });
        self.understood(content, own_time(data.at))
    }

    fn understood(&self, content: Incoming, own: Option<Timestamp>) -> Understood {
        Understood {
            content,
            occurred_at: self.event_time.or(own).unwrap_or(self.fallback_time),
        }
    }

    /// The number, else when this revision was written, else the event's time.
    fn revision(
        &self,
        number: Option<i64>,
        written_at: Option<Timestamp>,
        last: Timestamp,
    ) -> Revision {
        Revision(
            number.unwrap_or_else(|| written_at.or(self.event_time).unwrap_or(last).as_micros()),
        )
    }

    fn platform(&self, named: Option<String>) -> Result<PlatformId, Problem> {
        let Some(name) = named else {
            return Ok(self.platform.clone());
        };
        let named = PlatformId::new(name).map_err(|_| self.bad_name("platform"))?;
        if named == *self.platform || self.also.contains(&named) {
            return Ok(named);
        }
        Err(Problem::schema(
            self.at("platform"),
            "is another platform than the one that this source speaks for; leave it out, or list it in `platforms` of \
             the subscription or integrator",
        ))
    }

    fn community(&self, name: String) -> Result<CommunityId, Problem> {
        CommunityId::new(name).map_err(|_| self.bad_name("community_id"))
    }

    fn bad_name(&self, field: &str) -> Problem {
        Problem::schema(
            self.at(field),
            "takes 1 to 128 letters, digits, '.', '_', ':' or '-'; send the technical name, not the title",
        )
    }

    fn member(&self, field: &str, member: MemberData) -> Result<Sensitive<String>, Problem> {
        self.id(&format!("{field}.pseudonym"), member.pseudonym)
    }

    fn id(&self, field: &str, id: Sensitive<String>) -> Result<Sensitive<String>, Problem> {
        match id.reveal().len() {
            0 => Err(Problem::schema(
                self.at(field),
                "is empty; send the platform's own id",
            )),
            1..=512 => Ok(id),
            _ => Err(Problem::schema(
                self.at(field),
                "is longer than 512 bytes; send the platform's own id",
            )),
        }
    }

    /// An absent id may come as an empty one.
    fn optional_id(
        &self,
        field: &str,
        id: Option<Sensitive<String>>,
    ) -> Result<Option<Sensitive<String>>, Problem> {
        id.filter(|id| !id.reveal().is_empty())
            .map(|id| self.id(field, id))
            .transpose()
    }

    fn words(&self, words: Option<Sensitive<String>>) -> Option<Sensitive<String>> {
        words.map(|words| Sensitive::new(text::clip(words.into_inner(), self.max_text).0))
    }

    fn at(&self, field: &str) -> String {
        if self.prefix.is_empty() {
            field.to_owned()
        } else {
            format!("{}.{field}", self.prefix)
        }
    }
}

fn own_time(time: Option<WireTime>) -> Option<Timestamp> {
    time.map(|time| time.0)
}

/// A short code, which is not sealed. Anything else is kept with the sealed rest: no post should fail
/// for its language.
fn code(field: &str, text: Option<String>, extra: &mut Extra) -> Option<String> {
    let text = text?;
    let is_code = (1..=35).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+<>".contains(&b));
    if is_code {
        return Some(text);
    }
    extra.insert(field.to_owned(), text.into());
    None
}

/// Everything that a post carries beyond what Holdfast reads.
fn kept(mut extra: Extra, author: Extra, visibility: Option<String>, meta: Option<Extra>) -> Extra {
    if !author.is_empty() {
        extra.insert("author".to_owned(), author.into());
    }
    if let Some(visibility) = visibility {
        extra.insert("visibility".to_owned(), visibility.into());
    }
    if let Some(meta) = meta {
        extra.insert("platform_meta".to_owned(), meta.into());
    }
    extra
}
