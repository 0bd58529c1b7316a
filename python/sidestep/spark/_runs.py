"""Sorted rows on a worker: where one key ends and the next begins, and whether they are sorted.

Spark hands over batches of at most 10,000 rows that end anywhere, and may have removed a sort that
the plan asked for (a broadcast join after it does that), so that nothing is believed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sidestep._errors import OrderError

Batches = Iterator[pa.RecordBatch]


def of_group(run: Callable[[Batches], Batches]) -> Callable[[Batches], Batches]:
    """A method as a function that `applyInArrow` calls with batches.

    PySpark counts `self` among the arguments of a method, and would hand over the key besides.
    """

    def function(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return run(batches)

    return function


def runs(
    batches: Iterable[pa.RecordBatch], key: str
) -> Iterator[tuple[Any, Iterator[pa.RecordBatch]]]:
    """The rows of each key, which must lie together, as batches without that column.

    The batches of one are to be taken before the next key.
    """
    seen = set()
    for value, pieces in groupby(_pieces(batches, key), lambda piece: piece[0]):
        if value in seen:
            raise OrderError(
                f"the rows of part {value} do not lie together: Spark has changed the order that "
                "was asked for"
            )
        seen.add(value)
        yield value, (piece for _, piece in pieces)


def _pieces(batches: Iterable[pa.RecordBatch], key: str) -> Iterator[tuple[Any, pa.RecordBatch]]:
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = batch.column(key)
        rest = batch.drop_columns([key])
        # Where the key of a row is another one than that of the row before.
        changes = pc.not_equal(keys.slice(1), keys.slice(0, len(keys) - 1))
        starts = [0, *(at + 1 for at in pc.indices_nonzero(changes).to_pylist()), len(keys)]
        for start, end in pairwise(starts):
            yield keys[start].as_py(), rest.slice(start, end - start)


def in_order(batches: Iterable[pa.RecordBatch], time: str, what: str) -> Iterator[pa.RecordBatch]:
    """The same batches; `OrderError` at the first row that is earlier than the one before it."""
    newest, rows = None, 0
    for batch in batches:
        times = batch.column(time)
        # A row without a time is no event, and is counted as such.
        times = times.filter(times.is_valid()) if times.null_count else times
        if len(times):
            first = times[0]
            broken = newest is not None and pc.less(first, newest).as_py()
            steps = pc.less(times.slice(1), times.slice(0, len(times) - 1))
            if broken or pc.any(steps).as_py():
                raise OrderError(
                    f"the rows of {what} are not in order of {time!r} (seen among rows {rows:,} to "
                    f"{rows + batch.num_rows:,} of it). Make df.sortWithinPartitions({time!r}) the "
                    "last step before: joins and unions after it lose the order"
                )
            newest = times[len(times) - 1]
        rows += batch.num_rows
        yield batch
