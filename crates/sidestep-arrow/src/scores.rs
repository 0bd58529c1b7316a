//! Scores as a table: a row per event.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::Float64Builder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use sidestep::alert::{EVIDENCE, ScoreVector};

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let names = ["score", "p_value", "surprise"].into_iter().chain(EVIDENCE.iter().copied());
    let columns = names.map(|name| Field::new(name, DataType::Float64, true));
    Arc::new(Schema::new(columns.collect::<Vec<_>>()))
});

/// The columns of scores, all of them `Float64`: `score` (0 to 1, high is suspicious), `p_value`,
/// `surprise` (nats), and the surprise of each evidence under its name. A row that is no event has
/// nulls.
#[must_use]
pub fn scores_schema() -> SchemaRef {
    SCHEMA.clone()
}

/// Gathers scores into a batch.
#[derive(Debug)]
pub struct ScoreBatchBuilder {
    columns: [Float64Builder; 3 + EVIDENCE.len()],
}

impl ScoreBatchBuilder {
    /// A builder with room for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { columns: std::array::from_fn(|_| Float64Builder::with_capacity(rows)) }
    }

    /// Appends the score of an event; `None` for a row that is none.
    pub fn push(&mut self, score: Option<&ScoreVector>) {
        let Some(score) = score else {
            self.columns.iter_mut().for_each(Float64Builder::append_null);
            return;
        };
        let [unit, p_value, surprise, evidence @ ..] = &mut self.columns;
        unit.append_value(score.score());
        p_value.append_value(score.p_value);
        surprise.append_value(score.surprise);
        for (column, &value) in evidence.iter_mut().zip(score.evidence()) {
            column.append_value(value);
        }
    }

    /// The batch; the builder is empty again.
    ///
    /// # Errors
    /// None that the columns could give rise to: they are of one length.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns =
            self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        RecordBatch::try_new(scores_schema(), columns)
    }
}
