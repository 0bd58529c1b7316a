"""How far a long call is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = bool | Callable[[int, int | None], object]
"""`True` writes to standard error; a callable gets the rows done and, where it is known, of how
many."""


def ticker(progress: Progress, total: int | None) -> Callable[[int], object] | None:
    """What the native part is to call with the rows done."""
    if progress is False:
        return None
    if progress is True:
        return _Line(total)
    call = progress
    return lambda done: call(done, total)


class _Line:
    """One line on standard error, written anew a few times a second."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._next = 0.0

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now < self._next and done != self._total:
            return
        self._next = now + 0.2
        of = f" of {self._total:,}" if self._total else ""
        end = "\n" if done == self._total else ""
        sys.stderr.write(f"\r{done:,}{of} rows{end}")
        sys.stderr.flush()
