"""How the rows of a data frame are read: decided once, on the driver, for all workers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.errors import PySparkTypeError
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from sidestep import _native
from sidestep._engine import Columns
from sidestep._errors import ColumnsError, TableError

_TEXT = ("string", "varchar", "char")
_MICROS_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Reading:
    """The columns that are read, and how. It goes to the workers, so that all read alike."""

    columns: dict[str, str | None]
    """Which column is which field; empty for a table that is known as a whole."""
    fields: dict[str, str]
    """The same, as well as it can be said where the table is known as a whole."""
    kept: tuple[str, ...]
    """The columns of the data frame that are read."""
    time: str
    time_type: str
    time_format: str
    zone: str
    on_error: str

    def options(self) -> dict[str, Any]:
        """What `Engine.learn` and `Engine.process` need to know."""
        return {
            "columns": self.columns,
            "time_format": self.time_format,
            "zone": self.zone,
            "on_error": self.on_error,
        }

    def order(self) -> list[Column]:
        """What rows are ordered by: time, then whatever is read, so that no order is by chance."""
        others = [name for name in self.kept if name != self.time]
        return [column(name) for name in (self.time, *others)]

    def day(self) -> Column:
        """The day of a row in UTC, as days since 1970."""
        time = column(self.time)
        if self.time_type == "date":
            return F.unix_date(time)
        if self.time_type == "timestamp_ntz":
            moved = F.convert_timezone(F.lit(self.zone), F.lit("UTC"), time)
            return F.unix_date(moved.cast("date"))
        if self.time_type == "timestamp":
            return F.floor(F.unix_micros(time) / _MICROS_A_DAY)
        seconds, millis, micros = (F.floor(time / unit) for unit in (86_400, 86_400e3, 86_400e6))
        by_size = F.when(F.abs(time) < 1e11, seconds).when(F.abs(time) < 1e14, millis)
        known = {"seconds": seconds, "milliseconds": millis, "microseconds": micros}
        return known.get(self.time_format, by_size.otherwise(micros))


def column(name: str) -> Column:
    """A column by its name, whatever characters that holds."""
    return F.col("`" + name.replace("`", "``") + "`")


def checked(df: object, place: str, instead: str, stream: bool = False) -> DataFrame:
    """The data frame that was given, or what to give; `stream` says whether it may be one."""
    if not isinstance(df, DataFrame):
        raise TableError(f"{place} takes a data frame of Spark, not {type(df).__name__}; {instead}")
    if df.isStreaming and not stream:
        raise TableError(f"{place} takes no stream; give it the data frames of foreachBatch")
    names = [name.lower() for name in df.columns]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TableError(f"df: two columns are called {min(twice)!r}; rename or drop one")
    return df


def reading(
    df: DataFrame, columns: Columns | None, time_format: str, zone: str, on_error: str
) -> Reading:
    """Find the columns of a data frame, by their names and types alone.

    Raises `ColumnsError` where they give no events, `ConfigError` for a word that names nothing.
    """
    columns = dict(columns or {})
    kept, schema = _looked_at(df, columns)
    fields, shape = _resolve(df, schema, columns, time_format, zone, on_error)
    if shape is None:
        # The rest is left out, so that what columns hold cannot decide on one worker alone.
        kept = [name for name in kept if name in fields.values()]
        columns = dict(fields)
    else:
        # Any mapping keeps the table from being known as a whole.
        plain = {"sid": None}
        fields, _ = _resolve(df, schema, plain, time_format, zone, on_error)
    time = fields["time"]
    kind = df.schema[time].dataType.typeName()
    if kind in _TEXT:
        raise ColumnsError(
            f"column {time!r} (time) is text, which does not sort in order of time; give a "
            f"timestamp: df.withColumn({time!r}, pyspark.sql.functions.to_timestamp({time!r}))"
        )
    return Reading(columns, fields, tuple(kept), time, kind, time_format, zone, on_error)


def _looked_at(df: DataFrame, columns: Mapping[str, str | None]) -> tuple[list[str], pa.Schema]:
    """The columns that may be read, as far as Arrow has a type for what they hold."""
    reader = _native.Reader(dict(columns), "auto", "skip", "UTC")
    wanted = reader.wanted(df.columns)
    fields = []
    for field, kept in zip(df.schema, wanted, strict=True):
        if kept:
            with suppress(PySparkTypeError):
                fields += list(to_arrow_schema(StructType([field]), timezone="UTC"))
    return [field.name for field in fields], pa.schema(fields)


def _resolve(
    df: DataFrame,
    schema: pa.Schema,
    columns: Mapping[str, str | None],
    time_format: str,
    zone: str,
    on_error: str,
) -> tuple[dict[str, str], str | None]:
    """Which column is which field, and the shape by which the table is known as a whole."""
    reader = _native.Reader(dict(columns), time_format, on_error, zone)
    reader.wanted(df.columns)
    empty = pa.RecordBatch.from_pylist([], schema)
    _native.Engine({}).score([empty], reader, None)
    found = reader.columns()
    if found is None:
        raise ColumnsError("df: it has no columns; give one with time, account and destination")
    fields, _, shape, _ = found
    return dict(fields), shape
