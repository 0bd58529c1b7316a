"""Pictures, with altair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidestep._extras import need

if TYPE_CHECKING:
    from sidestep._alert import Alert
    from sidestep._frame import Frame

_ROLES = ["origin", "pivot", "target"]
_ROLE_COLOURS = ["#b91c1c", "#b45309", "#1d4ed8"]


def movement(alert: Alert) -> Any:
    """The hosts of a movement by how far they are from its origin, and an arrow for each edge."""
    alt = need("altair", "plot")
    places = _places(alert)
    role = dict.fromkeys(places, "target")
    role.update(dict.fromkeys(alert.pivots, "pivot"))
    role[alert.origin[0]] = "origin"
    hosts = [{"host": host, "x": x, "y": y, "role": role[host]} for host, (x, y) in places.items()]
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    for hop in alert.hops:
        edge = edges.setdefault((hop.src_host, hop.dst_host, hop.user), {"logins": 0, "nats": 0.0})
        edge["logins"] += 1
        edge["nats"] = max(edge["nats"], hop.surprise)
    lines, heads = [], []
    for (source, destination, user), edge in edges.items():
        (x, y), (x2, y2) = places[source], places[destination]
        told = {"from": source, "to": destination, "account": user, **edge}
        lines.append({"x": x, "y": y, "x2": x2, "y2": y2, **told})
        heads.append({"x": (x + x2) / 2, "y": (y + y2) / 2, "account": user})
    axis = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    flat = alt.Scale(padding=40, zero=False, nice=False)
    at = {"x": alt.X("x:Q", axis=axis, title=None, scale=flat)}
    at["y"] = alt.Y("y:Q", axis=axis, title=None, scale=flat)
    arrows = (
        alt.Chart(alt.Data(values=lines))
        .mark_rule(color="#9ca3af", strokeWidth=2)
        .encode(
            **at,
            x2="x2:Q",
            y2="y2:Q",
            tooltip=["from:N", "account:N", "to:N", "logins:Q", "nats:Q"],
        )
    )
    names = (
        alt.Chart(alt.Data(values=heads))
        .mark_text(dy=-7, fontSize=11, color="#4b5563")
        .encode(**at, text="account:N")
    )
    points = (
        alt.Chart(alt.Data(values=hosts))
        .mark_circle(size=420, opacity=1)
        .encode(
            **at,
            color=alt.Color(
                "role:N", title=None, scale=alt.Scale(domain=_ROLES, range=_ROLE_COLOURS)
            ),
            tooltip=["host:N", "role:N"],
        )
    )
    labels = alt.Chart(alt.Data(values=hosts)).mark_text(dy=22, fontSize=12, fontWeight="bold")
    width = max(320, 130 * (1 + max(x for x, _ in places.values())))
    height = max(160, 90 * len({y for _, y in places.values()}))
    return (arrows + names + points + labels.encode(**at, text="host:N")).properties(
        width=width, height=height, title=f"{alert.severity.upper()}: movement from left to right"
    )


def _places(alert: Alert) -> dict[str, tuple[int, float]]:
    """Each host's column, by its hops from the origin, and its row."""
    depth: dict[str, int] = {}
    for hop in alert.hops:
        source = depth.setdefault(hop.src_host, 0)
        depth.setdefault(hop.dst_host, source + 1)
    columns: dict[int, list[str]] = {}
    for host, at in depth.items():
        columns.setdefault(at, []).append(host)
    return {
        host: (at, (len(hosts) - 1) / 2 - index)
        for at, hosts in columns.items()
        for index, host in enumerate(hosts)
    }


def timeline(alert: Alert) -> Any:
    """The hops of a movement over time, a row a destination."""
    alt = need("altair", "plot")
    rows = [
        {
            "time": hop.time.isoformat(),
            "from": hop.src_host,
            "to": hop.dst_host,
            "account": hop.user,
            "outcome": hop.outcome,
            "nats": round(hop.surprise, 2),
        }
        for hop in alert.hops
    ]
    order = list(dict.fromkeys(hop.dst_host for hop in alert.hops))
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("time:T", title="time (UTC)", scale=alt.Scale(type="utc", padding=30)),
        y=alt.Y("to:N", title="logged on to", sort=order),
    )
    points = base.mark_circle(opacity=0.9).encode(
        color=alt.Color("account:N", title="as"),
        size=alt.Size("nats:Q", title="surprise (nats)", scale=alt.Scale(range=[60, 400])),
        tooltip=["time:T", "from:N", "account:N", "to:N", "outcome:N", "nats:Q"],
    )
    return points.properties(width=560, height=max(120, 32 * len(order)), title="Hops over time")


def scores(frame: Frame) -> Any:
    """How many logins have which surprise, on a logarithmic scale."""
    alt = need("altair", "plot")
    counts: dict[int, int] = {}
    for value in frame["surprise"]:
        if value is not None:
            counts[int(value)] = counts.get(int(value), 0) + 1
    rows = [{"from": nats, "to": nats + 1, "logins": counts[nats]} for nats in sorted(counts)]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color="#1d4ed8")
        .encode(
            x=alt.X("from:Q", bin="binned", title="surprise (nats)"),
            x2="to:Q",
            y=alt.Y(
                "logins:Q",
                title="events",
                scale=alt.Scale(type="symlog"),
                axis=alt.Axis(values=[0, *(10**power for power in range(10))]),
            ),
            tooltip=["from:Q", "to:Q", "logins:Q"],
        )
        .properties(width=560, height=240, title="Events by surprise")
    )
