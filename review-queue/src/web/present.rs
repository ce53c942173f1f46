//! From views to pages: what the service tells, said in words.
//!
//! Pure functions of views and the present moment. What is not in a view (a masked text) cannot
//! appear on a page.

pub mod case;
pub mod forms;
pub mod incident;
pub mod queue;
pub mod texts;
pub mod timeline;

use holdfast_domain::intake::Origin;

use super::words;
use crate::view::{ProseView, Who};

/// Who did something, as a sentence names them.
pub(crate) fn who(who: &Who) -> String {
    match who {
        Who::User { name, role, .. } => match role {
            Some(role) => format!("{name}, {},", words::role(*role)),
            None => name.clone(),
        },
        Who::Automation | Who::System => "Holdfast".to_owned(),
        Who::Platform => "The platform".to_owned(),
        Who::Member => "A member".to_owned(),
        Who::Operator => "An operator of the server".to_owned(),
    }
}

/// Their name alone.
pub(crate) fn name(who: &Who) -> String {
    match who {
        Who::User { name, .. } => name.clone(),
        other => self::who(other),
    }
}

/// A text that a person wrote, as far as the reader may see it.
pub(crate) fn prose(prose: &ProseView) -> String {
    match prose {
        ProseView::Shown { text } => text.reveal().clone(),
        ProseView::Masked => "(covered)".to_owned(),
        ProseView::Erased => "(erased with the member's data)".to_owned(),
    }
}

/// The text, where it is shown at all.
pub(crate) fn shown(prose: &ProseView) -> Option<String> {
    match prose {
        ProseView::Masked => None,
        other => Some(self::prose(other)),
    }
}

/// Where a record stood.
pub(crate) fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Kafka {
            topic,
            partition,
            offset,
        } => format!("{topic}, partition {partition}, offset {offset}"),
        Origin::Http { integrator, item } => {
            format!("HTTP intake of {integrator}, item {}", item + 1)
        }
        Origin::File { name, line } => format!("{name}, line {line}"),
        Origin::Hand => "entered by hand".to_owned(),
    }
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A value of the domain as its name on a form: what serde calls it.
pub(crate) fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}
