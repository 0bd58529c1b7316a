"""Baselines learned in parts, and merged as a tree."""

from __future__ import annotations

from typing import Any, Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from sidestep import _errors
from sidestep._engine import Columns, Engine
from sidestep._errors import ColumnsError, ConfigError, SidestepError, StateError
from sidestep._summary import check_share, tell
from sidestep.spark._learner import Learner, Merger, Merging
from sidestep.spark._reading import Reading, checked, column, reading
from sidestep.spark._runs import of_group
from sidestep.spark._schema import COUNTS, PART, arrow_schema

By = Literal["account", "destination", "day"]

FAN_IN = 8
"""States that one task merges."""

MOST_PARTS = 4096
UNKNOWN_PARTS = 512
"""Partitions for which a tree is planned where asking for their number would run the plan."""

_KEY = "__sidestep_part"


def learn(
    df: DataFrame,
    *,
    by: By | Column | None = "account",
    parts: int | None = None,
    columns: Columns | None = None,
    time_format: str = "auto",
    zone: str = "UTC",
    max_lost: float = 0.05,
    on_error: str = "skip",
    **settings: Any,
) -> Engine:
    """Learn history in parts on the workers, and merge the parts.

    Parameters
    ----------
    df
        Logins, a row each, in any order and any number of partitions.
    by
        What cuts them into parts: `"account"`, `"destination"` (the host logged on to) or `"day"`
        (UTC); or a column, of which rows with the same value belong to one part. `None` takes the
        partitions of `df` as they are; each must be in order of time. `docs/merge.md` says what
        each cut costs.
    parts
        How many, 1 to 4096; without it as many as Spark would run tasks at the same time. Few and
        large parts cost little of what is learned. With `by=None` it is the number of partitions.
    columns, time_format, zone, on_error
        As of `Engine`. Columns are chosen by names and types alone.
    max_lost
        The share of all rows that may be lost, as of `Engine`.
    settings
        Those of `Engine`: `alerts_per_day`, `warm_up`, `policy`, `half_life_days` ...

    Returns
    -------
    Engine
        The merged engine. Its `summary` counts what was read and lost in all parts. It is the same,
        to the last byte of `save`, whatever the order in which tasks end, and however often Spark
        runs one again.

    Raises
    ------
    ColumnsError
        The columns give no events, or the time is text.
    ConfigError
        A setting, or `by` or `parts`, is none that there is.
    LostRows
        More than `max_lost` of the rows are lost.
    OrderError
        `by=None`, and a partition is not in order of time.
    RowError
        A row is no event, and `on_error="stop"`.
    """
    max_lost = check_share(max_lost)
    count = _parts(checked(df, "learn", "give other data to Engine.learn"), by, parts)
    read = reading(df, columns, time_format, zone, on_error)
    states = _learned(df, read, by, count, settings)
    engine = _merged(states, count, Engine(**settings))
    engine._mapping = dict(read.fields) if read.columns else {}
    tell(engine.summary, max_lost, "learn", False)
    return engine


def learn_parts(
    df: DataFrame,
    *,
    by: By | Column | None = "account",
    parts: int | None = None,
    columns: Columns | None = None,
    time_format: str = "auto",
    zone: str = "UTC",
    on_error: str = "skip",
    **settings: Any,
) -> DataFrame:
    """Learn history in parts, as `learn`, and give the parts: to be kept, and merged by `merge`.

    A row for each part that has rows: `part` (its number), `state` (what `Engine.load` takes), the
    counts `rows`, `events`, `skipped`, `late`, `future`, `logins` and the first `errors`. Where a
    part could not be learned `failure` says why, and `state` is null; `merge` raises it. Like any
    data frame it is made whenever it is used: write it down before it is used twice.

    Raises as `learn`, but for rows.
    """
    count = _parts(checked(df, "learn_parts", "give other data to Engine.learn"), by, parts)
    read = reading(df, columns, time_format, zone, on_error)
    Engine(**settings)
    return _learned(df, read, by, count, settings)


