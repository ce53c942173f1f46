//! Case pages with everything that they can show, hostile text included.

use std::time::Duration;

use holdfast_domain::Timestamp;

use super::forms::{Offer, TemplateChoice};
use super::text::TextView;
use super::{
    ActionLine, CasePage, Claiming, Closing, DecisionLine, Drafts, EarlierCase, Entry, Explanation,
    Forms, Head, NoteLine, PostView, ReasonView, ReportLine, RuleLine, Stale, Undo,
};
use crate::web::highlight::Segment;
use crate::web::pages::queue::{Choice, Due};
use crate::web::shell::Place;
use crate::web::words::{self, LevelView, Moment};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
/// What a member might write to break out of a page.
const HOSTILE: &str =
    "<script>document.title='owned'</script><img src=x onerror=alert(1)> \" ' &amp;";

fn ago(secs: u64) -> Moment {
    Moment(NOW - Duration::from_secs(secs))
}

impl Head {
    fn sample() -> Self {
        Self {
            case: "0190f4d2-0000-7000-8000-000000000001".to_owned(),
            version: 12,
            kind: "Crisis".to_owned(),
            number: "000001".to_owned(),
            line: "Act now: goodbye wording, posted 6 min ago in northside, two reports."
                .to_owned(),
            level: LevelView::ActNow,
            unscored: false,
            closed: None,
            due: Some(Due::new(NOW + Duration::from_secs(200), NOW)),
            community: "northside".to_owned(),
            member: Some("tidepool".to_owned()),
            posted_at: Some(ago(360)),
            remarks: Vec::new(),
        }
    }

    pub(crate) fn sample_incident() -> Self {
        Self {
            kind: "Incident".to_owned(),
            line: "3 records could not be read since 22:07 UTC.".to_owned(),
            level: LevelView::Soon,
            unscored: true,
            member: None,
            remarks: vec!["arrived late".to_owned()],
            ..Self::sample()
        }
    }
}

fn post(at: &str, of_case: bool, text: TextView) -> PostView {
    PostView {
        post: "0190f4d2-0000-7000-8000-0000000000aa".to_owned(),
        at: at.to_owned(),
        author: if of_case { "tidepool" } else { "ferry" }.to_owned(),
        posted_at: ago(360),
        of_case,
        level: of_case.then_some(LevelView::ActNow),
        unscored: false,
        remarks: Vec::new(),
        text,
        reasons: Vec::new(),
        url: of_case.then(|| "https://forum.example/t/1?a=\"><script>alert(2)</script>".to_owned()),
    }
}

fn shown() -> TextView {
    TextView::Shown(vec![
        Segment::Plain("I wanted to say ".to_owned()),
        Segment::Evidence {
            text: "goodbye to all of you".to_owned(),
            reasons: vec![0, 1],
        },
        Segment::Plain(format!(". {HOSTILE} I have the ")),
        Segment::Covered { number: 0 },
        Segment::Plain(" here.\nThank you for everything.".to_owned()),
    ])
}

fn forms() -> Forms {
    let offer = |value: &str, label: &str, restrictive, needs_message| Offer {
        value: value.to_owned(),
        label: label.to_owned(),
        restrictive,
        speaks: value == "outreach",
        needs_message,
        suggested: value == "outreach",
        chosen: value == "outreach",
    };
    let codes: Vec<Choice> = words::CLOSE_CODES
        .into_iter()
        .map(|code| Choice::new(format!("{code:?}"), words::close_code(code), ""))
        .collect();
    Forms {
        mine: true,
        raise: Vec::new(),
        lower: vec![
            Choice::new("urgent", "Urgent", "urgent"),
            Choice::new("soon", "Soon", "urgent"),
        ],
        lower_codes: words::LOWER_CODES
            .into_iter()
            .map(|code| Choice::new(format!("{code:?}"), words::lower_code(code), ""))
            .collect(),
        contact: vec![
            Choice::new("reached", "The person answered", ""),
            Choice::new("tried", "A message is out, no answer yet", ""),
        ],
        outcomes: vec![
            Choice::new("support", "Give support", "support"),
            Choice::new("act", "Ask the platform to act", "support"),
            Choice::new("no_action", "No action needed", "support"),
        ],
        policies: vec![Choice::new("crisis.goodbye", "crisis.goodbye", "")],
        posts: vec![
            Choice::new("a", "the newest, posted Tue 14 Nov 22:07 UTC", "a"),
            Choice::new("b", "posted Tue 14 Nov 21:40 UTC", "a"),
        ],
        offers: vec![
            offer("outreach", "Send the member a private message", false, true),
            offer("hide", "Hide the post", true, true),
            offer("restore", "Undo what was done before", false, false),
        ],
        templates: vec![TemplateChoice {
            name: "First reach-out".to_owned(),
            text: "Hi, it's Ana from the northside team. I read your post and I'm glad you wrote it here.".to_owned(),
        }],
        nothing_leaves: None,
        undo_secs: 15,
        closing: Closing::Propose { codes },
    }
}

