"""What workers do to learn: an engine for each part, and engines merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from sidestep._engine import Engine
from sidestep._errors import ConfigError, SidestepError, StateError
from sidestep.spark._reading import Reading
from sidestep.spark._runs import in_order, runs
from sidestep.spark._schema import COUNTS, MOST_ERRORS, batch, counted


class Learner:
    """Learns the parts in a partition. Holds nothing between them: workers are used again."""

    def __init__(
        self, reading: Reading, settings: Mapping[str, Any], key: str, schema: pa.Schema
    ) -> None:
        self.reading, self.settings, self.key, self.schema = reading, settings, key, schema

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for part, rows in runs(batches, self.key):
            yield batch(self._learned(part, rows), self.schema)

    def _learned(self, part: int, rows: Iterator[pa.RecordBatch]) -> dict[str, Any]:
        # A failure is handed to the driver as a row: Spark would try again, in vain, and wrap it.
        engine = Engine(**self.settings)
        try:
            ordered = in_order(rows, self.reading.time, f"part {part}")
            engine.learn(ordered, max_lost=1.0, **self.reading.options())
        except SidestepError as error:
            for _ in rows:  # The next part begins behind the rest of this one.
                pass
            failure = failure_of(error, f"part {part}: ")
            return {"part": part, "failure": failure} | counted({})
        counts = counted(engine.summary)
        counts["errors"] = [f"part {part}: {error}" for error in counts["errors"]]
        return {"part": part, "state": engine.save()} | counts


class Merger:
    """Merges the parts of a group."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in _rows(batch))
        part, merging = None, Merging()
        for row in rows:
            part = row["part"]
            merging.take(row)
        yield batch({"part": part} | merging.row(), self.schema)


class Merging:
    """Parts that become one. It does not matter in which order they come."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.summary: dict[str, Any] = counted({})
        self.failures: list[str] = []

    def take(self, row: Mapping[str, Any]) -> None:
        for name in COUNTS:
            self.summary[name] += row.get(name) or 0
        self.summary["errors"] = sorted([*self.summary["errors"], *(row.get("errors") or ())])
        del self.summary["errors"][MOST_ERRORS:]
        try:
            self._merge(row)
        except SidestepError as error:
            self.failures.append(failure_of(error))

    def _merge(self, row: Mapping[str, Any]) -> None:
        if row.get("failure"):
            self.failures.append(row["failure"])
        elif row["state"] is None:
            raise StateError("the state of a part is null")
        else:
            part = Engine.load(bytes(row["state"]))
            if self.engine is None:
                self.engine = part
                return
            try:
                self.engine.merge(part)
            except ValueError as error:
                raise ConfigError(f"parts cannot be merged: {error}") from error

    def row(self) -> dict[str, Any]:
        """The parts so far as one."""
        failed = bool(self.failures) or self.engine is None
        state = None if failed or self.engine is None else self.engine.save()
        failure = min(self.failures) if self.failures else None
        return {"state": state, "failure": failure} | self.summary


def failure_of(error: SidestepError, place: str = "") -> str:
    """An error as text, of which `raise_failure` makes one again."""
    return f"{type(error).__name__}: {place}{error}"


def _rows(batch: pa.RecordBatch) -> Iterable[dict[str, Any]]:
    # One at a time: a state may have hundreds of megabytes.
    for at in range(batch.num_rows):
        yield batch.slice(at, 1).to_pylist()[0]
