//! Output to webhooks by Standard Webhooks 1.0.
//!
//! A receiver sees the same `webhook-id` in every attempt and a signed time in each; see
//! [`crate::signing::verify`] for what it should check. Answers mean:
//!
//! * 2xx: taken. 410: never call again; the endpoint is off until a restart. 408, 425, 429 and 5xx, no
//!   answer at all, or any 3xx (redirects are not followed): later, after `Retry-After` where given.
//! * Any other 4xx: this message will never be taken.

mod answer;
mod guard;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url, redirect};
use tracing::error;

use crate::config::WebhookConfig;
use crate::contract::{CLOUD_EVENT, Channel};
use crate::error::{SendError, SetupError};
use crate::sender::{Handed, Parcel, Sender};
use crate::signing::{ID_HEADER, SIGNATURE_HEADER, SigningSecret, TIMESTAMP_HEADER, sign};

pub(crate) use guard::Guard;

/// What a receiver must be able to take; larger bodies are refused here.
const MAX_BODY: usize = 20_000;

/// Posts messages to the configured endpoints.
#[derive(Debug)]
pub struct WebhookSender {
    client: Client,
    guard: Guard,
    default: Option<Endpoint>,
    channels: BTreeMap<Channel, Endpoint>,
}

#[derive(Debug)]
struct Endpoint {
    url: Url,
    secrets: Vec<SigningSecret>,
    gone: AtomicBool,
}

impl WebhookSender {
    /// Checks addresses and reads the secrets.
    pub fn new(config: &WebhookConfig) -> Result<Self, SetupError> {
        let guard = Guard::new(&config.allow_hosts);
        let client = client(&guard, Duration::from_secs(config.timeout_secs))
            .map_err(|error| SetupError::new("actions.webhook", error.to_string()))?;
        let default = match &config.url {
            Some(url) => Some(Endpoint::new(
                "actions.webhook",
                url,
                &config.secret_files,
                &guard,
            )?),
            None => None,
        };
        let mut channels = BTreeMap::new();
        for (channel, endpoint) in &config.channels {
            let setting = format!("actions.webhook.channels.{}", channel.as_str());
            let endpoint = Endpoint::new(&setting, &endpoint.url, &endpoint.secret_files, &guard)?;
            channels.insert(*channel, endpoint);
        }
        Ok(Self {
            client,
            guard,
            default,
            channels,
        })
    }

    fn endpoint(&self, channel: Channel) -> Option<&Endpoint> {
        let own = self.channels.get(&channel);
        match channel {
            // The canary is Holdfast's own and bothers no platform unasked.
            Channel::Canary => own,
            _ => own.or(self.default.as_ref()),
        }
    }
}

/// A client that follows no redirect, takes no proxy from the environment and resolves names only
/// to addresses that the guard lets through.
pub(crate) fn client(guard: &Guard, timeout: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        .user_agent("holdfast")
        .dns_resolver(guard.clone())
        .build()
}

impl Endpoint {
    fn new(
        setting: &str,
        url: &str,
        secret_files: &[std::path::PathBuf],
        guard: &Guard,
    ) -> Result<Self, SetupError> {
        let url = guard
            .check_url(url)
            .map_err(|problem| SetupError::new(format!("{setting}.url"), problem))?;
        if secret_files.is_empty() {
            return Err(SetupError::new(
                format!("{setting}.secret_files"),
                "name at least one file with a whsec_… secret, else nobody can tell our messages from forged ones",
            ));
        }
        let secrets = secret_files
            .iter()
            .map(|path| SigningSecret::from_file(&format!("{setting}.secret_files"), path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            url,
            secrets,
            gone: AtomicBool::new(false),
        })
    }
}

#[async_trait]
impl Sender for WebhookSender {
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError> {
        let channel = parcel.channel.as_str();
        let Some(endpoint) = self.endpoint(parcel.channel) else {
            return if parcel.channel == Channel::Canary {
                Ok(Handed::Arrived)
            } else {
                Err(SendError::not_now(format!(
                    "no webhook for {channel}: set actions.webhook.url or actions.webhook.channels.{channel}.url"
                )))
            };
        };
        if endpoint.gone.load(Ordering::Relaxed) {
            return Err(SendError::EndpointGone { endpoint: channel });
        }
        let body = parcel.notice.as_ref().unwrap_or(&parcel.body).reveal();
        if body.len() >= MAX_BODY {
            return Err(SendError::refused(format!(
                "the message has {} bytes, a webhook takes less than {MAX_BODY}",
                body.len()
            )));
        }
        // The url was checked at start; a name is checked again each time it is resolved.
        self.guard
            .check_literal(&endpoint.url)
            .map_err(SendError::not_now)?;
        let result = self.post(endpoint, parcel, body).await;
        if let Err(SendError::EndpointGone { .. }) = result {
            endpoint.gone.store(true, Ordering::Relaxed);
            error!(
                channel,
                "the receiver of {channel} answered 410: nothing is sent there any more; check its address and restart"
            );
        }
        result
    }
}

impl WebhookSender {
    async fn post(
        &self,
        endpoint: &Endpoint,
        parcel: &Parcel,
        body: &[u8],
    ) -> Result<Handed, SendError> {
        let timestamp = parcel.at.as_micros().div_euclid(1_000_000);
        let mut request = self
            .client
            .post(endpoint.url.clone())
            .header(CONTENT_TYPE, CLOUD_EVENT)
            .header(ID_HEADER, &parcel.id)
            .header(TIMESTAMP_HEADER, timestamp)
            .header(
                SIGNATURE_HEADER,
                sign(&endpoint.secrets, &parcel.id, timestamp, body),
            );
        if let Some((name, value)) = parcel
            .headers
            .iter()
            .find(|(name, _)| name == "traceparent")
        {
            request = request.header(name, value.as_slice());
        }
        match request.body(body.to_vec()).send().await {
            Ok(response) => answer::understand(
                parcel.channel.as_str(),
                response.status(),
                response.headers(),
                parcel.at,
            ),
            // Without the url, which may hold a token.
            Err(error) => Err(SendError::not_now(chain(&error.without_url()))),
        }
    }
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
