//! Holdfast at work without anything beside it: a broker in this process, a made-up community, a
//! platform that obeys. Everything lives in a fresh folder that goes when the demo ends.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use holdfast_actions::config::{Mode, Output};
use holdfast_demo::{Broker, Community, Feed, Platform};
use holdfast_domain::{Clock as _, PlatformId, Role};
use holdfast_event_store::{Grant, GrantedRole};
use holdfast_review_queue::auth::NewPerson;
use holdfast_review_queue::config::MessageTemplate;
use prometheus::IntGauge;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::serve;
use crate::system::SystemClock;
use crate::telemetry::{self, LogFormat};
use crate::wiring::Holdfast;

/// The name and password that the demo's moderator signs in with. Only ever in a folder of the demo's.
const NAME: &str = "ana";
const PASSWORD: &str = "night shift on the rock";
/// The token of the demo's platform.
const TOKEN: &str = "demo-integrator-token";
/// What the community says at once, so that the queue is not empty when a newcomer arrives.
const OPENING: u64 = 60;

/// Runs the demo until it is interrupted.
pub async fn run(listen: SocketAddr, seed: u64) -> anyhow::Result<()> {
    let folder = Folder::fresh()?;
    let broker = Broker::start()?;
    let config = config(&folder, &broker, listen);
    let _telemetry = telemetry::start(&config.telemetry)?;
    let listener = bind(listen).await?;
    let address = listener.local_addr()?;
    let holdfast = Holdfast::assemble(config).await?;
    people(&holdfast).await?;
    let stop = crate::cli::stop_on_signal()?;
    let reading = holdfast.ingest_metrics.partitions.clone();
    let outside = tokio::spawn(outside(broker.bootstrap(), seed, reading, stop.clone()));
    welcome(address);
    let ended = serve::serve(holdfast, listener, stop).await;
    outside.abort();
    ended
}

/// The present moment as the outside world tells it.
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or_default()
}

/// A moderator, and a clinical lead who may be the second person.
async fn people(holdfast: &Holdfast) -> anyhow::Result<()> {
    let (users, tenant) = (holdfast.users(), holdfast.tenant());
    for (name, display_name, role) in [
        (NAME, "Ana", Role::Moderator),
        ("cleo", "Cleo", Role::ClinicalLead),
    ] {
        let person = NewPerson {
            tenant: tenant.clone(),
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            password: Some(PASSWORD.into()),
        };
        users.add(&person).await?;
        users
            .grant(
                &tenant,
                name,
                &GrantedRole {
                    role,
                    on: Grant::ALL,
                },
            )
            .await?;
    }
    Ok(())
}

/// The community and its platform. They know the broker and nothing else.
async fn outside(
    bootstrap: String,
    seed: u64,
    reading: IntGauge,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    // What is written before anybody reads is backfill: listed, and never live.
    while reading.get() == 0 && !stop.is_cancelled() {
        serve::sleep(Duration::from_millis(100), &stop).await;
    }
    let platform = Platform::connect(&bootstrap)?;
    tokio::spawn(platform.run(now));
    let (feed, mut community) = (Feed::connect(&bootstrap)?, Community::new(seed));
    let mut said = 0;
    while !stop.is_cancelled() {
        feed.send(&community.next(now())).await?;
        said += 1;
        if said > OPENING {
            serve::sleep(community.pause() * 4, &stop).await;
        }
    }
    Ok(())
}

fn config(folder: &Folder, broker: &Broker, listen: SocketAddr) -> Config {
    let mut config = Config::default();
    config.server.listen = listen;
    config.store.url = format!("sqlite:{}", folder.0.join("holdfast.db").display());
    config.store.master_key_file = folder.0.join("master-key");
    config.ingest.kafka.enabled = true;
    config.ingest.kafka.bootstrap_servers = broker.bootstrap();
    for subscription in &mut config.ingest.kafka.subscriptions {
        subscription.platform = PlatformId::new("demo").expect("a plain word is a name");
    }
    config.ingest.http.integrators.push(demo_integrator());
    config.actions.output = Output::Kafka;
    config.actions.mode = Mode::Live;
    config.actions.kafka.brokers = broker.bootstrap();
    config.review.secure_cookies = false;
    config.review.messages = messages();
    config.telemetry.format = LogFormat::Text;
    "warn,holdfast=info,librdkafka=off".clone_into(&mut config.telemetry.filter);
    config
}

/// Words that the simulated community's team would have agreed on.
fn messages() -> Vec<MessageTemplate> {
    let message = |name: &str, text: &str| MessageTemplate {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    vec![
        message(
            "I read your post",
            "Hi {{their name}}, it is {{your name}} from the team. I read your post and I am glad \
             that you wrote it here. You are not in trouble. Can I ask you directly: are you \
             thinking about ending your life right now? I am here until {{time}}, and I will look \
             in again at {{time}}. You do not have to answer.",
        ),
        message(
            "Why a part is hidden",
            "Hi {{their name}}, it is {{your name}} from the team. I hid a part of your post \
             because it tells how something is done, and others here could be hurt by it. The rest \
             stands. You are not in trouble, and you can post again without that part. How are you \
             right now?",
        ),
    ]
}

fn demo_integrator() -> holdfast_ingest::config::IntegratorConfig {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(TOKEN);
    holdfast_ingest::config::IntegratorConfig {
        name: "demo".to_owned(),
        token_sha256: holdfast_ingest::kafka::digest::hex(&digest),
        tenant: holdfast_domain::TenantId::default(),
        platform: PlatformId::new("demo").expect("a plain word is a name"),
        platforms: Vec::new(),
        mapping: None,
    }
}

async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} is taken; try --listen 127.0.0.1:0"))
}

#[expect(
    clippy::print_stdout,
    reason = "the newcomer reads this on the terminal"
)]
fn welcome(address: SocketAddr) {
    println!(
        "
  Holdfast is running at  http://{address}
  Sign in as              {NAME}
  with the password       {PASSWORD}

  A made-up community is writing; cases appear as it does. Try this first:
    1. open the topmost case (Enter), claim it (c), read it (m)
    2. decide with a reason; the bar at the bottom takes it back for 15 seconds
    3. watch the action go from sent to confirmed
  A second person, who may confirm what takes two: cleo, same password.
  Ctrl-C ends it; nothing is kept.
"
    );
}

/// A folder that goes with the demo.
struct Folder(PathBuf);

impl Folder {
    fn fresh() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("holdfast-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path).context("the demo's folder cannot be made")?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
