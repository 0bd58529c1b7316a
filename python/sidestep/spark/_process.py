"""Streams of many tenants, each judged in order by an engine of its own."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import BinaryType, StructField, StructType

from sidestep._engine import Columns, Engine
from sidestep._errors import ColumnsError, ConfigError
from sidestep._summary import check_share
from sidestep.spark._judge import KEY, STATE, Judge
from sidestep.spark._reading import Reading, checked, column, reading
from sidestep.spark._runs import of_group
from sidestep.spark._schema import OUTCOME, arrow_schema
from sidestep.spark._streaming import judge_stream


def process(
    df: DataFrame,
    *,
    tenant: str,
    states: DataFrame | None = None,
    columns: Columns | None = None,
    time_format: str = "auto",
    zone: str = "UTC",
    max_lost: float | None = None,
    on_error: str = "skip",
    finish: bool = False,
    **settings: Any,
) -> DataFrame:
    """Judge the events of each tenant in order of time, and learn them, as `Engine.process` does.

    Parameters
    ----------
    df
        Logins of all tenants, a row each, in any order and any number of partitions. Of a stream
        each micro-batch is put in order; rows that come later than `lateness_minutes` behind
        earlier micro-batches are late. Streams need RocksDB as their state store.
    tenant
        The column that names the tenant. Rows without a tenant are those of the tenant null.
    states
        A row a tenant with its `state`, such as yesterday's outcome: each engine goes on from
        there. A tenant that is not in it begins anew. Not for streams, which keep their own.
    columns, time_format, zone, on_error
        As of `Engine`. Columns are chosen by names and types alone.
    max_lost
        The share of the rows of a tenant that may be lost. In a batch 0.05 without it; in a stream
        all may be, since one late event may be the whole of a micro-batch.
    finish
        Whether to end every open movement after the last row, of a batch that none follows.
    settings
        Those of `Engine`, for tenants that have no state yet.

    Returns
    -------
    DataFrame
        A row for each tenant (in a stream, for each that has rows in a micro-batch): the tenant,
        `alerts` (those opened, updated or closed, each in its last state so far), the counts
        `rows`, `events`, `skipped`, `late`, `future`, `logins`, the first `errors`, and of a batch
        `state`. `alerts(outcome)` gives a row an alert. It is made whenever it is used: write it
        down once, then take alerts and states from there.

    Raises
    ------
    ColumnsError
        The columns give no events, the time is text, or there is no column `tenant`.
    ConfigError
        A setting is none that there is, or the state store of a stream is not RocksDB.
    TableError
        `df` or `states` is no data frame of Spark.

    On workers, Spark fails with a `LostRows` that names the tenant, with a `RowError` where
    `on_error="stop"`, with a `StateError` for a state that is damaged or comes twice, and with an
    `OrderError` should the order of rows have been lost on the way.
    """
    df = checked(df, "process", "give other data to Engine.process", stream=True)
    _has(df, tenant, "df", f"give tenant= one of {', '.join(df.columns)}")
    if states is not None:
        if df.isStreaming:
            raise ConfigError("states: a stream keeps its own states; give its history as rows")
        states = checked(states, "process as states", "give the outcome of an earlier call")
        for name in (tenant, "state"):
            _has(states, name, "states", "give the outcome of an earlier call")
        states = states.select(column(tenant).alias(KEY), column("state").alias(STATE))
    share = check_share((1.0 if df.isStreaming else 0.05) if max_lost is None else max_lost)
    read = reading(df, columns, time_format, zone, on_error)
    Engine(**settings)
    kind = df.schema[tenant].dataType
    schema = StructType([StructField(KEY, kind), *OUTCOME, StructField("state", BinaryType())])
    judge = Judge(read, settings, share, finish, arrow_schema(schema))
    rows = df.select(column(tenant).alias(KEY), *map(column, read.kept))
    if df.isStreaming:
        outcome = judge_stream(rows, read, judge, kind)
    else:
        outcome = _judge_batch(rows, states, read, judge, schema)
    return outcome.withColumnRenamed(KEY, tenant)


def alerts(outcome: DataFrame) -> DataFrame:
    """The alerts of what `process` gave: a row an alert, with its tenant in the first column.

    The other columns are `ALERT_FIELDS`, which `docs/scale.md` explains. `id` and tenant together
    name an alert; a later state of it comes with the outcome of a later call or micro-batch.
    """
    outcome = checked(outcome, "alerts", "give what process gave", stream=True)
    _has(outcome, "alerts", "outcome", "give what process gave")
    tenant = column(outcome.columns[0])
    exploded = outcome.select(tenant, F.explode("alerts").alias("__sidestep_alert"))
    return exploded.select(tenant, "__sidestep_alert.*")


def _has(df: DataFrame, name: str, place: str, instead: str) -> None:
    if name not in df.columns:
        raise ColumnsError(f"{place}: there is no column {name!r}; {instead}")


def _judge_batch(
    rows: DataFrame, states: DataFrame | None, read: Reading, judge: Judge, schema: StructType
) -> DataFrame:
    """The state of a tenant travels as the first of its rows, so that no group is held at once."""
    rows = rows.withColumn(STATE, F.lit(None).cast("binary"))
    if states is not None:
        same = states.withColumn(KEY, column(KEY).cast(rows.schema[KEY].dataType))
        rows = rows.unionByName(same, allowMissingColumns=True)
    ordered = rows.repartition(column(KEY)).sortWithinPartitions(
        column(KEY), column(STATE).isNull(), *read.order()
    )
    return ordered.groupBy(column(KEY)).applyInArrow(of_group(judge.run), schema)
