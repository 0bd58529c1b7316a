"""Tenants of a stream: the engine of each lives as bytes in the state that Spark keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle
from pyspark.sql.types import DataType, StringType, StructField, StructType

from sidestep._errors import ConfigError
from sidestep._extras import need
from sidestep.spark._judge import KEY, Judge
from sidestep.spark._reading import Reading, column
from sidestep.spark._schema import OUTCOME

_STORE = "spark.sql.streaming.stateStore.providerClass"
_ROCKSDB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
_MADE = "__sidestep_outcome"


def judge_stream(rows: DataFrame, read: Reading, judge: Judge, kind: DataType) -> DataFrame:
    """The outcome of each tenant that has rows in a micro-batch."""
    for package in ("pandas", "google.protobuf"):
        need(package, "spark")
    store = rows.sparkSession.conf.get(_STORE, "")
    if "RocksDB" not in str(store):
        raise ConfigError(
            f"a stream needs RocksDB as its state store: spark.conf.set({_STORE!r}, {_ROCKSDB!r})"
        )
    kept = [_plain(rows, read, name).alias(name) for name in read.kept]
    rows = rows.select(column(KEY), *kept)
    if read.time_type == "timestamp":
        judge = judge.reading_as(replace(read, time_format="microseconds"))
    schema = to_arrow_schema(rows.drop(KEY).schema, timezone="UTC")
    made = rows.groupBy(column(KEY)).transformWithStateInPandas(
        Processor(judge, schema),
        outputStructType=StructType([StructField(KEY, kind), StructField(_MADE, StringType())]),
        outputMode="Append",
        timeMode="None",
    )
    outcome = made.withColumn(_MADE, F.from_json(_MADE, OUTCOME))
    return outcome.select(KEY, f"{_MADE}.*")


class Processor(StatefulProcessor):  # type: ignore[misc]
    """Judges the rows of a tenant in a micro-batch. Spark makes it anew many times."""

    def __init__(self, judge: Judge, schema: pa.Schema) -> None:
        self.judge, self.schema = judge, schema

    def init(self, handle: StatefulProcessorHandle) -> None:
        self.state = handle.getValueState("engine", "state BINARY")

    def handleInputRows(  # noqa: N802
        self, key: tuple[Any, ...], rows: Iterator[Any], timerValues: object
    ) -> Iterator[Any]:
        import pandas as pd

        known = self.state.get()
        state = None if known is None else bytes(known[0])
        state, outcome = self.judge.judge(key[0], state, self._sorted(rows))
        self.state.update((state,))
        text = json.dumps(outcome, default=_written)
        yield pd.DataFrame({KEY: [key[0]], _MADE: [text]})

    def close(self) -> None:
        pass

    def _sorted(self, frames: Iterable[Any]) -> list[pa.RecordBatch]:
        """The rows of a micro-batch, ordered by whatever they hold after their time."""
        names, time = self.schema.names, self.judge.reading.time
        tables = [
            pa.Table.from_pandas(frame[names], self.schema, preserve_index=False)
            for frame in frames
        ]
        table = pa.concat_tables(tables)
        others = [
            field.name
            for field in self.schema
            if field.name != time and not pa.types.is_nested(field.type)
        ]
        ordered = table.sort_by([(name, "ascending") for name in (time, *others)])
        return list(ordered.combine_chunks().to_batches())


def _plain(rows: DataFrame, read: Reading, name: str) -> Column:
    """A column as pandas holds it without loss.

    pandas is handed times without their zone, and whole numbers with nulls as floats.
    """
    kind = rows.schema[name].dataType.typeName()
    if name == read.time and kind == "timestamp":
        return F.unix_micros(column(name))
    if name != read.time and kind in ("byte", "short", "integer", "long"):
        return column(name).cast("decimal(20, 0)")
    return column(name)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written as JSON")
