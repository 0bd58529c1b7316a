//! The hops of alerts as a table: a row per hop.

use std::sync::{Arc, LazyLock};

use arrow_array::{
    ArrayRef, Float64Array, ListArray, RecordBatch, StringArray, StructArray, UInt32Array,
    UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use sidestep::alert::{Alert, Contribution, Hop};

use crate::alerts::{column, counts, time_type, times};

/// The columns of one evidence.
static EVIDENCE: LazyLock<Fields> = LazyLock::new(|| {
    Fields::from(vec![
        column("name", DataType::Utf8),
        column("surprise", DataType::Float64),
        column("observed", DataType::Utf8),
        column("expected", DataType::Utf8),
    ])
});

fn evidence_item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Struct(EVIDENCE.clone()), false))
}

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        column("alert_id", DataType::Utf8),
        column("hop", DataType::UInt32),
        Field::new("parent", DataType::UInt32, true),
        column("time", time_type()),
        column("user", DataType::Utf8),
        column("src_host", DataType::Utf8),
        column("dst_host", DataType::Utf8),
        column("outcome", DataType::Utf8),
        column("auth_protocol", DataType::Utf8),
        column("logon_type", DataType::Utf8),
        column("surprise", DataType::Float64),
        column("evidence", DataType::List(evidence_item())),
        Field::new("raw_ref", DataType::UInt64, true),
    ]))
});

/// The columns of hops: the id of the alert, the index of the hop in it and that of its parent (null
/// for the first of a branch), what [`Hop`] says, and its evidence as a list of
/// `{name, surprise, observed, expected}`.
#[must_use]
pub fn hops_schema() -> SchemaRef {
    SCHEMA.clone()
}

/// The hops of alerts as a table, alert by alert.
///
/// # Errors
/// None that the columns could give rise to: they are of one length.
pub fn hops_batch(alerts: &[Alert]) -> Result<RecordBatch, ArrowError> {
    let hops: Vec<(&Alert, &Hop)> =
        alerts.iter().flat_map(|alert| alert.hops.iter().map(move |hop| (alert, hop))).collect();
    let hops = || hops.iter().copied();
    let text = |of: fn(&Hop) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(hops().map(|(_, hop)| of(hop))))
    };
    let parents = hops().map(|(_, hop)| hop.parent.and_then(|parent| u32::try_from(parent).ok()));
    let columns = vec![
        Arc::new(StringArray::from_iter_values(hops().map(|(alert, _)| &alert.id))) as ArrayRef,
        counts(alerts.iter().flat_map(|alert| 0..alert.hops.len())),
        Arc::new(parents.collect::<UInt32Array>()),
        times(hops().map(|(_, hop)| hop.time)),
        text(|hop| &hop.user),
        text(|hop| &hop.src_host),
        text(|hop| &hop.dst_host),
        text(|hop| hop.outcome.caption()),
        text(|hop| hop.auth_protocol.caption()),
        text(|hop| hop.logon_type.caption()),
        Arc::new(Float64Array::from_iter_values(hops().map(|(_, hop)| hop.surprise))),
        Arc::new(evidence(hops().map(|(_, hop)| hop.evidence.as_slice()))?),
        Arc::new(hops().map(|(_, hop)| hop.raw_ref).collect::<UInt64Array>()),
    ];
    RecordBatch::try_new(hops_schema(), columns)
}

fn evidence<'a>(
    hops: impl Iterator<Item = &'a [Contribution]> + Clone,
) -> Result<ListArray, ArrowError> {
    let all: Vec<&Contribution> = hops.clone().flatten().collect();
    let all = || all.iter().copied();
    let text = |of: fn(&Contribution) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(all().map(of)))
    };
    let columns = vec![
        text(|evidence| &evidence.name),
        Arc::new(Float64Array::from_iter_values(all().map(|evidence| evidence.surprise))),
        text(|evidence| &evidence.observed),
        text(|evidence| &evidence.expected),
    ];
    let length = all().len();
    let values = StructArray::try_new_with_length(EVIDENCE.clone(), columns, None, length)?;
    let offsets = OffsetBuffer::from_lengths(hops.map(<[Contribution]>::len));
    ListArray::try_new(evidence_item(), offsets, Arc::new(values), None)
}
