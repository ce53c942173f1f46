//! Chooses the parts and puts them together. Starts nothing.

use std::sync::Arc;

use anyhow::Context;
use holdfast_domain::{Clock, IdSource, TenantId};
use holdfast_event_store::{AnyStore, Projector};
use holdfast_ingest::IngestMetrics;
use holdfast_review_queue::auth::{OsSecrets, Users};
use holdfast_review_queue::{
    Auth, News, QueueProjection, ReviewMetrics, ReviewService, ReviewState, Timers,
};
use prometheus::Registry;

use crate::assessor::Assessor;
use crate::config::Config;
use crate::health::Health;
use crate::in_service::{self, Promotions};
use crate::metrics::PipelineMetrics;
use crate::pipeline::{Pipeline, PipelineParts};
use crate::system;

/// Everything that a running Holdfast is made of.
pub struct Holdfast {
    /// Its settings.
    pub config: Config,
    /// Its name among other instances.
    pub instance: String,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// The log and everything beside it.
    pub store: Arc<dyn AnyStore>,
    /// Classifiers and rules.
    pub assessor: Arc<Assessor>,
    /// The way of a batch.
    pub pipeline: Pipeline,
    /// The queue, as people use it.
    pub review: ReviewState,
    /// Figures of the queue.
    pub review_metrics: ReviewMetrics,
    /// Figures of the intake.
    pub ingest_metrics: IngestMetrics,
    /// Figures of the relay.
    pub action_metrics: holdfast_actions::Metrics,
    /// All figures.
    pub registry: Registry,
    /// How the loops are doing.
    pub health: Arc<Health>,
    /// Whether the relay gets through.
    pub pulse: Arc<holdfast_actions::Pulse>,
}

impl Holdfast {
    /// Opens the store, reads policies and lexicons, and puts the parts together.
    pub async fn assemble(mut config: Config) -> anyhow::Result<Self> {
        let problems = config.problems();
        anyhow::ensure!(
            problems.is_empty(),
            "the configuration is wrong:\n{}",
            problems.join("\n")
        );
        let (clock, ids) = (system::clock(), system::ids());
        let registry = Registry::new();
        holdfast_event_store::metrics::register(&registry)?;
        let store = holdfast_event_store::connect(&config.store, Arc::clone(&clock))
            .await
            .context("the store does not open")?;
        let promotions = Promotions {
            log: store.as_ref(),
            clock: clock.as_ref(),
            ids: ids.as_ref(),
        };
        in_service::put_in_service(&mut config.classifiers, &promotions.record().await?)
            .context("the promoted models cannot be put in service")?;
        let assessor = Arc::new(Assessor::assemble(&config, &registry, clock.now())?);
        let metrics = PipelineMetrics::register(&registry)?;
        let pipeline = Pipeline::new(PipelineParts {
            log: store.clone(),
            intake: store.clone(),
            content: store.clone(),
            outbox: store.clone(),
            assessor: Arc::clone(&assessor),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            settings: Arc::new(config.pipeline.clone()),
            metrics,
        });
        let review_metrics = ReviewMetrics::new();
        review_metrics.register(&registry)?;
        let service = ReviewService::new(holdfast_review_queue::Parts {
            log: store.clone(),
            queue: store.clone(),
            content: store.clone(),
            accounts: store.clone(),
            outbox: store.clone(),
            intake: store.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            judge: assessor.clone(),
            config: config.review.clone(),
            metrics: review_metrics.clone(),
        });
        let auth = Auth::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::new(OsSecrets),
            config.review.clone(),
            review_metrics.clone(),
        );
        let review = ReviewState {
            service,
            auth,
            news: News::default(),
        };
        Ok(Self {
            instance: instance_name(&config, ids.as_ref()),
            ingest_metrics: IngestMetrics::register(&registry)?,
            action_metrics: holdfast_actions::Metrics::register(&registry)?,
            health: Arc::new(Health::new(Arc::clone(&clock))),
            pulse: Arc::new(holdfast_actions::Pulse::new(Arc::clone(&clock))),
            config,
            clock,
            ids,
            store,
            assessor,
            pipeline,
            review,
            review_metrics,
            registry,
        })
    }

    /// The clocks of cases.
    pub(crate) fn timers(&self) -> Timers {
        Timers {
            log: self.store.clone(),
            queue: self.store.clone(),
            outbox: self.store.clone(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            config: self.config.review.clone(),
            metrics: self.review_metrics.clone(),
        }
    }

    /// What fills the queue's rows from the log.
    pub(crate) fn projector(&self) -> Projector {
        Projector::new(
            self.store.clone(),
            self.store.clone(),
            Arc::new(QueueProjection),
        )
    }

    /// Who may come in.
    pub(crate) fn users(&self) -> Users {
        users(&self.store, Arc::clone(&self.clock), Arc::clone(&self.ids))
    }

    /// The tenant of commands that name none.
    pub fn tenant(&self) -> TenantId {
        TenantId::default()
    }
}

fn instance_name(config: &Config, ids: &dyn IdSource) -> String {
    match config.server.instance.as_str() {
        "" => format!("holdfast-{}", ids.next()),
        name => name.to_owned(),
    }
}

/// Who may come in, over a store.
pub(crate) fn users(
    store: &Arc<dyn AnyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Users {
    Users {
        accounts: store.clone(),
        content: store.clone(),
        clock,
        ids,
        secrets: Arc::new(OsSecrets),
    }
}