impl CasePage {
    /// A case at "act now", its texts shown, everything filled.
    pub fn sample() -> Self {
        let mut trigger = post("p0", true, shown());
        trigger.reasons = vec![
            ReasonView {
                number: 1,
                words: "rule crisis.goodbye: farewell to the group".to_owned(),
            },
            ReasonView {
                number: 2,
                words: "recognised by the lexicon: goodbye explicit".to_owned(),
            },
        ];
        trigger.remarks = vec!["edited once".to_owned()];
        Self {
            shell: crate::web::pages::sample_shell("Crisis 000001").at(Place::Queue),
            head: Head::sample(),
            stale: None,
            wrong: None,
            posts: vec![trigger],
            thread: vec![
                post(
                    "t0",
                    false,
                    TextView::Shown(vec![Segment::Plain(
                        "We are here. Where are you now?".to_owned(),
                    )]),
                ),
                post(
                    "t1",
                    true,
                    TextView::Gone("Its text is no longer kept.".to_owned()),
                ),
            ],
            revealed: true,
            may_reveal: true,
            asks_why: false,
            explanation: explanation(),
            reports: vec![
                ReportLine {
                    at: ago(300),
                    reason: "worried about the author".to_owned(),
                    words: Some(format!("please look, {HOSTILE}")),
                    covered: false,
                },
                ReportLine {
                    at: ago(200),
                    reason: "another reason".to_owned(),
                    words: None,
                    covered: true,
                },
            ],
            notes: vec![NoteLine {
                at: ago(120),
                who: "Ben Okafor".to_owned(),
                text: format!("Wrote to her yesterday too. {HOSTILE}"),
            }],
            decisions: vec![decision()],
            automatic: vec![ActionLine {
                what: "Show the author a private hint".to_owned(),
                status: "not sent: this community is in observe mode".to_owned(),
                at: ago(350),
                needs_care: true,
                message: None,
            }],
            earlier: vec![EarlierCase {
                case: "0190f4d2-0000-7000-8000-000000000009".to_owned(),
                title: "Crisis 000009, opened Mon 6 Nov".to_owned(),
                status: "closed: support was given".to_owned(),
            }],
            timeline: timeline(),
            claiming: Claiming::sample_mine(),
            forms: Some(forms()),
            drafts: Drafts::default(),
            undo: Some(Undo {
                decision: "0190f4d2-0000-7000-8000-0000000000dd".to_owned(),
                what: "give support, send a private message".to_owned(),
                until: Moment(NOW + Duration::from_secs(12)),
                secs_left: 12,
            }),
        }
    }

