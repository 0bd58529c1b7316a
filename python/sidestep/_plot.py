"""Pictures, with altair."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sidestep._extras import need

if TYPE_CHECKING:
    from sidestep._alert import Alert, Hop
    from sidestep._frame import Frame, GraphFrame

# Longer than it is wide: a triangle of equal sides points three ways.
_ARROWHEAD = "M-0.5,0.7L0,-0.9L0.5,0.7Z"
_ROLES = ["origin", "pivot", "target"]
_ROLE_COLOURS = ["#b91c1c", "#b45309", "#1d4ed8"]


def movement(alert: Alert) -> Any:
    """The hosts of a movement by how far they are from its origin, and an arrow for each edge."""
    alt = need("altair", "plot")
    places, width, height = _places(alert)
    role = dict.fromkeys(places, "target")
    role.update(dict.fromkeys(alert.pivots, "pivot"))
    role[alert.origin[0]] = "origin"
    hosts = [{"host": host, "x": x, "y": y, "role": role[host]} for host, (x, y) in places.items()]
    # Places are pixels, so that lines can end at the rim of a host and arrowheads lie along them.
    at = {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], nice=False)),
    }
    edges = _edges(alert, places)
    told = ["from:N", "accounts:N", "to:N", "logins:Q", "surprise (nats):Q"]
    base = alt.Chart(alt.Data(values=edges)).encode(**at, tooltip=told)
    lines = base.mark_rule(color="#9ca3af", strokeWidth=2).encode(x2="x2:Q", y2="y2:Q")
    ends = alt.Chart(alt.Data(values=[edge | {"x": edge["x2"], "y": edge["y2"]} for edge in edges]))
    heads = ends.mark_point(
        shape=_ARROWHEAD, size=320, color="#6b7280", filled=True, opacity=1
    ).encode(**at, angle=alt.Angle("angle:Q", scale=None), tooltip=told)
    middles = [edge | {"x": edge["label_x"], "y": edge["label_y"]} for edge in edges]
    names = (
        alt.Chart(alt.Data(values=middles))
        .mark_text(fontSize=11, color="#374151")
        .encode(**at, text="label:N")
    )
    base = alt.Chart(alt.Data(values=hosts)).encode(**at)
    colour = alt.Color("role:N", title=None, scale=alt.Scale(domain=_ROLES, range=_ROLE_COLOURS))
    points = base.mark_circle(size=420, opacity=1).encode(
        color=colour, tooltip=["host:N", "role:N"]
    )
    labels = base.mark_text(dy=23, fontSize=12, fontWeight="bold").encode(text="host:N")
    title = f"{alert.severity.upper()}: {len(alert.hops)} logins from {alert.origin[0]}"
    return (
        (lines + heads + names + points + labels)
        .properties(width=width, height=height, title=title)
        .configure_view(stroke=None)
    )


def _edges(alert: Alert, places: dict[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """An arrow for each pair of hosts, from rim to rim, with its label beside the middle."""
    pairs: dict[tuple[str, str], list[Hop]] = {}
    for hop in alert.hops:
        pairs.setdefault((hop.src_host, hop.dst_host), []).append(hop)
    edges = []
    for (source, destination), hops in pairs.items():
        (x, y), (x2, y2) = places[source], places[destination]
        length = math.hypot(x2 - x, y2 - y)
        if length == 0:
            continue
        along, up = (x2 - x) / length, (y2 - y) / length
        # Of two arrows there and back, each keeps to its own side.
        aside = 7 if (destination, source) in pairs else 0
        x, y, x2, y2 = x - up * aside, y + along * aside, x2 - up * aside, y2 + along * aside
        users = list(dict.fromkeys(hop.user for hop in hops))
        more = f" +{len(users) - 1}" if len(users) > 1 else ""
        edges.append(
            {
                "x": x + along * 14,
                "y": y + up * 14,
                "x2": x2 - along * 18,
                "y2": y2 - up * 18,
                # Clockwise from upright, as the triangle stands; y grows upwards here.
                "angle": math.degrees(math.atan2(along, up)),
                "label_x": (x + x2) / 2,
                # Text lies flat: the steeper the line, the further it must keep away.
                "label_y": (y + y2) / 2 + 9 + 18 * abs(up),
                "label": users[0].split("@")[0] + more,
                "from": source,
                "to": destination,
                "accounts": ", ".join(users),
                "logins": len(hops),
                "surprise (nats)": round(max(hop.surprise for hop in hops), 1),
            }
        )
    return edges


def _places(alert: Alert) -> tuple[dict[str, tuple[float, float]], int, int]:
    """Each host's place in pixels, a column for each hop from the origin; width and height."""
    depth: dict[str, int] = {}
    for hop in alert.hops:
        source = depth.setdefault(hop.src_host, 0)
        depth.setdefault(hop.dst_host, source + 1)
    columns: dict[int, list[str]] = {}
    for host, at in depth.items():
        columns.setdefault(at, []).append(host)
    tall = max(map(len, columns.values()))
    width = max(360, 140 * len(columns))
    height = 80 * tall + 60
    # An arrow over a whole column would run through the hosts between, were all on one line.
    skips = any(abs(depth[hop.dst_host] - depth[hop.src_host]) != 1 for hop in alert.hops)
    places = {}
    for at, hosts in columns.items():
        shift = (at % 2 - 0.5) * 44 if skips else 0.0
        for index, host in enumerate(hosts):
            x = width * (at + 0.5) / len(columns)
            places[host] = (x, height / 2 + 80 * ((len(hosts) - 1) / 2 - index) + shift)
    return places, width, height


