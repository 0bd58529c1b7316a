//! The values of one column, whatever its type.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    AnyDictionaryArray, Array, ArrowPrimitiveType, BooleanArray, LargeStringArray, PrimitiveArray,
    RunArray, StringArray, StringViewArray,
};
use arrow_buffer::{ArrowNativeType, NullBuffer};
use arrow_schema::{DataType, TimeUnit};

const DAY: i64 = 86_400_000_000;

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'b> {
    Text(&'b str),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    /// A decimal number: this divided by ten to the power of the scale.
    Decimal(i128, i8),
    /// A number that no field can hold.
    Huge,
    Truth(bool),
    /// A time, in microseconds since 1970; of the local clock where its column has no zone.
    Time(i64),
    /// A time that microseconds since 1970 cannot hold.
    FarTime,
    /// A key that its dictionary does not have.
    Lost,
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

    /// Gives `take` the text of each of some rows, in their order.
    #[inline]
    pub(crate) fn each(&self, rows: Range<usize>, mut take: impl FnMut(Option<&'b str>)) {
        /// The rows of one layout, which is decided on once.
        macro_rules! texts {
            ($array:expr) => {
                rows.for_each(|row| take($array.is_valid(row).then(|| $array.value(row))))
            };
        }
        match self {
            Self::Utf8(array) => texts!(array),
            Self::Large(array) => texts!(array),
            Self::View(array) => texts!(array),
        }
    }
}

/// Declares the keys of dictionaries, by their type.
macro_rules! keys {
    ($($variant:ident: $key:ident,)+) => {
        /// The keys of a dictionary, of whatever type.
        pub(crate) enum Keys<'b> {
            $($variant(&'b [<$key as ArrowPrimitiveType>::Native]),)+
        }

        impl<'b> Keys<'b> {
            fn new(dictionary: &'b dyn AnyDictionaryArray) -> Option<Self> {
                let keys = dictionary.keys();
                Some(match keys.data_type() {
                    $(DataType::$variant => Self::$variant(keys.as_primitive_opt::<$key>()?.values()),)+
                    _ => return None,
                })
            }

            /// The key of a row that is not null.
            #[inline]
            fn get(&self, row: usize) -> usize {
                match self { $(Self::$variant(keys) => keys[row].as_usize(),)+ }
            }

            /// Gives `take` the key of each of some rows with what is beside it in a list; of a null any.
            #[inline]
            fn each<T>(&self, rows: Range<usize>, beside: &mut [T], mut take: impl FnMut(&mut T, usize)) {
                match self {
                    $(Self::$variant(keys) => {
                        for (key, beside) in keys[rows].iter().zip(beside) {
                            take(beside, key.as_usize());
                        }
                    })+
                }
            }
        }
    };
}

keys! {
    Int8: Int8Type,
    Int16: Int16Type,
    Int32: Int32Type,
    Int64: Int64Type,
    UInt8: UInt8Type,
    UInt16: UInt16Type,
    UInt32: UInt32Type,
    UInt64: UInt64Type,
}

/// Decimal numbers of any width.
pub(crate) enum Decimals<'b> {
    Bits32(&'b PrimitiveArray<Decimal32Type>),
    Bits64(&'b PrimitiveArray<Decimal64Type>),
    Bits128(&'b PrimitiveArray<Decimal128Type>),
    Bits256(&'b PrimitiveArray<Decimal256Type>),
}

impl Decimals<'_> {
    #[inline]
    fn get(&self, row: usize, scale: i8) -> Option<Cell<'static>> {
        let value = match self {
            Self::Bits32(array) => array.is_valid(row).then(|| Some(array.value(row).into())),
            Self::Bits64(array) => array.is_valid(row).then(|| Some(array.value(row).into())),
            Self::Bits128(array) => array.is_valid(row).then(|| Some(array.value(row))),
            Self::Bits256(array) => array.is_valid(row).then(|| array.value(row).to_i128()),
        }?;
        Some(value.map_or(Cell::Huge, |value| Cell::Decimal(value, scale)))
    }
}

/// The runs of a column in which each value is stored once for all rows that follow one another.
pub(crate) enum Runs<'b> {
    Int16(&'b RunArray<Int16Type>),
    Int32(&'b RunArray<Int32Type>),
    Int64(&'b RunArray<Int64Type>),
}

impl<'b> Runs<'b> {
    fn new(array: &'b dyn Array, ends: &DataType) -> Option<Self> {
        let array = array.as_any();
        Some(match ends {
            DataType::Int16 => Self::Int16(array.downcast_ref()?),
            DataType::Int32 => Self::Int32(array.downcast_ref()?),
            DataType::Int64 => Self::Int64(array.downcast_ref()?),
            _ => return None,
        })
    }

    fn values(&self) -> &'b dyn Array {
        match self {
            Self::Int16(array) => array.values().as_ref(),
            Self::Int32(array) => array.values().as_ref(),
            Self::Int64(array) => array.values().as_ref(),
        }
    }

    /// The place of a row's value among the values.
    #[inline]
    fn place(&self, row: usize) -> usize {
        match self {
            Self::Int16(array) => array.get_physical_index(row),
            Self::Int32(array) => array.get_physical_index(row),
            Self::Int64(array) => array.get_physical_index(row),
        }
    }
}

/// A column of one batch.
pub(crate) enum Values<'b> {
    /// Nulls only.
    Nothing,
    Text(Text<'b>),
    Dictionary {
        keys: Keys<'b>,
        nulls: Option<&'b NullBuffer>,
        values: Box<Self>,
        /// How many distinct values there are.
        distinct: usize,
    },
    Runs {
        runs: Runs<'b>,
        values: Box<Self>,
    },
    Decimal {
        values: Decimals<'b>,
        scale: i8,
    },
    Float16(&'b PrimitiveArray<Float16Type>),
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
        if array.logical_null_count() == array.len() {
            return Some(Self::Nothing);
        }
        Some(match array.data_type() {
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary_opt()?;
                let values = dictionary.values().as_ref();
                Self::Dictionary {
                    keys: Keys::new(dictionary)?,
                    nulls: array.nulls().filter(|nulls| nulls.null_count() > 0),
                    distinct: values.len(),
                    values: Box::new(Self::new(values)?),
                }
            }
            DataType::RunEndEncoded(ends, _) => {
                let runs = Runs::new(array, ends.data_type())?;
                let values = Box::new(Self::new(runs.values())?);
                Self::Runs { runs, values }
            }
            DataType::Decimal32(_, scale) => {
                Self::Decimal { values: Decimals::Bits32(array.as_primitive_opt()?), scale: *scale }
            }
            DataType::Decimal64(_, scale) => {
                Self::Decimal { values: Decimals::Bits64(array.as_primitive_opt()?), scale: *scale }
            }
            DataType::Decimal128(_, scale) => Self::Decimal {
                values: Decimals::Bits128(array.as_primitive_opt()?),
                scale: *scale,
            },
            DataType::Decimal256(_, scale) => Self::Decimal {
                values: Decimals::Bits256(array.as_primitive_opt()?),
                scale: *scale,
            },
            DataType::Float16 => Self::Float16(array.as_primitive_opt()?),
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

    /// The distinct values of a dictionary and how many there are; nothing for other columns.
    pub(crate) fn distinct(&self) -> Option<(&Self, usize)> {
        match self {
            Self::Dictionary { values, distinct, .. } => Some((values, *distinct)),
            _ => None,
        }
    }

    /// Gives `take` which of the distinct values of a dictionary each of some rows has, with what is beside
    /// it in a list, except where it is null. Does nothing for other columns.
    #[inline]
    pub(crate) fn each_key<T>(
        &self,
        rows: Range<usize>,
        beside: &mut [T],
        mut take: impl FnMut(&mut T, usize),
    ) {
        match self {
            Self::Dictionary { keys, nulls: None, .. } => keys.each(rows, beside, take),
            Self::Dictionary { keys, nulls: Some(nulls), .. } => {
                let mut row = rows.start;
                keys.each(rows, beside, |beside, key| {
                    if nulls.is_valid(row) {
                        take(beside, key);
                    }
                    row += 1;
                });
            }
            _ => {}
        }
    }

    /// The stored times of all rows and their unit, where none of them is null.
    pub(crate) fn stored_times(&self) -> Option<(&'b [i64], TimeUnit)> {
        let (array, times, unit): (&dyn Array, &'b [i64], _) = match self {
            Self::Seconds(array) => (array, array.values(), TimeUnit::Second),
            Self::Milliseconds(array) => (array, array.values(), TimeUnit::Millisecond),
            Self::Microseconds(array) => (array, array.values(), TimeUnit::Microsecond),
            Self::Nanoseconds(array) => (array, array.values(), TimeUnit::Nanosecond),
            _ => return None,
        };
        (array.null_count() == 0).then_some((times, unit))
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
        let time = |value, unit| micros(value, unit).map_or(Cell::FarTime, Cell::Time);
        match self {
            Self::Nothing => None,
            Self::Text(text) => text.get(row).map(Cell::Text),
            Self::Dictionary { keys, nulls, values, distinct } => {
                if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                    return None;
                }
                match keys.get(row) {
                    key if key < *distinct => values.get(key),
                    _ => Some(Cell::Lost),
                }
            }
            Self::Runs { runs, values } => values.get(runs.place(row)),
            Self::Decimal { values, scale } => values.get(row, *scale),
            Self::Float16(array) => cell!(array, |value| Cell::Float(f64::from(value))),
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
            Self::Date(array) => cell!(array, |value| {
                i64::from(value).checked_mul(DAY).map_or(Cell::FarTime, Cell::Time)
            }),
            Self::Seconds(array) => cell!(array, |value| time(value, TimeUnit::Second)),
            Self::Milliseconds(array) => cell!(array, |value| time(value, TimeUnit::Millisecond)),
            Self::DateMilliseconds(array) => {
                cell!(array, |value| time(value, TimeUnit::Millisecond))
            }
            Self::Microseconds(array) => cell!(array, |value| time(value, TimeUnit::Microsecond)),
            Self::Nanoseconds(array) => cell!(array, |value| time(value, TimeUnit::Nanosecond)),
        }
    }
}

/// A stored time in microseconds, which may not hold it.
#[inline]
pub(crate) fn micros(time: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => time.checked_mul(1_000_000),
        TimeUnit::Millisecond => time.checked_mul(1_000),
        TimeUnit::Microsecond => Some(time),
        TimeUnit::Nanosecond => Some(time.div_euclid(1_000)),
    }
}

/// Whether the times of a column are of a local clock: it has no zone.
pub(crate) fn is_local(found: &DataType) -> bool {
    match found {
        DataType::Timestamp(_, zone) => zone.is_none(),
        DataType::Date32 | DataType::Date64 => true,
        DataType::Dictionary(_, value) => is_local(value),
        DataType::RunEndEncoded(_, values) => is_local(values.data_type()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_its_dictionary_does_not_have_is_told() {
        let words = StringArray::from(vec!["alice"]);
        let keys = Keys::Int8(&[0, 1, -1]);
        let values = Box::new(Values::Text(Text::Utf8(&words)));
        let column = Values::Dictionary { keys, nulls: None, values, distinct: 1 };
        let cells: Vec<_> = (0..3).map(|row| column.get(row)).collect();
        assert_eq!(cells, [Some(Cell::Text("alice")), Some(Cell::Lost), Some(Cell::Lost)]);
    }
}
