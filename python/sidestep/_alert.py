"""Alerts, as people read them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, overload

from sidestep import _native, _plot
from sidestep._extras import need
from sidestep._frame import Frame

_COLOURS = {"low": "#6b7280", "medium": "#b45309", "high": "#c2410c", "critical": "#b91c1c"}


@dataclass(frozen=True)
class Reason:
    """One named reason why a login is odd; `surprise` is in nats."""

    name: str
    surprise: float
    observed: str
    expected: str

    def __str__(self) -> str:
        return f"{self.observed} ({self.expected})" if self.expected else self.observed


@dataclass(frozen=True)
class Hop:
    """One login of a movement; `surprise` is in nats, `parent` the index of the hop before."""

    time: datetime
    user: str
    src_host: str
    dst_host: str
    outcome: str
    auth_protocol: str
    logon_type: str
    parent: int | None
    surprise: float
    reasons: tuple[Reason, ...]
    raw_ref: int | None

    def __str__(self) -> str:
        return f"{self.src_host} -{self.user}-> {self.dst_host}"


class Alert:
    """A movement that somebody should look at.

    Two alerts are equal where they say the same.

    >>> import sidestep
    >>> sidestep.Engine().alerts
    <0 alerts>
    """

    def __init__(self, native: _native.Alert) -> None:
        self._native = native

    @cached_property
    def _data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self._native.emit("json"))
        return data

    @property
    def id(self) -> str:
        """The same in every state of one alert and in every run over the same events."""
        return self._native.id

    @property
    def state(self) -> str:
        """`opened`, `updated` or `closed`."""
        return self._native.state

    @property
    def held_back(self) -> str | None:
        """Why it was not raised: `budget`, `learning` or `memory`; `None` for an alert that was."""
        return self._data.get("held_back")

    @property
    def severity(self) -> str:
        """`low`, `medium`, `high` or `critical`: how rare such a movement is on this network."""
        return str(self._data["severity"])

    @property
    def score(self) -> float:
        """0 to 1, high is suspicious; rises with `surprise`."""
        return float(self._data["score"])

    @property
    def surprise(self) -> float:
        """In nats, unbounded; it ranks alerts."""
        return float(self._data["surprise"])

    @property
    def p_value(self) -> float:
        """Share of the movements of this network that are at least this surprising."""
        return float(self._data["p_value"])

    @property
    def summary(self) -> str:
        """One sentence for a person."""
        return str(self._data["summary"])

    @property
    def first_seen(self) -> datetime:
        """Time of the first hop, UTC."""
        return self._time("first_seen")

    @property
    def last_seen(self) -> datetime:
        """Time of the last hop, UTC."""
        return self._time("last_seen")

    @property
    def detected_at(self) -> datetime:
        """Time of the hop at which the alert was raised, UTC."""
        return self._time("detected_at")

    @property
    def origin(self) -> tuple[str, str]:
        """Where it began: the host, and the account used first."""
        origin = self._data["origin"]
        return origin["host"], origin["user"]

    @property
    def pivots(self) -> list[str]:
        """Hosts that were reached and moved on from, in order of arrival."""
        return list(self._data["pivots"])

    @property
    def targets(self) -> list[str]:
        """Hosts that were reached and not moved on from, in order of arrival."""
        return list(self._data["targets"])

    @property
    def techniques(self) -> dict[str, str]:
        """Techniques of MITRE ATT&CK that the hops fit: names by id."""
        return {each["id"]: each["name"] for each in self._data["techniques"]}

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """The logins, in order of time; a parent comes before its children."""
        return tuple(_hop(row) for row in Frame(_native.hops_table([self._native])).rows())

    @property
    def reasons(self) -> list[Reason]:
        """The reasons of all hops, the most surprising first, each wording once."""
        reasons = {str(reason): reason for hop in self.hops for reason in hop.reasons}
        return sorted(reasons.values(), key=lambda reason: -reason.surprise)

    def to_json(self) -> str:
        """The alert as JSON of schema `sidestep.alert/1`."""
        return self._native.emit("json").rstrip("\n")

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict."""
        return dict(json.loads(self.to_json()))

    def to_ocsf(self) -> dict[str, Any]:
        """The alert as an OCSF Detection Finding (class 2004)."""
        return dict(json.loads(self._native.emit("ocsf")))

    def to_ecs(self) -> dict[str, Any]:
        """The alert in the Elastic Common Schema."""
        return dict(json.loads(self._native.emit("ecs")))

    def to_networkx(self) -> Any:
        """The movement as a `networkx.MultiDiGraph` of hosts, an edge a hop. Needs networkx."""
        graph = need("networkx", "plot").MultiDiGraph()
        for index, hop in enumerate(self.hops):
            graph.add_edge(
                hop.src_host,
                hop.dst_host,
                key=index,
                user=hop.user,
                time=hop.time,
                surprise=hop.surprise,
                outcome=hop.outcome,
            )
        return graph

    def plot(self) -> Any:
        """The movement as a graph: hosts by how far from the origin, an arrow a hop.

        An `altair.LayerChart`. Needs altair.
        """
        return _plot.movement(self)

    def timeline(self) -> Any:
        """The hops over time: an `altair.LayerChart`. Needs altair."""
        return _plot.timeline(self)

    def _time(self, name: str) -> datetime:
        return datetime.fromisoformat(str(self._data[name]).replace("Z", "+00:00"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alert) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Alert {self.id} {self.severity}: {self.summary}>"

    def _repr_html_(self) -> str:
        def text(value: object) -> str:
            return html.escape(str(value))

        colour = _COLOURS.get(self.severity, "#6b7280")
        cell = "style='text-align:left;padding:2px 10px'"
        hops = "".join(
            f"<tr><td {cell}>{hop.time:%Y-%m-%d %H:%M:%S}</td><td {cell}>{text(hop.src_host)}</td>"
            f"<td {cell}>{text(hop.user)}</td><td {cell}>{text(hop.dst_host)}</td>"
            f"<td {cell}>{text(hop.outcome)}</td>"
            f"<td style='text-align:right;padding:2px 10px'>{hop.surprise:.1f}</td></tr>"
            for hop in self.hops
        )
        reasons = "".join(f"<li>{text(reason)}</li>" for reason in self.reasons[:5])
        titles = ("when (UTC)", "from", "as", "to", "outcome", "surprise (nats)")
        head = "".join(f"<th {cell}>{title}</th>" for title in titles)
        techniques = ", ".join(f"{text(key)} {text(name)}" for key, name in self.techniques.items())
        return (
            f"<div style='border-left:5px solid {colour};padding:4px 12px;margin:8px 0'>"
            f"<b style='color:{colour}'>{text(self.severity.upper())}</b> &middot; "
            f"score {self.score:.2f} &middot; surprise {self.surprise:.1f} nats &middot; "
            f"p {self.p_value:.1e} &middot; <code>{text(self.id)}</code>"
            f"<p style='margin:6px 0'>{text(self.summary)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{hops}</tbody></table>"
            f"<ul style='margin:6px 0'>{reasons}</ul><small>{techniques}</small></div>"
        )


class Alerts(Sequence[Alert]):
    """Alerts, in the order in which they were raised, and as a table: a row an alert.

    >>> import sidestep
    >>> len(sidestep.Engine().alerts)
    0
    """

    def __init__(self, native: list[_native.Alert]) -> None:
        self._native = native

    @overload
    def __getitem__(self, index: int) -> Alert: ...
    @overload
    def __getitem__(self, index: slice) -> Alerts: ...
    def __getitem__(self, index: int | slice) -> Alert | Alerts:
        if isinstance(index, slice):
            return Alerts(self._native[index])
        return Alert(self._native[index])

    def __len__(self) -> int:
        return len(self._native)

    def __iter__(self) -> Iterator[Alert]:
        return map(Alert, self._native)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alerts) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame().__arrow_c_stream__(requested_schema)

    def strongest(self) -> Alerts:
        """The same, the most surprising first."""
        return Alerts([alert._native for alert in sorted(self, key=lambda each: -each.surprise)])

    def frame(self) -> Frame:
        """The alerts as a table: a row an alert."""
        return Frame(_native.alerts_table(self._native))

    def hops(self) -> Frame:
        """The hops of the alerts as a table: a row a hop."""
        return Frame(_native.hops_table(self._native))

    def to_arrow(self) -> Any:
        """The alerts as a `pyarrow.Table`. Needs pyarrow."""
        return self.frame().to_arrow()

    def to_pandas(self) -> Any:
        """The alerts as a `pandas.DataFrame`. Needs pandas and pyarrow."""
        return self.frame().to_pandas()

    def to_polars(self) -> Any:
        """The alerts as a `polars.DataFrame`. Needs polars."""
        return self.frame().to_polars()

    def __repr__(self) -> str:
        return f"<{len(self)} alert{'' if len(self) == 1 else 's'}>"

    def _repr_html_(self) -> str:
        shown = "".join(alert._repr_html_() for alert in self[:10])
        more = f"<p>and {len(self) - 10} more</p>" if len(self) > 10 else ""
        return f"<p>{len(self)} alerts</p>{shown}{more}"


def _hop(row: dict[str, Any]) -> Hop:
    evidence = row.pop("evidence")
    del row["alert_id"], row["hop"]
    return Hop(reasons=tuple(Reason(**reason) for reason in evidence), **row)