    /// The other looks of a case.
    pub fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("case-covered", Self::sample_covered()),
            ("case-stale", Self::sample_stale()),
            ("case-confirm", Self::sample_confirm()),
            ("case-closed", Self::sample_closed()),
            ("case-viewer", Self::sample_viewer()),
            ("case-auditor", Self::sample_auditor()),
        ]
    }

    /// Nobody has asked for the texts, and a colleague has the case.
    pub fn sample_covered() -> Self {
        let mut page = Self::sample();
        page.revealed = false;
        page.posts = vec![post("p0", true, TextView::Masked)];
        page.thread.clear();
        page.undo = None;
        page.head.unscored = true;
        page.claiming = Claiming::Theirs {
            name: "Ben Okafor".to_owned(),
            until: Moment(NOW + Duration::from_secs(500)),
            may_take_over: true,
        };
        if let Some(forms) = &mut page.forms {
            forms.mine = false;
            forms.raise = vec![Choice::new("act_now", "Act now", "")];
        }
        page
    }

    /// A decision was refused because a post came in.
    pub fn sample_stale() -> Self {
        let mut page = Self::sample();
        page.undo = None;
        page.stale = Some(Stale {
            what: "Your decision was not recorded.".to_owned(),
            arrived: vec![Entry {
                at: ago(20),
                who: "The member".to_owned(),
                what: "wrote again; the new post joined this case.".to_owned(),
                said: None,
            }],
        });
        page.drafts.decision_reason = format!("kept what I typed {HOSTILE}");
        page.drafts.message = format!("kept message </textarea>{HOSTILE}");
        page
    }

    /// A second person is asked to close.
    pub fn sample_confirm() -> Self {
        let mut page = Self::sample();
        page.undo = None;
        page.wrong = Some("write down why: reason must not be empty".to_owned());
        page.claiming = Claiming::Free;
        if let Some(forms) = &mut page.forms {
            forms.nothing_leaves =
                Some("Observe mode: nothing is sent to the platform.".to_owned());
            forms.offers.clear();
            forms.closing = Closing::Confirm {
                by: "Ben Okafor".to_owned(),
                code: "Support was given".to_owned(),
                reason: Some(format!("She is with her sister. {HOSTILE}")),
                codes: Vec::new(),
            };
        }
        "close".clone_into(&mut page.drafts.open);
        page
    }

    /// Closed.
    pub fn sample_closed() -> Self {
        let mut page = Self::sample();
        page.undo = None;
        page.head.closed = Some("support was given".to_owned());
        page.claiming = Claiming::Closed;
        if let Some(forms) = &mut page.forms {
            forms.outcomes.clear();
            forms.contact.clear();
            forms.lower.clear();
            forms.closing = Closing::Reopen {
                levels: vec![Choice::new("urgent", "Urgent", "")],
            };
        }
        page
    }

    /// An auditor, who says why they read.
    pub fn sample_auditor() -> Self {
        let mut page = Self::sample_viewer();
        page.may_reveal = true;
        page.asks_why = true;
        "complaint <b>17</b>".clone_into(&mut page.drafts.reveal_reason);
        page.wrong = Some("The reason must not be empty.".to_owned());
        page
    }

    /// Somebody who only looks.
    pub fn sample_viewer() -> Self {
        let mut page = Self::sample_covered();
        page.may_reveal = false;
        page.forms = None;
        page.claiming = Claiming::Closed;
        page.explanation = Explanation::default();
        page.reports.clear();
        page
    }
}

fn explanation() -> Explanation {
    Explanation {
        rules: vec![RuleLine {
            rule: "crisis.goodbye v3".to_owned(),
            because: "farewell to the group".to_owned(),
            level: Some(LevelView::ActNow),
        }],
        shadow: vec![RuleLine {
            rule: "crisis.burden v1".to_owned(),
            because: "says that others would be better off".to_owned(),
            level: None,
        }],
        signals: vec!["The lexicon recognised crisis wording: goodbye explicit.".to_owned()],
        silences: vec!["The encoder did not answer in time.".to_owned()],
        versions: vec![("lexicon".to_owned(), "3fa9c1".to_owned())],
    }
}

fn decision() -> DecisionLine {
    DecisionLine {
        at: ago(3),
        who: "Ana Ruiz".to_owned(),
        outcome: "Give support".to_owned(),
        policy: "crisis.goodbye".to_owned(),
        reason: Some(format!("Clear farewell. {HOSTILE}")),
        undone: false,
        actions: vec![ActionLine {
            what: "Send the member a private message".to_owned(),
            status: "sent, not confirmed".to_owned(),
            at: ago(2),
            needs_care: false,
            message: Some(format!("Hi, it's Ana. {HOSTILE}")),
        }],
    }
}

fn timeline() -> Vec<Entry> {
    let entry = |secs, who: &str, what: &str| Entry {
        at: ago(secs),
        who: who.to_owned(),
        what: what.to_owned(),
        said: None,
    };
    vec![
        entry(3, "Ana Ruiz, senior moderator,", "decided: give support."),
        entry(
            30,
            "Ana Ruiz, senior moderator,",
            "read the texts of the case.",
        ),
        entry(60, "Ana Ruiz, senior moderator,", "claimed the case."),
        Entry::sample(),
        entry(
            355,
            "Holdfast",
            "asked people to look, because the case opened at “Act now”.",
        ),
        entry(
            358,
            "Holdfast",
            "opened the case: the machine reading asks for “Act now”.",
        ),
        entry(360, "The member", "posted."),
    ]
}
