"""What can go wrong. Every exception of the package is a `SidestepError`."""

from __future__ import annotations


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


class LogError(SidestepError, OSError):
    """A log on disk cannot be opened or read."""


class StateError(SidestepError, ValueError):
    """Saved state is foreign, damaged, or of another version."""


class EvaluationFailed(SidestepError, RuntimeError):  # noqa: N818
    """An evaluation could not be made."""


class MissingExtra(SidestepError, ImportError):  # noqa: N818
    """A package is needed that is not installed; the message says which extra brings it."""
