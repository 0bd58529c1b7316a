"""The engine."""

from __future__ import annotations

import html
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidestep import _native, _plot
from sidestep._alert import Alerts
from sidestep._data import is_path, rows_in, tables
from sidestep._frame import GraphFrame, ScoreFrame, time_of
from sidestep._progress import Progress, ticker

_log = logging.getLogger("sidestep")

Columns = Mapping[str, str | None]


class Engine:
    """Learns what is normal in authentication events and finds what moves sideways.

    Parameters
    ----------
    alerts_per_day
        Alerts a day that somebody can read, 0.001 to 100,000.
    warm_up
        When alerts may begin: `"auto"` (judged from the data, after one to two weeks), a number of
        days from the first processed event, or `"none"` where enough was given to `learn`.
    policy
        Text of a policy in TOML: weights of detections, and what is allowed.
    settings
        Further settings: `lateness_minutes`, `window_hours`, `half_life_days`, `quarantine_days`,
        `resolve_names`, `address_hours`, `max_accounts`, `max_hosts`, `max_edges`,
        `max_movements`, `max_hops`.

    Raises `ConfigError` where a setting is out of its range or unknown.

    `data` of the methods is anything with `__arrow_c_stream__` or `__arrow_c_array__` (pandas,
    polars, pyarrow, duckdb ...), a list of dicts, an iterator of such, or the path of a log. Rows
    are in order of time; those that come later than `lateness_minutes` (60) are counted and passed
    over. Columns are found by their names (`time`, `user`, `src_host`, `dst_host` ...) or by
    `columns={"account": "who"}`. A call that is interrupted has taken the rows up to there; the
    engine can be used on. Threads may use one engine at the same time.

    >>> engine = Engine(alerts_per_day=3, warm_up=14)
    >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
    >>> engine.process([login])
    <0 alerts>
    >>> engine.score([login]).columns[:3]
    ['score', 'p_value', 'surprise']
    """

    def __init__(
        self,
        *,
        alerts_per_day: float = 1.0,
        warm_up: int | str = "auto",
        policy: str | None = None,
        **settings: Any,
    ) -> None:
        settings |= {"alerts_per_day": alerts_per_day, "warm_up": warm_up}
        if policy is not None:
            settings["policy"] = policy
        self._native = _native.Engine(settings)

    def learn(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        on_error: str = "skip",
        progress: Progress = False,
    ) -> Engine:
        """Learn history; raises no alerts. Gives the engine itself.

        Raises `ColumnsError` where the columns give no events, `TableError` for what is no table,
        `LogError` for a log that cannot be read, `RowError` where `on_error="stop"`.

        >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
        >>> Engine().learn([login]).metrics["logins"]
        1
        """
        self._take(data, True, columns, time_format, on_error, progress)
        return self

    def process(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        on_error: str = "skip",
        progress: Progress = False,
    ) -> Alerts:
        """Judge each event, then learn it. Gives the alerts that were opened, updated or closed.

        Each comes once, in its last state so far; `alerts` has all of every call. Any split of the
        same rows into calls leaves the same alerts. Raises as `learn`.

        >>> Engine().process([])
        <0 alerts>
        """
        return Alerts(self._take(data, False, columns, time_format, on_error, progress))

    def score(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        on_error: str = "skip",
        progress: Progress = False,
    ) -> ScoreFrame:
        """Score each event against what was learned; changes nothing. A row for each row.

        Takes tables, not the path of a log: give `sidestep.read(path)`. Raises as `learn`.

        >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
        >>> len(Engine().score([login, login]))
        2
        """
        if is_path(data):
            from sidestep._logs import read

            data = read(
                os.fspath(data),  # type: ignore[call-overload]
                columns=columns,
                time_format=time_format,
                on_error=on_error,
            )
            columns = None
        reader = _native.Reader(dict(columns or {}), time_format, on_error)
        tick = ticker(progress, rows_in(data))
        parts = [self._native.score(table, reader, tick) for table in tables(data)]
        _tell(reader.summary())
        return ScoreFrame(_native.joined_scores(parts))

    def _take(
        self,
        data: object,
        learn: bool,
        columns: Columns | None,
        time_format: str,
        on_error: str,
        progress: Progress,
    ) -> list[_native.Alert]:
        fields = dict(columns or {})
        late = self._native.metrics()["late"]
        tick = ticker(progress, None if is_path(data) else rows_in(data))
        if is_path(data):
            path = os.fspath(data)  # type: ignore[call-overload]
            alerts, told = self._native.take_path(
                path, learn, "auto", fields, time_format, None, None, on_error, tick
            )
        else:
            reader = _native.Reader(fields, time_format, on_error)
            states: dict[str, _native.Alert] = {}
            for table in tables(data):
                if learn:
                    self._native.learn(table, reader, tick)
                else:
                    for alert in self._native.process(table, reader, tick):
                        states[alert.id] = alert
            alerts, told = list(states.values()), reader.summary()
        _tell(told)
        late = self._native.metrics()["late"] - late
        if late:
            _log.warning("%d events came too late and were passed over; sort by time", late)
        return alerts

    def finish(self) -> Alerts:
        """End every open movement; gives the last states of their alerts.

        >>> Engine().finish()
        <0 alerts>
        """
        return Alerts(self._native.finish())

    @property
    def alerts(self) -> Alerts:
        """Every alert raised by this object, in its last state; not part of what is saved."""
        return Alerts(self._native.alerts())

    @property
    def held_back(self) -> Alerts:
        """What detections found and no alert shows; `held_back` of each says why.

        At most 1,000 are kept, the strongest; `metrics["held_back"]` counts all.

        >>> Engine().held_back
        <0 alerts>
        """
        return Alerts(self._native.held_back())

    @property
    def metrics(self) -> dict[str, int]:
        """What was taken in, passed over, evicted and raised: counts by name."""
        return self._native.metrics()

    @property
    def detecting_since(self) -> datetime | None:
        """Since when alerts are raised, UTC; `None` while it only learns."""
        since = self._native.detecting_since()
        return None if since is None else time_of(since)

    def graph(self) -> GraphFrame:
        """The logins known: `account`, `src_host`, `dst_host`, `days` seen, `last_day`.

        `last_day` counts days since 1970. `graph().to_networkx()` gives a graph.

        >>> Engine().graph().columns
        ['account', 'src_host', 'dst_host', 'days', 'last_day']
        """
        return GraphFrame(self._native.graph())

    def plot_scores(self, data: object, **options: Any) -> Any:
        """How surprising the events of `data` are: an `altair.Chart`. Needs altair."""
        return _plot.scores(self.score(data, **options))

    def save(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """The whole state as bytes, also written to `path` where one is given.

        The same state has the same bytes. Alerts given out are no part of it.

        >>> Engine.load(Engine().save()).metrics["events"]
        0
        """
        state = self._native.save()
        if path is not None:
            with open(path, "wb") as file:
                file.write(state)
        return state

    @classmethod
    def load(cls, state: bytes | str | os.PathLike[str]) -> Engine:
        """The engine that `save` wrote, from bytes or a path.

        Raises `StateError` for bytes that are foreign, damaged or of another version.
        """
        if not isinstance(state, bytes):
            with open(state, "rb") as file:
                state = file.read()
        return cls._of(_native.Engine.load(state))

    @classmethod
    def _of(cls, native: _native.Engine) -> Engine:
        engine = cls.__new__(cls)
        engine._native = native
        return engine

    def copy(self) -> Engine:
        """Another engine in the same state, with the same alerts."""
        return self._of(self._native.copy())

    def __copy__(self) -> Engine:
        return self.copy()

    def __deepcopy__(self, memo: object) -> Engine:
        return self.copy()

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return (type(self).load, (self.save(),))

    def _told(self) -> dict[str, str]:
        metrics, since = self.metrics, self.detecting_since
        return {
            "budget": f"{self._native.alerts_per_day():g} alerts a day",
            "status": f"detecting since {since:%Y-%m-%d %H:%M}" if since else "learning",
            "events": f"{metrics['events']:,}",
            "remote logins": f"{metrics['logins']:,}",
            "login edges": f"{metrics['edges']:,}",
            "alerts": f"{metrics['alerts']:,}",
        }

    def __repr__(self) -> str:
        told = self._told()
        return f"<Engine {told['status']}, {told['events']} events, {told['alerts']} alerts>"

    def _repr_html_(self) -> str:
        cell = "style='text-align:left'"
        rows = "".join(
            f"<tr><th {cell}>{html.escape(name)}</th><td {cell}>{html.escape(value)}</td></tr>"
            for name, value in self._told().items()
        )
        return f"<table><caption><b>sidestep engine</b></caption><tbody>{rows}</tbody></table>"


def _tell(told: tuple[int, int, int, list[str]]) -> None:
    """Say what was skipped, and why."""
    _, _, skipped, errors = told
    if skipped:
        _log.warning("%d rows are no events and were skipped, the first: %s", skipped, errors[:1])
