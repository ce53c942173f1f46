//! Values on their way in, cells on their way out.

use holdfast_domain::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;

/// A value of a statement. A missing one still knows its type, as PostgreSQL asks for it.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A whole number.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// Values of one type for `IN ($1)`.
    List(Vec<Value>),
    /// Rows of equal shape, at least one.
    Rows(Vec<Vec<Value>>),
}

macro_rules! into_value {
    ($($from:ty as $variant:ident: |$value:ident| $conversion:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$variant(Some($conversion))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$value| $conversion))
            }
        }
    )*};
}

into_value! {
    i64 as Int: |value| value;
    u64 as Int: |value| value as i64;
    u32 as Int: |value| i64::from(value);
    u16 as Int: |value| i64::from(value);
    bool as Int: |value| i64::from(value);
    Timestamp as Int: |value| value.as_micros();
    String as Text: |value| value;
    &str as Text: |value| value.to_owned();
    Vec<u8> as Bytes: |value| value;
    &[u8] as Bytes: |value| value.to_vec();
    [u8; 16] as Bytes: |value| value.to_vec();
    [u8; 32] as Bytes: |value| value.to_vec();
    Uuid as Bytes: |value| value.as_bytes().to_vec();
    holdfast_domain::SubjectId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    holdfast_domain::PostId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    holdfast_domain::CaseId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    holdfast_domain::MessageId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    holdfast_domain::EventId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    holdfast_domain::UserId as Bytes: |value| value.as_uuid().as_bytes().to_vec();
    &holdfast_domain::TenantId as Text: |value| value.as_str().to_owned();
    &holdfast_domain::PlatformId as Text: |value| value.as_str().to_owned();
    &holdfast_domain::CommunityId as Text: |value| value.as_str().to_owned();
}

impl Value {
    /// A list for `IN ($1)`.
    pub(crate) fn list<T: Into<Self>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// Values of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// One cell of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row of an answer; cells are taken out by their place.
#[derive(Debug, Clone)]
pub(crate) struct Row(pub(crate) Vec<Cell>);

impl Row {
    fn take(&mut self, place: usize) -> Cell {
        self.0
            .get_mut(place)
            .map_or(Cell::Null, |cell| std::mem::replace(cell, Cell::Null))
    }

    /// A whole number, or none.
    pub(crate) fn opt_int(&mut self, place: usize) -> Result<Option<i64>, StoreError> {
        match self.take(place) {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(value)),
            _ => Err(wrong(place, "a whole number")),
        }
    }

    /// A whole number.
    pub(crate) fn int(&mut self, place: usize) -> Result<i64, StoreError> {
        self.opt_int(place)?
            .ok_or_else(|| wrong(place, "a whole number"))
    }

    /// A text, or none.
    pub(crate) fn opt_text(&mut self, place: usize) -> Result<Option<String>, StoreError> {
        match self.take(place) {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            _ => Err(wrong(place, "a text")),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, place: usize) -> Result<String, StoreError> {
        self.opt_text(place)?.ok_or_else(|| wrong(place, "a text"))
    }

    /// Bytes, or none.
    pub(crate) fn opt_bytes(&mut self, place: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.take(place) {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value)),
            _ => Err(wrong(place, "bytes")),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, place: usize) -> Result<Vec<u8>, StoreError> {
        self.opt_bytes(place)?.ok_or_else(|| wrong(place, "bytes"))
    }

    /// Exactly that many bytes.
    pub(crate) fn array<const N: usize>(&mut self, place: usize) -> Result<[u8; N], StoreError> {
        self.bytes(place)?
            .try_into()
            .map_err(|_| wrong(place, "bytes of the right number"))
    }

    /// An id.
    pub(crate) fn id<T: From<Uuid>>(&mut self, place: usize) -> Result<T, StoreError> {
        self.array::<16>(place)
            .map(|bytes| T::from(Uuid::from_bytes(bytes)))
    }

    /// An id, or none.
    pub(crate) fn opt_id<T: From<Uuid>>(&mut self, place: usize) -> Result<Option<T>, StoreError> {
        let Some(bytes) = self.opt_bytes(place)? else {
            return Ok(None);
        };
        let bytes: [u8; 16] = bytes.try_into().map_err(|_| wrong(place, "an id"))?;
        Ok(Some(T::from(Uuid::from_bytes(bytes))))
    }

    /// A moment.
    pub(crate) fn time(&mut self, place: usize) -> Result<Timestamp, StoreError> {
        self.int(place).map(Timestamp::from_micros)
    }

    /// A moment, or none.
    pub(crate) fn opt_time(&mut self, place: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(place)?.map(Timestamp::from_micros))
    }

    /// A name of the domain (tenant, platform, community).
    pub(crate) fn name<T: TryFrom<String>>(&mut self, place: usize) -> Result<T, StoreError> {
        T::try_from(self.text(place)?).map_err(|_| wrong(place, "a name"))
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, place: usize) -> Result<bool, StoreError> {
        Ok(self.int(place)? != 0)
    }
}

fn wrong(place: usize, expected: &str) -> StoreError {
    StoreError::corrupt(format!("column {place} of an answer is not {expected}"))
}
