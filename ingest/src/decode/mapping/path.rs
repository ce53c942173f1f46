//! Paths into JSON.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// A path: `$`, then `.name`, `['name']`, `[n]`, `[-n]` or `[*]`, any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(i64),
    Each,
}

impl Path {
    /// Everything that the path leads to; empty where it leads nowhere.
    pub(crate) fn find<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        self.steps.iter().fold(vec![root], |found, step| {
            found
                .into_iter()
                .flat_map(|value| step.from(value))
                .collect()
        })
    }
}

impl Step {
    fn from<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Name(name) => value.get(name).into_iter().collect(),
            Self::Index(index) => value
                .as_array()
                .and_then(|list| nth(list, *index))
                .into_iter()
                .collect(),
            Self::Each => match value {
                Value::Array(list) => list.iter().collect(),
                Value::Object(map) => map.values().collect(),
                _ => Vec::new(),
            },
        }
    }
}

fn nth(list: &[Value], index: i64) -> Option<&Value> {
    let from_end = || {
        list.len()
            .checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
    };
    let index = if index < 0 {
        from_end()?
    } else {
        usize::try_from(index).ok()?
    };
    list.get(index)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Path {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text.strip_prefix('$').ok_or("begins with $")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = next_step(rest)?;
            steps.push(step);
            rest = after;
        }
        Ok(Self {
            text: text.to_owned(),
            steps,
        })
    }
}

fn next_step(text: &str) -> Result<(Step, &str), &'static str> {
    if let Some(inside) = text.strip_prefix("['") {
        let end = inside.find("']").ok_or("['name'] is not closed")?;
        return Ok((Step::Name(inside[..end].to_owned()), &inside[end + 2..]));
    }
    if let Some(inside) = text.strip_prefix('[') {
        let end = inside.find(']').ok_or("[ is not closed")?;
        let step = match &inside[..end] {
            "*" => Step::Each,
            number => Step::Index(
                number
                    .parse()
                    .map_err(|_| "takes [n], [-n], [*] or ['name'] in brackets")?,
            ),
        };
        return Ok((step, &inside[end + 1..]));
    }
    let name = text
        .strip_prefix('.')
        .ok_or("takes .name or [..] after each step")?;
    let end = name.find(['.', '[']).unwrap_or(name.len());
    match &name[..end] {
        "" => Err("takes no .. and no empty name"),
        "*" => Ok((Step::Each, &name[end..])),
        plain => Ok((Step::Name(plain.to_owned()), &name[end..])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn find(path: &str) -> Vec<Value> {
        let root =
            json!({ "a": { "b.c": [1, 2, 3] }, "items": [{ "text": "x" }, { "text": "y" }] });
        path.parse::<Path>()
            .unwrap()
            .find(&root)
            .into_iter()
            .cloned()
            .collect()
    }

    #[test]
    fn a_path_leads_through_names_indexes_and_lists() {
        assert_eq!(find("$.a['b.c'][0]"), [json!(1)]);
        assert_eq!(find("$.a['b.c'][-1]"), [json!(3)]);
        assert_eq!(find("$.items[*].text"), [json!("x"), json!("y")]);
        assert_eq!(find("$.items[9].text"), Vec::<Value>::new());
        assert_eq!(find("$.a['b.c'][-9]"), Vec::<Value>::new());
    }

    #[test]
    fn what_is_not_in_the_plain_part_is_refused() {
        for path in ["a.b", "$..a", "$.a[?(@.b)]", "$.a['b", "$a", "$."] {
            assert!(path.parse::<Path>().is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\$[.\\[\\]'*a-z0-9-]{0,20}") {
            let _ = text.parse::<Path>();
        }
    }
}
