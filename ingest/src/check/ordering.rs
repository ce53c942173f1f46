//! Whether the key orders by author.

use std::collections::{HashMap, HashSet};

use super::KeyOrder;

/// What was seen of keys and authors. Lives in memory only.
#[derive(Debug, Default)]
pub(super) struct Ordering {
    records: u64,
    without_key: u64,
    keyed_otherwise: u64,
    partitions: HashMap<String, HashSet<i32>>,
}

impl Ordering {
    pub(super) fn see(&mut self, author: &str, key: Option<&[u8]>, partition: i32) {
        self.records += 1;
        match key {
            None | Some([]) => self.without_key += 1,
            Some(key) if key != author.as_bytes() => self.keyed_otherwise += 1,
            Some(_) => {}
        }
        self.partitions
            .entry(author.to_owned())
            .or_default()
            .insert(partition);
    }

    pub(super) fn verdict(&self) -> KeyOrder {
        let spread = self
            .partitions
            .values()
            .filter(|partitions| partitions.len() > 1)
            .count() as u64;
        if self.records == 0 {
            KeyOrder::Unknown
        } else if self.without_key == 0 && self.keyed_otherwise == 0 && spread == 0 {
            KeyOrder::ByAuthor
        } else {
            KeyOrder::NotByAuthor {
                without_key: self.without_key,
                keyed_otherwise: self.keyed_otherwise,
                authors_in_several_partitions: spread,
            }
        }
    }
}
