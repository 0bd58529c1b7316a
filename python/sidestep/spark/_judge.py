"""What workers do to judge the rows of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import pyarrow as pa

from sidestep._alert import Alerts
from sidestep._engine import Engine
from sidestep._errors import LostRows, SidestepError, StateError
from sidestep.spark._reading import Reading
from sidestep.spark._runs import in_order
from sidestep.spark._schema import batch, counted, rows_of

KEY = "__sidestep_tenant"
STATE = "__sidestep_state"


class Judge:
    """Judges the rows of a tenant. Holds nothing between them: Spark makes it anew at will."""

    def __init__(
        self,
        reading: Reading,
        settings: Mapping[str, Any],
        max_lost: float,
        finish: bool,
        schema: pa.Schema,
    ) -> None:
        self.reading, self.settings, self.max_lost = reading, settings, max_lost
        self.finish, self.schema = finish, schema

    def reading_as(self, reading: Reading) -> Judge:
        """The same for rows whose columns are otherwise."""
        return Judge(reading, self.settings, self.max_lost, self.finish, self.schema)

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The outcome of a group, whose first row may be its state."""
        first = next(batches, None)
        if first is None:
            return
        tenant, state = first.column(KEY)[0].as_py(), first.column(STATE)[0].as_py()
        rows = _without_state(first, batches, tenant, state is not None)
        state, outcome = self.judge(tenant, state, rows)
        yield batch({KEY: tenant, "state": state} | outcome, self.schema)

    def judge(
        self, tenant: object, state: bytes | None, rows: Iterable[pa.RecordBatch]
    ) -> tuple[bytes, dict[str, Any]]:
        """The state after some rows, and what came of them."""
        where = f"tenant {tenant!r}"
        try:
            engine = Engine(**self.settings) if state is None else Engine.load(state)
            ordered = in_order(rows, self.reading.time, where)
            raised = engine.process(ordered, max_lost=self.max_lost, **self.reading.options())
        except LostRows as error:
            raise LostRows(f"{where}: {error}") from error
        except SidestepError as error:
            raise type(error)(f"{where}: {error}") from error
        if self.finish:
            raised = _last_states(raised, engine.finish())
        return engine.save(), {"alerts": rows_of(raised)} | counted(engine.summary)


def _without_state(
    first: pa.RecordBatch, others: Iterable[pa.RecordBatch], tenant: object, has_state: bool
) -> Iterator[pa.RecordBatch]:
    """The rows of a group, of which the first may be one that only brings the state."""
    for rows in chain([first.slice(1) if has_state else first], others):
        yield _plain(rows, tenant)


def _plain(rows: pa.RecordBatch, tenant: object) -> pa.RecordBatch:
    states = rows.column(STATE)
    if states.null_count < len(states):
        raise StateError(f"states has more than one row for tenant {tenant!r}")
    return rows.drop_columns([KEY, STATE])


def _last_states(raised: Alerts, ended: Alerts) -> Alerts:
    """Each alert once, in its last state."""
    latest = {alert.id: alert._native for alert in raised}
    latest |= {alert.id: alert._native for alert in ended}
    return Alerts(list(latest.values()))
