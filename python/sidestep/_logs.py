"""Logs on disk, simulated organisations, and the evaluation over them."""

from __future__ import annotations

import html
import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sidestep import _native
from sidestep._errors import TableError
from sidestep._frame import Frame
from sidestep._paths import parquet_in, paths_in
from sidestep._progress import Progress, ticker
from sidestep._summary import check_share, tell

_log = logging.getLogger("sidestep")


def read(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    format: str = "auto",
    columns: Mapping[str, str | None] | None = None,
    time_format: str = "auto",
    year: int | None = None,
    host: str | None = None,
    zone: str = "UTC",
    max_lost: float = 0.05,
    on_error: str = "skip",
    progress: Progress = False,
) -> Frame:
    """The authentication events of logs: a row an event, columns as `Engine` finds them.

    A file, a folder, a zip or a tar archive, a pattern such as `"logs/*.gz"` or a list of these, in
    any dialect that sidestep knows, by content unless `format` is one of `lanl`, `csv`, `evtx`,
    `zeek`, `syslog`, `json`, `windows-xml`, `krb5kdc`, `samba`, `freeradius`, `auditd`, `wtmp`,
    `btmp`. The rows are in order of time over all files.
    `columns` maps fields to headers of a CSV file; `year` is that of the first line of a syslog
    that writes none; `host` the host that wrote a log that does not name it, such as `wtmp`; `zone`
    is that of times without one. Companion records (services, shares, processes ...) are not in the
    table: give the path itself to `Engine.process` to have them judged too. `summary` of the frame
    says what was read and lost, as `Engine.summary` does.

    Raises `LogError` for a log that cannot be read or a folder without any, `LostRows` where more
    than `max_lost` of the records are lost, `ColumnsError` for a CSV file whose columns give no
    events, `RowError` where `on_error="stop"`, `ConfigError` for a word that names nothing.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> _ = path.write_text("time,user,src,dst\\n1,alice,WS-17,FILES-1\\n")
    >>> read(path)["account"]
    ['alice']
    """
    max_lost = check_share(max_lost)
    paths = paths_in(path)
    if paths is None:
        raise TableError(f"{type(path).__name__} is no path and no list of paths")
    if files := parquet_in(paths):
        raise TableError(f"{files[0]} is a Parquet file; give its path to the methods of Engine")
    options = {
        "format": format,
        "columns": dict(columns or {}),
        "time_format": time_format,
        "year": year,
        "host": host,
        "zone": zone,
        "on_error": on_error,
    }
    table, summary = _native.read_paths(paths, options, ticker(progress, None))
    place = ", ".join(paths[:3])
    tell(summary, max_lost, place, False)
    if activities := summary["activities"]:
        _log.info("%s: %d companion records are not in the table", place, activities)
    return Frame(table, summary)


@dataclass(frozen=True, repr=False)
class Simulation:
    """A simulated log: its `events`, and the `truth`: the successful logins of its attackers."""

    events: Frame
    truth: Frame

    def __repr__(self) -> str:
        attacks = len(set(self.truth["attack_id"]))
        return f"<Simulation of {len(self.events):,} events, {attacks} attacks>"


def simulate(
    *,
    seed: int = 1,
    accounts: int = 800,
    days: int = 30,
    learn_days: int | None = None,
    scenario: str = "standard",
    telemetry: str | None = None,
    attacks: int | None = None,
    progress: Progress = False,
) -> Simulation:
    """Live through the days of an organisation; every seed is another one, with other attacks.

    `scenario` is `clean`, `standard` or `hard`; `learn_days` (14 of 30 unless said) are without
    attacks. Times count from 1970. Raises `ConfigError` where a setting is out of its range.

    >>> simulate(accounts=20, days=3, learn_days=1, scenario="clean").truth["account"]
    []
    """
    learn = days * 14 // 30 if learn_days is None else learn_days
    tick = ticker(progress, None)
    events, truth = _native.simulate(
        seed, accounts, days, learn, scenario, telemetry, attacks, tick
    )
    return Simulation(Frame(events), Frame(truth))


class Report:
    """How well each detector found the attacks of simulated logs."""

    def __init__(self, text: str, data: dict[str, Any]) -> None:
        self._text = text
        self._data = data

    def to_dict(self) -> dict[str, Any]:
        """Every figure, by name."""
        return self._data

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"


def evaluate(
    seeds: Iterable[int] = (1,),
    *,
    scenario: str = "standard",
    accounts: int = 800,
    days: int = 30,
    learn_days: int = 14,
    alerts_per_day: float = 0.25,
    telemetry: str | None = None,
) -> Report:
    """Judge sidestep and four baselines on simulated seeds, as `sidestep evaluate` does.

    `alerts_per_day` is per 1,000 accounts. Raises `ConfigError` where a setting is out of its
    range, `EvaluationFailed` where nothing could be judged.

    >>> report = evaluate([1], accounts=30, days=6, learn_days=3)
    >>> "sidestep" in str(report)
    True
    """
    text, data = _native.evaluate(
        list(seeds), scenario, accounts, days, learn_days, alerts_per_day, telemetry
    )
    return Report(text, json.loads(data))
