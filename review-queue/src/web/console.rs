//! What the console is made of.

use std::sync::Arc;

use super::house::{House, HouseState, QuietHouse};
use super::pages::case::forms::TemplateChoice;
use super::present::forms::Around;
use super::respond::{self, Problem};
use super::session::SignedIn;
use super::shell::{Person, Shell};
use super::words;
use crate::auth::Auth;
use crate::error::ReviewError;
use crate::service::ReviewService;
use crate::state::ReviewState;
use crate::view::CaseView;

/// The console: the service and what it says around cases. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    state: ReviewState,
    house: Arc<dyn House>,
    texts: Arc<ConsoleTexts>,
}

/// What a deployment writes for its moderators.
#[derive(Debug, Clone, Default)]
pub struct ConsoleTexts {
    /// Policies that a decision can rest on, by name.
    pub policies: Vec<String>,
    /// Messages to members to start from: name and text.
    pub templates: Vec<(String, String)>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Console")
    }
}

impl Console {
    /// A console over the queue, in a house where everything works and is live.
    pub fn new(state: ReviewState) -> Self {
        Self {
            state,
            house: Arc::new(QuietHouse),
            texts: Arc::default(),
        }
    }

    /// Asks `house` how things stand.
    #[must_use]
    pub fn in_house(self, house: Arc<dyn House>) -> Self {
        Self { house, ..self }
    }

    /// Offers a deployment's policies and messages.
    #[must_use]
    pub fn with_texts(self, texts: ConsoleTexts) -> Self {
        Self {
            texts: Arc::new(texts),
            ..self
        }
    }

    /// The queue.
    pub(crate) const fn service(&self) -> &ReviewService {
        &self.state.service
    }

    /// Who comes in.
    pub(crate) const fn auth(&self) -> &Auth {
        &self.state.auth
    }

    /// How the house stands for whoever is signed in.
    pub(crate) async fn house(&self, who: &SignedIn) -> HouseState {
        self.house.state(&who.access.tenant).await
    }

    /// The shell of a page for whoever is signed in.
    pub(crate) fn shell(&self, who: &SignedIn, house: &HouseState, title: &str) -> Shell {
        Shell {
            person: Some(Person {
                name: who.access.display_name.clone(),
                role: who
                    .access
                    .main_role()
                    .map_or("no role", words::role)
                    .to_owned(),
            }),
            csrf: who.csrf().to_owned(),
            banners: house.banners(),
            keys: who.keys,
            ..Shell::outside(title, self.service().now())
        }
    }

    /// What a case's forms need beside the case.
    pub(crate) fn around(&self, case: &CaseView, house: &HouseState) -> Around {
        Around {
            policies: self.texts.policies.clone(),
            templates: self
                .texts
                .templates
                .iter()
                .map(|(name, text)| TemplateChoice {
                    name: name.clone(),
                    text: text.clone(),
                })
                .collect(),
            nothing_leaves: house.nothing_leaves(&case.community),
            undo_secs: self.service().config().undo_secs,
        }
    }

    /// An error in words; failures of ours go to the log under a number.
    pub(crate) fn problem(&self, error: &ReviewError) -> Problem {
        respond::problem(error, &*self.service().parts().ids)
    }

    /// A page that says what did not work.
    pub(crate) async fn problem_page(
        &self,
        who: &SignedIn,
        error: &ReviewError,
        back: &str,
    ) -> axum::response::Response {
        let house = self.house(who).await;
        let shell = self.shell(who, &house, "Not done");
        respond::problem_page(shell, self.problem(error), back)
    }
}
