//! What stands around every page: title, navigation, banners, who is signed in.

use holdfast_domain::{Role, Timestamp};

use super::assets;
use super::words::{self, Moment};

/// What stands around a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The page's title.
    pub title: String,
    /// Where in the navigation it stands.
    pub place: Place,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The token that every form carries.
    pub csrf: String,
    /// The server's time when the page was made.
    pub now: Moment,
    /// What everybody should know now.
    pub banners: Vec<Banner>,
    /// What came of what the person just did.
    pub notice: Option<Notice>,
    /// Whether single keys do something.
    pub keys: bool,
    /// The case that the page is about, as the script compares it with live news.
    pub case: Option<(String, u64)>,
}

/// A place in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The queue.
    Queue,
    /// Opening a case by hand.
    OpenCase,
    /// Search.
    Search,
    /// Help and settings.
    Help,
    /// None of them.
    Elsewhere,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name colleagues know.
    pub name: String,
    /// What they are here for, in words.
    pub role: String,
}

/// What everybody should know now.
#[derive(Debug, Clone)]
pub struct Banner {
    /// How loud.
    pub tone: Tone,
    /// What.
    pub title: String,
    /// What it means and what to do.
    pub text: String,
}

/// How loud a banner or notice is. The words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Good to know.
    Calm,
    /// Mind this.
    Warn,
    /// Something is wrong.
    Bad,
}

impl Tone {
    /// The class of its colour.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Calm => "calm",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// What came of what the person just did.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Good or bad.
    pub tone: Tone,
    /// One sentence.
    pub text: String,
}

impl Shell {
    /// A shell for nobody: the sign-in page.
    pub fn outside(title: &str, now: Timestamp) -> Self {
        Self {
            title: title.to_owned(),
            place: Place::Elsewhere,
            person: None,
            csrf: String::new(),
            now: Moment(now),
            banners: Vec::new(),
            notice: None,
            keys: true,
            case: None,
        }
    }

    /// The same shell at another place.
    #[must_use]
    pub const fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The address of the style sheet, with its digest.
    pub fn css(&self) -> String {
        assets::address("console.css")
    }

    /// The address of the script, with its digest.
    pub fn js(&self) -> String {
        assets::address("console.js")
    }

    /// The address of the icon, with its digest.
    pub fn icon(&self) -> String {
        assets::address("icon.svg")
    }

    /// What Holdfast is for and what not.
    pub const fn purpose(&self) -> &'static str {
        words::INTENDED_PURPOSE
    }

    /// `page` where the page stands there in the navigation.
    pub fn is_at(&self, name: &str) -> bool {
        matches!(
            (self.place, name),
            (Place::Queue, "queue")
                | (Place::OpenCase, "open")
                | (Place::Search, "search")
                | (Place::Help, "help")
        )
    }

    /// A shell with everything that it can show.
    pub(super) fn sample(title: &str) -> Self {
        Self {
            person: Some(Person {
                name: "Ana Ruiz".to_owned(),
                role: words::role(Role::Senior).to_owned(),
            }),
            csrf: "sample-token".to_owned(),
            banners: vec![Banner {
                tone: Tone::Calm,
                title: "Observe mode in northside.".to_owned(),
                text: "Decisions are recorded; nothing is sent to the platform.".to_owned(),
            }],
            ..Self::outside(title, Timestamp::from_secs(1_700_000_000))
        }
    }
}
