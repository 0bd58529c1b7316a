//! The values of one column, whatever its type.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, BooleanArray, LargeStringArray, PrimitiveArray, StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use sidestep::Timestamp;

const DAY: i64 = 86_400_000_000;

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'b> {
    Text(&'b str),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Truth(bool),
    /// A time, in microseconds since 1970.
    Time(Timestamp),
    /// A time that microseconds since 1970 cannot hold.
    FarTime,
}

/// Text of any layout.
pub(crate) enum Text<'b> {
    Utf8(&'b StringArray),
    Large(&'b LargeStringArray),
    View(&'b StringViewArray),
}

impl<'b> Text<'b> {
    fn new(array: &'b dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string_opt()?),
            DataType::LargeUtf8 => Self::Large(array.as_string_opt()?),
            DataType::Utf8View => Self::View(array.as_string_view_opt()?),
            _ => return None,
        })
    }

    #[inline]
    fn get(&self, row: usize) -> Option<&'b str> {
        match self {
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// A column of one batch.
pub(crate) enum Values<'b> {
    /// Nulls only.
    Nothing,
    Text(Text<'b>),
    Dictionary {
        keys: Vec<usize>,
        nulls: Option<&'b NullBuffer>,
        values: Text<'b>,
    },
    Int8(&'b PrimitiveArray<Int8Type>),
    Int16(&'b PrimitiveArray<Int16Type>),
    Int32(&'b PrimitiveArray<Int32Type>),
    Int64(&'b PrimitiveArray<Int64Type>),
    UInt8(&'b PrimitiveArray<UInt8Type>),
    UInt16(&'b PrimitiveArray<UInt16Type>),
    UInt32(&'b PrimitiveArray<UInt32Type>),
    UInt64(&'b PrimitiveArray<UInt64Type>),
    Float32(&'b PrimitiveArray<Float32Type>),
    Float64(&'b PrimitiveArray<Float64Type>),
    Truth(&'b BooleanArray),
    Date(&'b PrimitiveArray<Date32Type>),
    Seconds(&'b PrimitiveArray<TimestampSecondType>),
    Milliseconds(&'b PrimitiveArray<TimestampMillisecondType>),
    DateMilliseconds(&'b PrimitiveArray<Date64Type>),
    Microseconds(&'b PrimitiveArray<TimestampMicrosecondType>),
    Nanoseconds(&'b PrimitiveArray<TimestampNanosecondType>),
}

impl<'b> Values<'b> {
    /// The values of an array; `None` for a type that no field is read from.
    pub(crate) fn new(array: &'b dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Null => Self::Nothing,
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary_opt()?;
                if *dictionary.values().data_type() == DataType::Null {
                    return Some(Self::Nothing);
                }
                let values = Text::new(dictionary.values().as_ref())?;
                if dictionary.values().is_empty() {
                    return Some(Self::Nothing);
                }
                let keys = dictionary.normalized_keys();
                Self::Dictionary { keys, nulls: array.nulls(), values }
            }
            DataType::Int8 => Self::Int8(array.as_primitive_opt()?),
            DataType::Int16 => Self::Int16(array.as_primitive_opt()?),
            DataType::Int32 => Self::Int32(array.as_primitive_opt()?),
            DataType::Int64 => Self::Int64(array.as_primitive_opt()?),
            DataType::UInt8 => Self::UInt8(array.as_primitive_opt()?),
            DataType::UInt16 => Self::UInt16(array.as_primitive_opt()?),
            DataType::UInt32 => Self::UInt32(array.as_primitive_opt()?),
            DataType::UInt64 => Self::UInt64(array.as_primitive_opt()?),
            DataType::Float32 => Self::Float32(array.as_primitive_opt()?),
            DataType::Float64 => Self::Float64(array.as_primitive_opt()?),
            DataType::Boolean => Self::Truth(array.as_boolean_opt()?),
            DataType::Date32 => Self::Date(array.as_primitive_opt()?),
            DataType::Date64 => Self::DateMilliseconds(array.as_primitive_opt()?),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => Self::Seconds(array.as_primitive_opt()?),
                TimeUnit::Millisecond => Self::Milliseconds(array.as_primitive_opt()?),
                TimeUnit::Microsecond => Self::Microseconds(array.as_primitive_opt()?),
                TimeUnit::Nanosecond => Self::Nanoseconds(array.as_primitive_opt()?),
            },
            _ => Self::Text(Text::new(array)?),
        })
    }

    /// The value of a row; `None` where it is null.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<Cell<'b>> {
        /// A row of a primitive array, through a function.
        macro_rules! cell {
            ($array:expr, $wrap:expr) => {
                $array.is_valid(row).then(|| $wrap($array.value(row)))
            };
        }
        let scaled =
            |value: i64, scale: i64| value.checked_mul(scale).map_or(Cell::FarTime, Cell::Time);
        match self {
            Self::Nothing => None,
            Self::Text(text) => text.get(row).map(Cell::Text),
            Self::Dictionary { keys, nulls, values } => {
                if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                    return None;
                }
                values.get(keys[row]).map(Cell::Text)
            }
            Self::Int8(array) => cell!(array, |value| Cell::Signed(i64::from(value))),
            Self::Int16(array) => cell!(array, |value| Cell::Signed(i64::from(value))),
            Self::Int32(array) => cell!(array, |value| Cell::Signed(i64::from(value))),
            Self::Int64(array) => cell!(array, Cell::Signed),
            Self::UInt8(array) => cell!(array, |value| Cell::Unsigned(u64::from(value))),
            Self::UInt16(array) => cell!(array, |value| Cell::Unsigned(u64::from(value))),
            Self::UInt32(array) => cell!(array, |value| Cell::Unsigned(u64::from(value))),
            Self::UInt64(array) => cell!(array, Cell::Unsigned),
            Self::Float32(array) => cell!(array, |value| Cell::Float(f64::from(value))),
            Self::Float64(array) => cell!(array, Cell::Float),
            Self::Truth(array) => cell!(array, Cell::Truth),
            Self::Date(array) => cell!(array, |value| scaled(i64::from(value), DAY)),
            Self::Seconds(array) => cell!(array, |value| scaled(value, 1_000_000)),
            Self::Milliseconds(array) => cell!(array, |value| scaled(value, 1_000)),
            Self::DateMilliseconds(array) => cell!(array, |value| scaled(value, 1_000)),
            Self::Microseconds(array) => cell!(array, Cell::Time),
            Self::Nanoseconds(array) => {
                cell!(array, |value: i64| Cell::Time(value.div_euclid(1_000)))
            }
        }
    }
}
