//! How bytes are written in a line: hashes as hex, UUIDs in their usual form, ciphertexts as base64.
//! Each has one spelling; others are refused.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::Serializer;

use crate::hash::{from_hex, to_hex};

/// Reads a text and makes of it what it stands for.
fn read<'de, D: Deserializer<'de>, T>(
    from: D,
    parse: impl FnOnce(&str) -> Option<T>,
    form: &str,
) -> Result<T, D::Error> {
    parse(&String::deserialize(from)?).ok_or_else(|| D::Error::custom(form))
}

/// An object, and never a list of its fields without their names, which the derived reader would
/// take as well.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
            }
        }
        from.deserialize_map(Fields(PhantomData))
    }
}

pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Object::deserialize(from).map(|Object(object)| object)
}

pub(super) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Vec<Object<T>>>::deserialize(from)?;
    Ok(list.map(|list| list.into_iter().map(|Object(object)| object).collect()))
}

pub(super) mod hash {
    use super::{Deserializer, Serializer, from_hex, read, to_hex};

    pub(crate) const FORM: &str = "a hash is 64 lowercase hex digits";

    pub(crate) fn serialize<S: Serializer>(hash: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&to_hex(hash))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        read(from, from_hex, FORM)
    }
}

pub(super) mod optional_hash {
    use super::{Deserialize, Deserializer, Error, Serializer, from_hex, hash};

    #[expect(clippy::ref_option, reason = "the form that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(
        hash: &Option<[u8; 32]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => super::hash::serialize(hash, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<[u8; 32]>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let hash = text.map(|text| from_hex(&text).ok_or_else(|| D::Error::custom(hash::FORM)));
        hash.transpose()
    }
}

pub(super) mod uuid {
    use super::{Deserializer, Serializer, from_hex, read, to_hex};

    pub(crate) fn serialize<S: Serializer>(id: &[u8; 16], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&write(id))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 16], D::Error> {
        let form = "a UUID is lowercase hex digits in groups of 8, 4, 4, 4 and 12";
        read(from, parse, form)
    }

    pub(crate) fn write(id: &[u8; 16]) -> String {
        let hex = to_hex(id);
        let parts = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        parts.join("-")
    }

    fn parse(text: &str) -> Option<[u8; 16]> {
        let id = from_hex(&text.replace('-', ""))?;
        (write(&id) == text).then_some(id)
    }
}

pub(super) mod base64 {
    use super::{Deserializer, Serializer, read};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let form = "a ciphertext is base64 with its padding";
        read(from, |text| STANDARD.decode(text).ok(), form)
    }
}
