"""Tables that are given out."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sidestep import _plot
from sidestep._extras import need

if TYPE_CHECKING:
    from sidestep import _native

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SHOWN = 10


def time_of(micros: int) -> datetime:
    """Microseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


class Frame:
    """A table, held by sidestep in Arrow's layout.

    Anything that reads Arrow takes it: `polars.DataFrame(frame)`, `pyarrow.table(frame)`,
    `duckdb.sql("from frame")`. Its length is the number of rows.

    >>> import sidestep
    >>> frame = sidestep.simulate(accounts=20, days=3, learn_days=1).events
    >>> frame.columns[:2]
    ['time', 'account']
    """

    def __init__(self, table: _native.Table, summary: dict[str, Any] | None = None) -> None:
        self._table = table
        self.summary: dict[str, Any] = summary or {}
        """What was read and lost, of the frame that `sidestep.read` gives; else empty."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._table)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return self._table.column_names

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a column as a list; times are `datetime` in UTC, nulls `None`.

        Raises `KeyError` where there is no such column.
        """
        return self._values(name, 0, None)

    def _values(self, name: str, start: int, stop: int | None) -> list[Any]:
        values = self._table.column(name, start, stop)
        if name in self._table.time_columns:
            return [None if value is None else time_of(value) for value in values]
        return values

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows from `start` up to `stop` as dicts."""
        columns = [self._values(name, start, stop) for name in self.columns]
        for row in zip(*columns, strict=True):
            yield dict(zip(self.columns, row, strict=True))

    def to_arrow(self) -> Any:
        """The same as a `pyarrow.Table`; nothing is copied. Needs pyarrow."""
        return need("pyarrow", "pandas").table(self)

    def to_pandas(self) -> Any:
        """The same as a `pandas.DataFrame`. Needs pandas and pyarrow."""
        need("pandas", "pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The same as a `polars.DataFrame`. Needs polars."""
        return need("polars", "polars").DataFrame(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,} rows: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(_shown(value))}</td>" for value in row.values())
            + "</tr>"
            for row in self.rows(0, _SHOWN)
        )
        more = f"<p>{len(self):,} rows</p>" if len(self) > _SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class ScoreFrame(Frame):
    """Scores: a row for each row that was scored, in their order.

    `score` is 0 to 1, high is suspicious; `p_value` is the share of benign logins at least this
    surprising; `surprise` is in nats, and exactly the sum of the other columns, one for each
    evidence. A row that is no event has nulls.
    """


class GraphFrame(Frame):
    """The login graph: a row for each account, source and destination."""

    def to_networkx(self) -> Any:
        """The same as a `networkx.MultiDiGraph` of hosts. Needs networkx."""
        graph = need("networkx", "plot").MultiDiGraph()
        for row in self.rows():
            source, destination = row.pop("src_host"), row.pop("dst_host")
            graph.add_edge(source, destination, **row)
        return graph

    def plot(self, most: int = 80) -> Any:
        """The `most` hosts that most accounts log on to, and the logins between them.

        An `altair.LayerChart`. Needs altair, networkx and numpy.
        """
        return _plot.logins(self, most)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