def logins(graph: GraphFrame, most: int) -> Any:
    """The busiest hosts of a login graph and the logins between them."""
    alt, networkx = need("altair", "plot"), need("networkx", "plot")
    pairs: dict[tuple[str, str], set[str]] = {}
    accounts: dict[str, set[str]] = {}
    for account, source, destination in zip(
        graph["account"], graph["src_host"], graph["dst_host"], strict=True
    ):
        pairs.setdefault((source, destination), set()).add(account)
        accounts.setdefault(destination, set()).add(account)
        accounts.setdefault(source, set())
    shown = sorted(accounts, key=lambda host: (-len(accounts[host]), host))[:most]
    kept = set(shown)
    pairs = {pair: users for pair, users in pairs.items() if kept.issuperset(pair)}
    drawn = networkx.Graph()
    drawn.add_nodes_from(shown)
    drawn.add_edges_from(pairs)
    places = networkx.spring_layout(drawn, seed=1, k=2.5 / math.sqrt(len(shown) or 1))
    named = set(shown[:20])
    hosts = [
        {
            "host": host,
            "x": float(places[host][0]),
            "y": float(places[host][1]),
            "accounts": len(accounts[host]),
            "label": host if host in named else "",
        }
        for host in shown
    ]
    lines = [
        {
            "x": float(places[source][0]),
            "y": float(places[source][1]),
            "x2": float(places[destination][0]),
            "y2": float(places[destination][1]),
            "from": source,
            "to": destination,
            "accounts": len(users),
        }
        for (source, destination), users in pairs.items()
    ]
    flat = alt.Scale(padding=24, zero=False, nice=False)
    at = {"x": alt.X("x:Q", axis=None, scale=flat), "y": alt.Y("y:Q", axis=None, scale=flat)}
    rules = (
        alt.Chart(alt.Data(values=lines))
        .mark_rule(color="#9ca3af", opacity=0.35)
        .encode(**at, x2="x2:Q", y2="y2:Q", tooltip=["from:N", "to:N", "accounts:Q"])
    )
    base = alt.Chart(alt.Data(values=hosts)).encode(**at)
    size = alt.Size("accounts:Q", title="accounts that log on", scale=alt.Scale(range=[30, 600]))
    points = base.mark_circle(color="#1d4ed8", opacity=0.85).encode(
        size=size, tooltip=["host:N", "accounts:Q"]
    )
    labels = base.mark_text(dy=-14, fontSize=11, fontWeight="bold").encode(text="label:N")
    title = f"Logins among the {len(shown)} busiest of {len(accounts)} hosts"
    return (
        (rules + points + labels)
        .properties(width=680, height=460, title=title)
        .configure_view(stroke=None)
    )


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
