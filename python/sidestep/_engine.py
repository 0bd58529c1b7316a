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
from sidestep._data import rows_in, tables
from sidestep._frame import GraphFrame, ScoreFrame, time_of
from sidestep._paths import parquet_in, parquet_tables, paths_in
from sidestep._progress import Progress, ticker
from sidestep._summary import check_share, tell

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
        `max_movements`, `max_hops`, `memory_limit` (bytes).

    Raises `ConfigError` where a setting is out of its range or unknown.

    `data` of the methods is anything with `__arrow_c_stream__` or `__arrow_c_array__` (pandas,
    polars, pyarrow, duckdb ...), a list of dicts, an iterator of such, or the path of a log, of a
    folder of logs or of a Parquet file; also a pattern (`"logs/*.gz"`) or a list of paths. Logs on
    disk are read in order of time, as `sidestep detect` reads them. A call that is interrupted has
    taken the rows up to there; the engine can be used on. Threads may use one engine at the same
    time.

    The methods that take data have these parameters.

    columns
        Columns are found by their names (`time`, `user`, `src_host`, `dst_host` ...), or where
        `{"account": "who", "outcome": None}` says; `None` is a field that is not to be read.
        `mapping` has what was taken. No other column is looked at, whatever it holds.
    time_format
        How times are written that are numbers or text: `"auto"`, `"seconds"`, `"milliseconds"`,
        `"microseconds"` or `"rfc3339"`.
    zone
        The zone of times without one: `"UTC"`, `"+01:00"` or `"Europe/Berlin"`. Times that have a
        zone keep it. Of an hour that clocks show twice it is the first.
    sort
        Whether to put the rows of tables in order of time first, which takes them all into memory.
        Otherwise rows that come later than `lateness_minutes` (60) behind newer ones are lost.
    max_lost
        The share of rows that may be lost: those that are no events, are late, lie far in the
        future, or are of no kind that is known. Above it is `LostRows`, and the engine is as it was
        before the call. 1.0 allows all of them.
    on_error
        `"skip"` counts rows that are no events, `"stop"` raises `RowError` at the first one.
    progress
        `True` writes to standard error how far it is; a callable is called with rows done and,
        where that is known, of how many.

    The `raw_ref` of a hop is the number of its row over all tables that this engine was given,
    call after call; `sort` does not change it. It begins anew at 0 in an engine that was loaded. Of
    a log on disk it is the line or record in its file.

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
        self._begin(_native.Engine(settings))

    def _begin(self, native: _native.Engine) -> None:
        self._native = native
        self._mapping: dict[str, str] = {}
        self._unread: list[str] = []
        self._shape: str | None = None
        self._summary: dict[str, Any] = {}
        # The mappings that were said.
        self._known: set[tuple[str | None, tuple[tuple[str, str], ...]]] = set()

    def learn(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        zone: str = "UTC",
        sort: bool = False,
        max_lost: float = 0.05,
        on_error: str = "skip",
        progress: Progress = False,
    ) -> Engine:
        """Learn history; raises no alerts. Gives the engine itself.

        Raises `ColumnsError` where the columns give no events, `TableError` for what is no table,
        `LogError` for a log that cannot be read or a folder without any, `LostRows` where more than
        `max_lost` of the rows are lost, `RowError` where `on_error="stop"`, and `MissingExtra`
        where a Parquet file is given and nothing is installed that reads it.

        >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
        >>> Engine().learn([login]).metrics["logins"]
        1
        """
        self._take(data, True, columns, time_format, zone, sort, max_lost, on_error, progress)
        return self

    def process(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        zone: str = "UTC",
        sort: bool = False,
        max_lost: float = 0.05,
        on_error: str = "skip",
        progress: Progress = False,
    ) -> Alerts:
        """Judge each event, then learn it. Gives the alerts that were opened, updated or closed.

        Each comes once, in its last state so far; `alerts` has all of every call. Any split of the
        same rows into calls leaves the same alerts. Raises as `learn`.

        >>> Engine().process([])
        <0 alerts>
        """
        alerts = self._take(
            data, False, columns, time_format, zone, sort, max_lost, on_error, progress
        )
        return Alerts(alerts)

    def score(
        self,
        data: object,
        *,
        columns: Columns | None = None,
        time_format: str = "auto",
        zone: str = "UTC",
        max_lost: float = 0.05,
        on_error: str = "skip",
        progress: Progress = False,
    ) -> ScoreFrame:
        """Score each event against what was learned; changes nothing. A row for each row.

        The order of the rows does not matter. A row that is no event has nulls. The path of a log
        is read by `sidestep.read` first, in order of time. Raises as `learn`.

        >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
        >>> len(Engine().score([login, login]))
        2
        """
        max_lost = check_share(max_lost)
        reader = _native.Reader(dict(columns or {}), time_format, on_error, zone)
        paths = paths_in(data)
        files = paths and parquet_in(paths)
        if paths and not files:
            from sidestep._logs import read

            data = read(
                paths,
                columns=columns,
                time_format=time_format,
                zone=zone,
                max_lost=max_lost,
                on_error=on_error,
            )
            reader = _native.Reader({}, "auto", on_error, "UTC")
        tick = ticker(progress, None if files else rows_in(data))
        source = parquet_tables(files, reader.wanted) if files else tables(data, reader.wanted)
        scores, summary = self._native.score(source, reader, tick)
        self._note(reader, summary)
        tell(summary, max_lost, "score", False)
        return ScoreFrame(scores)

    def _take(
        self,
        data: object,
        learn: bool,
        columns: Columns | None,
        time_format: str,
        zone: str,
        sort: bool,
        max_lost: float,
        on_error: str,
        progress: Progress,
    ) -> list[_native.Alert]:
        max_lost = check_share(max_lost)
        fields = dict(columns or {})
        paths = paths_in(data)
        files = paths and parquet_in(paths)
        if paths and not files:
            options = {
                "format": "auto",
                "columns": fields,
                "time_format": time_format,
                "year": None,
                "host": None,
                "zone": zone,
                "on_error": on_error,
            }
            tick = ticker(progress, None)
            alerts, summary = self._native.take_paths(paths, options, learn, max_lost, tick)
            self._summary = summary
            tell(summary, max_lost, ", ".join(paths[:3]), False)
            return alerts
        reader = _native.Reader(fields, time_format, on_error, zone)
        if files:
            source = parquet_tables(files, reader.wanted)
            # Each is a table of its own; together they are in order only by chance.
            sort = sort or len(files) > 1
        else:
            source = tables(data, reader.wanted)
        tick = ticker(progress, None if files else rows_in(data))
        alerts, summary = self._native.take_tables(source, reader, learn, sort, max_lost, tick)
        self._note(reader, summary)
        tell(summary, max_lost, "learn" if learn else "process", True)
        return alerts

    def _note(self, reader: _native.Reader, summary: dict[str, Any]) -> None:
        """Keep what was read, and say once of each kind of table which columns were taken."""
        self._summary = summary
        columns = reader.columns()
        if columns is None:
            return
        fields, self._unread, self._shape, notes = columns
        self._mapping = dict(fields)
        kind = (self._shape, tuple(fields))
        if kind in self._known:
            return
        self._known.add(kind)
        taken = ", ".join(f"{field}={column}" for field, column in fields)
        if self._shape:
            taken = f"known as {self._shape}"
        unread = ", ".join(self._unread) or "none"
        _log.info("columns: %s", "; ".join([taken, f"left unread: {unread}", *notes]))
        if (
            summary["events"]
            and summary.get("logins") == 0
            and not self._native.metrics()["logins"]
        ):
            _log.warning(
                "none of %s events is a login between two hosts; the columns taken are %s",
                f"{summary['events']:,}",
                taken,
            )

    @property
    def mapping(self) -> dict[str, str]:
        """Which column was taken for which field, of the last table; usable as `columns`.

        >>> engine = Engine().learn([{"time": 0, "user": "a", "src": "X", "dst": "Y", "note": ""}])
        >>> engine.mapping
        {'time': 'time', 'account': 'user', 'src_host': 'src', 'dst_host': 'dst'}
        >>> engine.unread_columns
        ['note']
        """
        return dict(self._mapping)

    @property
    def table_shape(self) -> str | None:
        """The shape by which the last table is known as a whole, such as `Windows events`.

        `None` where its columns were taken one by one, which `mapping` has then.
        """
        return self._shape

    @property
    def unread_columns(self) -> list[str]:
        """The columns of the last table that were not taken for any field."""
        return list(self._unread)

    @property
    def summary(self) -> dict[str, Any]:
        """What the last call read and lost; empty before the first.

        Counts: `rows` in all, `events`, `skipped` (no events), `late`, `future`, `logins` between
        hosts. `errors` says what is wrong with the first that were skipped. Of logs on disk also
        `passed_over` and `not_understood` (counts by kind), `activities`, `put_in_order`, `files`,
        `files_not_read`, `files_damaged`, and `not_read`: the first files not read, each with why.

        >>> login = {"time": 0, "user": "alice@CORP", "src": "WS-17", "dst": "FILES-1"}
        >>> Engine().learn([login]).summary["events"]
        1
        """
        return dict(self._summary)

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
        """What was taken in, passed over, evicted and raised, and bytes of tables, by name."""
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
        engine._begin(native)
        return engine

    def merge(self, *others: Engine) -> None:
        """Take in what other engines learned of other parts of the same stream.

        Parts by account, by site (the host that is logged on to) or by whole days: this engine then
        knows what one engine would know of all of them, whichever takes in which. The others stay
        as they are. Movements under way end without another alert: call `finish` before, should
        their last states matter.

        Raises `ValueError` where the settings of two engines differ; nothing is merged then.

        >>> monday, tuesday = Engine(), Engine()
        >>> monday.merge(tuesday)
        """
        self._native.merge([other._native for other in others])

    def forget_account(self, name: str) -> bool:
        """Forget an account, named `user@domain`, `DOMAIN\\user` or `user`.

        Gives whether anything was known of it, all of which goes. When it logs in again, it is new.
        Everybody's movements under way end without another alert: call `finish` before, should
        their last states matter. Alerts that were raised already stay in `alerts`.
        """
        return self._native.forget_account(name)

    def forget_host(self, name: str) -> bool:
        """Forget a host, under any of its names or an address, as `forget_account` does an account.

        Its own account and the local accounts of it go with it.
        """
        return self._native.forget_host(name)

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
