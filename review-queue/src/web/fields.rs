//! What a form sent.

use std::str::FromStr;

use axum::Form;
use axum::extract::{FromRequest, Request};
use holdfast_domain::Sensitive;
use serde::de::DeserializeOwned;

use crate::error::ReviewError;

/// The fields of a form, in order; a name may stand several times. Prints as stars: people type
/// about people.
#[derive(Debug, Clone, Default)]
pub struct Fields(Sensitive<Vec<(String, String)>>);

impl Fields {
    /// The first field of that name, without blanks around; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0
            .reveal()
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// Whether the form has a field of that name.
    pub fn has(&self, name: &str) -> bool {
        self.0.reveal().iter().any(|(known, _)| known == name)
    }

    /// The field as it was typed, to be shown again.
    pub fn typed(&self, name: &str) -> String {
        self.text(name).to_owned()
    }

    /// All fields of that name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .reveal()
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// What somebody wrote; none where they wrote nothing.
    pub fn words(&self, name: &str) -> Option<Sensitive<String>> {
        let text = self.text(name);
        (!text.is_empty()).then(|| text.into())
    }

    /// What somebody wrote, maybe nothing.
    pub fn words_or_nothing(&self, name: &str) -> Sensitive<String> {
        self.text(name).into()
    }

    /// A field exactly as it was sent: blanks belong to a password.
    pub fn untrimmed(&self, name: &str) -> Sensitive<String> {
        let found = self.0.reveal().iter().find(|(known, _)| known == name);
        Sensitive::new(found.map_or_else(String::new, |(_, value)| value.clone()))
    }

    /// A choice from a list, by the name that serde knows it under.
    pub fn choice<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, ReviewError> {
        let value = serde_json::Value::String(self.typed(name));
        serde_json::from_value(value)
            .map_err(|_| ReviewError::field(name, "choose one of the offered values"))
    }

    /// A choice that may be left open.
    pub fn maybe_choice<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, ReviewError> {
        match self.text(name) {
            "" => Ok(None),
            _ => self.choice(name).map(Some),
        }
    }

    /// A number or id.
    pub fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, ReviewError> {
        self.text(name)
            .parse()
            .map_err(|_| ReviewError::field(name, "load the page again and choose anew"))
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = axum::extract::rejection::FormRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, state).await?;
        Ok(Self(fields.into()))
    }
}

#[cfg(test)]
impl From<&[(&str, &str)]> for Fields {
    fn from(fields: &[(&str, &str)]) -> Self {
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::CrisisLevel;

    use super::*;

    #[test]
    fn a_choice_reads_by_its_name_and_nothing_else_does() {
        let fields = Fields::from(&[("to", "act_now"), ("other", "3")][..]);
        assert_eq!(
            fields.choice::<CrisisLevel>("to").unwrap(),
            CrisisLevel::ActNow
        );
        assert!(fields.choice::<CrisisLevel>("other").is_err());
        assert!(
            fields
                .maybe_choice::<CrisisLevel>("absent")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_was_typed_does_not_print() {
        let fields = Fields::from(&[("note", "called her")][..]);
        assert!(!format!("{fields:?}").contains("called"));
    }
}
