//! Checks the numbers of a saved state: one that no engine writes must not be computed with later.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use crate::time::MAX_TIME;

/// Magnitude that no count, share or sum of nats reaches.
const LARGEST: f64 = 1e15;

/// Checks every number in `value`: decimal numbers are finite and no larger than 10^15, and times, which
/// are all that is saved as `i64`, lie within 8,000 years of 1970.
///
/// # Errors
/// In words, what the first number at fault is.
pub(crate) fn check_numbers<T: Serialize + ?Sized>(value: &T) -> Result<(), String> {
    value.serialize(Numbers).map_err(|fault| fault.0)
}

/// Visits the numbers of what it is given, and writes nothing.
#[derive(Clone, Copy)]
struct Numbers;

#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! any {
    ($($method:ident: $kind:ty),+ $(,)?) => {
        $(fn $method(self, _: $kind) -> Result<(), Fault> { Ok(()) })+
    };
}

impl Serializer for Numbers {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    any! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_i128: i128, serialize_char: char, serialize_str: &str,
        serialize_bytes: &[u8], serialize_unit_struct: &'static str,
    }

    fn serialize_i64(self, time: i64) -> Result<(), Fault> {
        if (-MAX_TIME..=MAX_TIME).contains(&time) {
            return Ok(());
        }
        Err(Fault(format!("time {time} lies outside the range of times")))
    }

    fn serialize_f32(self, number: f32) -> Result<(), Fault> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Fault> {
        if number.abs() <= LARGEST {
            return Ok(());
        }
        Err(Fault(format!("number {number} is none that a state holds")))
    }

    fn serialize_none(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Fault> {
        Ok(self)
    }
}

/// The parts of what is compound, each of which is visited.
macro_rules! parts {
    ($($which:ident: $method:ident($($name:ident: $kind:ty)?);)+) => {
        $(impl ser::$which for Numbers {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: $kind,)?
                value: &T,
            ) -> Result<(), Fault> {
                value.serialize(*self)
            }

            fn end(self) -> Result<(), Fault> {
                Ok(())
            }
        })+
    };
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(_name: &'static str);
    SerializeStructVariant: serialize_field(_name: &'static str);
}

impl ser::SerializeMap for Numbers {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        key.serialize(*self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(*self)
    }

    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let nested = |number: f32, time: i64| BTreeMap::from([(1, Some(vec![(number, [time])]))]);
        assert_eq!(check_numbers(&nested(1.0, 5)), Ok(()));
        assert!(check_numbers(&nested(f32::NAN, 5)).is_err());
        assert!(check_numbers(&nested(f32::INFINITY, 5)).is_err());
        assert!(check_numbers(&nested(1.0, i64::MIN)).is_err());
    }
}