def merge(parts: DataFrame, *, max_lost: float = 0.05) -> Engine:
    """Merge what `learn_parts` gave, or several of them in a union; on the workers, as a tree.

    Of all columns only `state` is needed, so that any table of saved engines will do. It is read
    twice, once to be counted.

    Raises `StateError` for a state that is damaged or null, or where there is none, `ConfigError`
    where the settings of two states differ, `LostRows` where more than `max_lost` of the rows of
    all parts were lost, and what else a part failed with.
    """
    max_lost = check_share(max_lost)
    parts = checked(parts, "merge", "merge engines by Engine.merge")
    if "state" not in parts.columns:
        raise ColumnsError("parts: there is no column 'state'; give what learn_parts gave")
    count = parts.count()
    if not count:
        raise StateError("parts: there is no row in it, and so no state")
    names = [name for name in ("state", *COUNTS, "errors", "failure") if name in parts.columns]
    numbered = parts.select(F.xxhash64("state").alias("part"), *map(column, names))
    engine = _merged(numbered, count, None)
    tell(engine.summary, max_lost, "merge", False)
    return engine


def _parts(df: DataFrame, by: object, parts: int | None) -> int:
    if by is None:
        if parts is not None:
            raise ConfigError("parts is of no use with by=None: the partitions of df are the parts")
        return UNKNOWN_PARTS
    if not isinstance(by, Column) and by not in ("account", "destination", "day"):
        raise ConfigError(
            f"by is {by!r}; it must be 'account', 'destination', 'day', a column "
            "(pyspark.sql.functions.col('site')), or None for the partitions as they are"
        )
    if parts is None:
        context = getattr(df.sparkSession, "sparkContext", None)
        if context is None:
            raise ConfigError("parts: Spark Connect does not say how many tasks run; give parts=")
        parts = min(int(context.defaultParallelism), MOST_PARTS)
    if isinstance(parts, bool) or not isinstance(parts, int) or not 1 <= parts <= MOST_PARTS:
        raise ConfigError(f"parts is {parts!r}; it must be a whole number in 1 to {MOST_PARTS:,}")
    return parts


def _learned(
    df: DataFrame, read: Reading, by: object, parts: int, settings: dict[str, Any]
) -> DataFrame:
    """A row for each part, learned in order of time."""
    rows = df.select(_key(read, by, parts).alias(_KEY), *map(column, read.kept))
    if by is not None:
        # Several parts may meet in a partition; each lies together in it.
        rows = rows.repartition(parts, column(_KEY)).sortWithinPartitions(
            column(_KEY), *read.order()
        )
    learner = Learner(read, settings, _KEY, arrow_schema(PART))
    return rows.mapInArrow(learner.run, PART)


def _key(read: Reading, by: object, parts: int) -> Column:
    """The number of the part of a row."""
    if by is None:
        return F.spark_partition_id().cast("long")
    if isinstance(by, Column):
        return F.pmod(F.xxhash64(by), F.lit(parts))
    if by == "day":
        return F.pmod(read.day().cast("long"), F.lit(parts))
    fields = ("account",) if by == "account" else ("dst_host", "dst_ip")
    names = [read.fields[field] for field in fields if field in read.fields]
    if not names:
        raise ColumnsError(
            f"by={by!r}: the columns have none of the fields {', '.join(fields)}; give columns=, "
            "or by= a column"
        )
    name = F.lower(F.trim(F.coalesce(*(column(name).cast("string") for name in names))))
    # A name is the same with its domain and without; an address has none.
    address = name.rlike(r"^[0-9.]+$|:")
    short = F.regexp_replace(name, r"^.*\\|@.*$", "")
    if by == "destination":
        short = F.regexp_replace(short, r"\..*$", "")
    return F.pmod(F.xxhash64(F.when(address, name).otherwise(short)), F.lit(parts))


def _merged(parts: DataFrame, count: int, empty: Engine | None) -> Engine:
    """Merge so many parts, a few in a task, and the last few here."""
    schema = arrow_schema(PART)
    while count > FAN_IN:
        count = -(-count // FAN_IN)
        grouped = parts.withColumn("part", F.pmod(F.col("part"), F.lit(count)))
        parts = grouped.groupBy("part").applyInArrow(of_group(Merger(schema).run), PART)
    merging = Merging()
    for row in parts.collect():
        merging.take(row.asDict())
    if merging.failures:
        _raise(min(merging.failures))
    engine = merging.engine or empty
    if engine is None:
        raise StateError("parts: there is no state in it")
    engine._summary = dict(merging.summary)
    return engine


def _raise(failure: str) -> None:
    """Raise what went wrong on a worker."""
    kind, _, message = failure.partition(": ")
    raise getattr(_errors, kind, SidestepError)(message)
