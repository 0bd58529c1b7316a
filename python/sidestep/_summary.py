"""What a call read and lost, and who is to hear of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sidestep._errors import ConfigError, LogError, LostRows

_log = logging.getLogger("sidestep")

_SHOWN = 20
"""Messages of one kind in a warning at most."""


def check_share(max_lost: float) -> float:
    """The same share; `ConfigError` where it is none."""
    if not 0.0 <= max_lost <= 1.0:
        raise ConfigError(f"max_lost is {max_lost}; it must lie in 0 to 1, a share of the rows")
    return float(max_lost)


def tell(summary: Mapping[str, Any], max_lost: float, place: str, sort_helps: bool) -> None:
    """Say what was lost: raise `LostRows` where it is too much, else warn.

    `place` is what was read, for the text; `sort_helps` says whether `sort=True` can be given.
    """
    _nothing(summary, place)
    lost = _lost(summary, sort_helps)
    if lost and sum(count for count, _ in lost) > max_lost * summary["rows"]:
        told = "; ".join(text for _, text in lost)
        state = "the engine is as it was before"
        if "undone" in summary and not summary["undone"]:
            state = "the rows that are sound were taken"
        raise LostRows(
            f"{place}: of {summary['rows']:,} rows {told}. That is more than max_lost={max_lost:g} "
            f"allows, and {state}; max_lost=1.0 takes the rest all the same",
            summary,
        )
    for _, text in lost:
        _log.warning("%s: of %s rows %s", place, f"{summary['rows']:,}", text)
    _files(summary, place)


def _lost(summary: Mapping[str, Any], sort_helps: bool) -> list[tuple[int, str]]:
    """Each way in which rows were lost: how many, and in words."""
    lost = []
    if skipped := summary["skipped"]:
        first = "; ".join(summary["errors"][:3])
        lost.append((skipped, f"{skipped:,} are no events and were skipped, the first: {first}"))
    if late := summary.get("late", 0):
        cure = "give sort=True" if sort_helps else "sort by time"
        lost.append(
            (late, f"{late:,} came too late behind newer ones and were passed over; {cure}")
        )
    if future := summary.get("future", 0):
        text = (
            f"{future:,} lie more than a week ahead of those around them and were left out; look "
            "at the clocks of the hosts that wrote them"
        )
        lost.append((future, text))
    kinds = summary.get("not_understood", {})
    if count := sum(kinds.values()):
        named = ", ".join(f"{number:,} {kind}" for kind, number in list(kinds.items())[:_SHOWN])
        lost.append((count, f"{count:,} were not understood: {named}"))
    return lost


def _nothing(summary: Mapping[str, Any], place: str) -> None:
    """A folder without a single log is a mistake, and so most likely is an empty log."""
    if summary["rows"] or "files" not in summary:
        return
    if not summary["files"]:
        why = _named(summary["not_read"], summary["files_not_read"]) or "there is no file"
        raise LogError(f"{place}: no log was read: {why}")
    _log.warning("%s: there is no record in it", place)


def _files(summary: Mapping[str, Any], place: str) -> None:
    if count := summary.get("files_not_read", 0):
        named = _named(summary["not_read"], count)
        _log.warning("%s: %d files were not read: %s", place, count, named)
    if useless := summary.get("useless"):
        named = _named(useless, len(useless))
        _log.warning("%s: nothing could be used of logs that were read: %s", place, named)


def _named(files: list[tuple[str, str]], count: int) -> str:
    shown = files[:_SHOWN]
    named = "; ".join(f"{file}: {why}" for file, why in shown)
    more = count - len(shown)
    return f"{named} and {more:,} more" if more > 0 else named
