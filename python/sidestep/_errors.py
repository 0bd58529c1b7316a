"""What can go wrong. Every exception of the package is a `SidestepError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SidestepError(Exception):
    """Anything that sidestep says went wrong.

    >>> issubclass(ColumnsError, SidestepError)
    True
    """


class ConfigError(SidestepError, ValueError):
    """A setting, or a word that names one, is none that there is."""


class TableError(SidestepError, TypeError):
    """What was given is no table, or cannot be read as one."""


class ColumnsError(SidestepError, ValueError):
    """The columns of a table or CSV file do not give an event: one is missing or mistyped."""


class RowError(SidestepError, ValueError):
    """A row is no event, and `on_error="stop"` was asked for."""


class LostRows(SidestepError, ValueError):  # noqa: N818
    """More rows than `max_lost` allows are bad, out of order or not understood.

    `rows` were read. Of these `skipped` are no events, `late` came too late behind newer ones,
    `future` lie far ahead of the others, and `not_understood` are of no kind that is known.
    `errors` says what is wrong with the first of them. `undone` says whether the engine is as it
    was before the call, as it is unless another thread changed it meanwhile.
    """

    def __init__(self, message: str, summary: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        summary = summary or {}
        self.rows: int = summary.get("rows", 0)
        self.skipped: int = summary.get("skipped", 0)
        self.late: int = summary.get("late", 0)
        self.future: int = summary.get("future", 0)
        self.not_understood: int = sum(summary.get("not_understood", {}).values())
        self.errors: list[str] = list(summary.get("errors", []))
        self.undone: bool = summary.get("undone", True)


class OrderError(SidestepError, ValueError):
    """Rows that must come in order of time do not."""


class LogError(SidestepError, OSError):
    """A log on disk cannot be opened or read."""


class StateError(SidestepError, ValueError):
    """Saved state is foreign, damaged, or of another version."""


class EvaluationFailed(SidestepError, RuntimeError):  # noqa: N818
    """An evaluation could not be made."""


class MissingExtra(SidestepError, ImportError):  # noqa: N818
    """A package is needed that is not installed; the message says which extra brings it."""
