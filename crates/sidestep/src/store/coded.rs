//! The saved form of the public vocabularies: a number each, whether they are serialisable or not.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// A value of a closed list.
pub(crate) trait Coded: Copy + PartialEq + 'static {
    /// Every value, in an order that does not change.
    const CODED: &'static [Self];
}

/// Saves the place of a value in its list; for `#[serde(with)]`.
pub(crate) fn serialize<T: Coded, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let place = T::CODED.iter().position(|known| known == value).unwrap_or_default();
    serializer.serialize_u8(place as u8)
}

/// The value at a saved place.
pub(crate) fn deserialize<'de, T: Coded, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let place = u8::deserialize(deserializer)?;
    T::CODED
        .get(usize::from(place))
        .copied()
        .ok_or_else(|| D::Error::custom(format!("number {place} stands for nothing")))
}
