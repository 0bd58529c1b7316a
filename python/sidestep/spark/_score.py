"""Scores as columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from sidestep._engine import Columns, Engine
from sidestep._errors import ColumnsError, TableError
from sidestep._native import EVIDENCE
from sidestep.spark._reading import Reading, checked, column, reading

_SCORES = ("score", "p_value")
_MADE = "__sidestep_scores"


def score(
    df: DataFrame,
    engine: Engine,
    *,
    columns: Columns | None = None,
    time_format: str = "auto",
    zone: str = "UTC",
    on_error: str = "skip",
    evidence: bool = False,
) -> DataFrame:
    """Score each row against what an engine has learned.

    Parameters
    ----------
    df
        Logins, a row each, in any order; batch or stream. All its columns are kept, of any type;
        only those that are read go to the workers.
    engine
        It is sent to each executor once, and changed nowhere.
    columns, time_format, zone, on_error
        As of `Engine`. Columns are chosen by names and types alone.
    evidence
        Whether to add also `surprise` in nats, and the column of each evidence, which sum to it.

    Returns
    -------
    DataFrame
        `df` with the columns `score` (0 to 1, high is suspicious) and `p_value`, doubles. A row
        that is no event has nulls: count these to see what was skipped.

    Raises
    ------
    ColumnsError
        The columns give no events, the time is text, or a column is called as one that is added.

    Where a row is no event and `on_error="stop"`, Spark fails with a `RowError`.
    """
    df = checked(df, "score", "give other data to Engine.score", stream=True)
    if not isinstance(engine, Engine):
        raise TableError(f"engine is a {type(engine).__name__}; give a sidestep.Engine")
    read = reading(df, columns, time_format, zone, on_error)
    names = (*_SCORES, "surprise", *EVIDENCE) if evidence else _SCORES
    taken = {name.lower() for name in df.columns}
    twice = [name for name in names if name.lower() in taken]
    if twice:
        raise ColumnsError(f"df has a column {twice[0]!r} already; rename it to have scores added")
    scorer = Scorer(read, names, _Shared(df, engine.save()))
    fields = ", ".join(f"`{name}`: DOUBLE" for name in names)
    judge = F.arrow_udf(scorer.run, f"STRUCT<{fields}>")
    made = df.withColumn(_MADE, judge(F.struct(*map(column, read.kept))))
    scores = [F.col(_MADE)[name].alias(name) for name in names]
    return made.select(*map(column, df.columns), *scores)


class _Shared:
    """The bytes of an engine: broadcast where that can be done, else a part of the plan."""

    def __init__(self, df: DataFrame, state: bytes) -> None:
        context = getattr(df.sparkSession, "sparkContext", None)
        self.digest = hashlib.blake2b(state, digest_size=16).digest()
        self._state: Any = context.broadcast(state) if context is not None else state

    def engine(self) -> Engine:
        """The engine, made anew only if this process has had another one last."""
        if self.digest not in _engines:
            _engines.clear()
            state = self._state if isinstance(self._state, bytes) else self._state.value
            _engines[self.digest] = Engine.load(state)
        return _engines[self.digest]


_engines: dict[bytes, Engine] = {}
"""The engine of this process, by the digest of its state; processes take one task after another."""


class Scorer:
    """Scores the batches of a partition."""

    def __init__(self, reading: Reading, names: tuple[str, ...], shared: _Shared) -> None:
        self.reading, self.names, self.shared = reading, names, shared

    def run(self, structs: Iterator[pa.Array]) -> Iterator[pa.Array]:
        engine = self.shared.engine()
        for rows in structs:
            table = pa.RecordBatch.from_struct_array(rows)
            scores = engine.score(table, max_lost=1.0, **self.reading.options()).to_arrow()
            scored = [scores.column(name).combine_chunks() for name in self.names]
            yield pa.StructArray.from_arrays(scored, self.names)
