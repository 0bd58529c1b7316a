//! Alerts as a table: a row per alert.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use sidestep::Timestamp;
use sidestep::alert::Alert;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let texts = || DataType::new_list(DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        column("id", DataType::Utf8),
        column("state", DataType::Utf8),
        column("severity", DataType::Utf8),
        column("score", DataType::Float64),
        column("p_value", DataType::Float64),
        column("surprise", DataType::Float64),
        column("first_seen", time_type()),
        column("last_seen", time_type()),
        column("detected_at", time_type()),
        column("origin_host", DataType::Utf8),
        column("origin_user", DataType::Utf8),
        column("pivots", texts()),
        column("targets", texts()),
        column("techniques", texts()),
        column("credential_switches", DataType::UInt32),
        column("hops", DataType::UInt32),
        column("summary", DataType::Utf8),
    ]))
});

/// The columns of alerts: what [`Alert`] says, times as timestamps in microseconds, UTC; lists of
/// hosts and of ids of techniques; of credential switches and hops the number.
#[must_use]
pub fn alerts_schema() -> SchemaRef {
    SCHEMA.clone()
}

/// Alerts as a table, in their order.
///
/// # Errors
/// None that the columns could give rise to: they are of one length.
pub fn alerts_batch(alerts: &[Alert]) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&Alert) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(alerts.iter().map(of)))
    };
    let word = |of: fn(&Alert) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(alerts.iter().map(of)))
    };
    let float = |of: fn(&Alert) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(alerts.iter().map(of)))
    };
    let time = |of: fn(&Alert) -> Timestamp| times(alerts.iter().map(of));
    let count = |of: fn(&Alert) -> usize| -> ArrayRef { counts(alerts.iter().map(of)) };
    let columns = vec![
        text(|alert| &alert.id),
        word(|alert| alert.state.to_string()),
        word(|alert| alert.severity.to_string()),
        float(|alert| alert.score),
        float(|alert| alert.p_value),
        float(|alert| alert.surprise),
        time(|alert| alert.first_seen),
        time(|alert| alert.last_seen),
        time(|alert| alert.detected_at),
        text(|alert| &alert.origin.host),
        text(|alert| &alert.origin.user),
        lists(alerts, |alert| alert.pivots.iter().map(String::as_str).collect()),
        lists(alerts, |alert| alert.targets.iter().map(String::as_str).collect()),
        lists(alerts, |alert| alert.techniques.iter().map(|technique| technique.id).collect()),
        count(|alert| alert.credential_switches.len()),
        count(|alert| alert.hops.len()),
        text(|alert| &alert.summary),
    ];
    RecordBatch::try_new(alerts_schema(), columns)
}

/// A column that has no nulls.
pub(crate) fn column(name: &str, of: DataType) -> Field {
    Field::new(name, of, false)
}

/// The type of times in tables that are given out.
pub(crate) fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A column of times.
pub(crate) fn times(times: impl Iterator<Item = Timestamp>) -> ArrayRef {
    Arc::new(
        TimestampMicrosecondArray::from_iter_values(times.map(Timestamp::micros))
            .with_timezone("UTC"),
    )
}

/// A column of numbers that a `u32` holds: hops are bounded by 65,536.
pub(crate) fn counts(counts: impl Iterator<Item = usize>) -> ArrayRef {
    let counts = counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Arc::new(UInt32Array::from_iter_values(counts))
}

fn lists<'a>(alerts: &'a [Alert], of: fn(&'a Alert) -> Vec<&'a str>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for alert in alerts {
        for text in of(alert) {
            builder.values().append_value(text);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}
