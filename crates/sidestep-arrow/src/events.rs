//! Events as a table: a row per authentication event.

use std::fmt;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    StringBuilder, StringDictionaryBuilder, TimestampMicrosecondBuilder, UInt16Builder,
    UInt32Builder, UInt64Builder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use sidestep::event::{Account, AuthEvent};

use crate::alerts::time_type;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let word = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let column = |name: &str, of: DataType| Field::new(name, of, true);
    Arc::new(Schema::new(vec![
        Field::new("time", time_type(), false),
        column("account", word()),
        column("sid", word()),
        column("subject", word()),
        column("src_host", word()),
        column("src_ip", word()),
        column("src_port", DataType::UInt16),
        column("dst_host", word()),
        column("dst_ip", word()),
        column("activity", word()),
        column("logon_type", word()),
        column("auth_protocol", word()),
        column("outcome", word()),
        column("outcome_reason", word()),
        column("event_code", DataType::UInt32),
        column("logon_process", word()),
        column("logon_id", DataType::UInt64),
        column("mfa", word()),
        column("credential", DataType::Utf8),
        column("session_name", word()),
        column("raw_ref", DataType::UInt64),
    ]))
});

/// The columns of events, under the names that [`BatchReader`](crate::BatchReader) finds them by.
/// Accounts are `name@domain`; what a log does not say is null; text is a dictionary.
#[must_use]
pub fn events_schema() -> SchemaRef {
    SCHEMA.clone()
}

type Words = StringDictionaryBuilder<Int32Type>;

/// Gathers events into a batch.
#[derive(Default)]
pub struct EventBatchBuilder {
    rows: usize,
    time: TimestampMicrosecondBuilder,
    account: Words,
    sid: Words,
    subject: Words,
    src_host: Words,
    src_ip: Words,
    src_port: UInt16Builder,
    dst_host: Words,
    dst_ip: Words,
    activity: Words,
    logon_type: Words,
    auth_protocol: Words,
    outcome: Words,
    outcome_reason: Words,
    event_code: UInt32Builder,
    logon_process: Words,
    logon_id: UInt64Builder,
    mfa: Words,
    credential: StringBuilder,
    session_name: Words,
    raw_ref: UInt64Builder,
}

impl fmt::Debug for EventBatchBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBatchBuilder").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl EventBatchBuilder {
    /// Events gathered since the last batch.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether none was gathered since the last batch.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Appends an event.
    ///
    /// # Errors
    /// [`ArrowError::DictionaryKeyOverflowError`] for more than 2^31 distinct texts in a column.
    pub fn push(&mut self, event: &AuthEvent<'_>) -> Result<(), ArrowError> {
        let shown = |account: &Account<'_>| account.to_string();
        let (src, dst) = (event.src_host(), event.dst_host());
        self.rows += 1;
        self.time.append_value(event.time().micros());
        self.account.append(shown(event.account()))?;
        word(&mut self.sid, event.account().sid.as_deref())?;
        word(&mut self.subject, event.subject().map(shown).as_deref())?;
        word(&mut self.src_host, src.name.as_deref())?;
        word(&mut self.src_ip, src.ip.map(|ip| ip.to_string()).as_deref())?;
        self.src_port.append_option(src.port);
        word(&mut self.dst_host, dst.name.as_deref())?;
        word(&mut self.dst_ip, dst.ip.map(|ip| ip.to_string()).as_deref())?;
        self.activity.append(event.activity().caption())?;
        self.logon_type.append(event.logon_type().caption())?;
        self.auth_protocol.append(event.auth_protocol().caption())?;
        self.outcome.append(event.outcome().caption())?;
        word(&mut self.outcome_reason, event.outcome_reason())?;
        self.event_code.append_option(event.event_code());
        word(&mut self.logon_process, event.logon_process())?;
        self.logon_id.append_option(event.logon_id());
        self.mfa.append(event.mfa().caption())?;
        self.credential.append_option(event.credential());
        word(&mut self.session_name, event.session_name())?;
        self.raw_ref.append_option(event.raw_ref());
        Ok(())
    }

    /// The batch; the builder is empty again.
    ///
    /// # Errors
    /// None that the columns could give rise to: they are of one length.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let time = self.time.finish().with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(time),
            Arc::new(self.account.finish()),
            Arc::new(self.sid.finish()),
            Arc::new(self.subject.finish()),
            Arc::new(self.src_host.finish()),
            Arc::new(self.src_ip.finish()),
            Arc::new(self.src_port.finish()),
            Arc::new(self.dst_host.finish()),
            Arc::new(self.dst_ip.finish()),
            Arc::new(self.activity.finish()),
            Arc::new(self.logon_type.finish()),
            Arc::new(self.auth_protocol.finish()),
            Arc::new(self.outcome.finish()),
            Arc::new(self.outcome_reason.finish()),
            Arc::new(self.event_code.finish()),
            Arc::new(self.logon_process.finish()),
            Arc::new(self.logon_id.finish()),
            Arc::new(self.mfa.finish()),
            Arc::new(self.credential.finish()),
            Arc::new(self.session_name.finish()),
            Arc::new(self.raw_ref.finish()),
        ];
        RecordBatch::try_new(events_schema(), columns)
    }
}

fn word(column: &mut Words, text: Option<&str>) -> Result<(), ArrowError> {
    match text {
        Some(text) => column.append(text).map(|_| ()),
        None => {
            column.append_null();
            Ok(())
        }
    }
}
