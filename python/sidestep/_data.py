"""What users hold, as tables that the native part reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import chain, islice
from typing import Any

from sidestep import _native
from sidestep._errors import TableError

_ROWS = 1 << 14
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ACCEPTED = (
    "accepted are anything with __arrow_c_stream__ or __arrow_c_array__ (pandas, polars, pyarrow, "
    "duckdb ...), a list of dicts, an iterator of such, and the path of a log"
)


def is_path(data: object) -> bool:
    """Whether it names a log on disk."""
    return isinstance(data, (str, os.PathLike))


def rows_in(data: object) -> int | None:
    """How many rows there are, where that is known beforehand."""
    try:
        return len(data)  # type: ignore[arg-type]
    except TypeError:
        return None


def tables(data: object) -> Iterator[object]:
    """Each table of what was given, one after the other."""
    if _is_table(data):
        yield data
        return
    if isinstance(data, Mapping) or not isinstance(data, Iterable) or isinstance(data, bytes):
        raise TableError(f"{type(data).__name__} is no table; {_ACCEPTED}")
    items = iter(data)
    for item in items:
        if isinstance(item, Mapping):
            rows = chain([item], islice(items, _ROWS - 1))
            yield _table_of_rows(list(rows))
        elif _is_table(item):
            yield item
        else:
            raise TableError(f"an item is a {type(item).__name__}, no table; {_ACCEPTED}")


def _is_table(data: object) -> bool:
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def _table_of_rows(rows: list[Mapping[str, Any]]) -> _native.Table:
    for row in rows:
        if not isinstance(row, Mapping):
            raise TableError(f"among dicts there is a {type(row).__name__}; give one or the other")
    names = dict.fromkeys(name for row in rows for name in row)
    columns = []
    for name in names:
        values = [row.get(name) for row in rows]
        kind = _kind(str(name), values)
        if kind == "time":
            values = [None if value is None else _micros(value) for value in values]
        columns.append((str(name), kind, values))
    try:
        return _native.table_of_columns(columns)
    except (OverflowError, UnicodeError) as error:
        raise TableError(str(error)) from error


def _kind(name: str, values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return "null"
    if kinds == {bool}:
        return "bool"
    if all(issubclass(kind, str) for kind in kinds):
        return "text"
    if kinds == {int}:
        return "int"
    if kinds <= {int, float}:
        return "float"
    if all(issubclass(kind, datetime) for kind in kinds):
        return "time"
    told = ", ".join(sorted(kind.__name__ for kind in kinds))
    message = f"column {name!r} holds {told}; accepted are one of str, int, float, bool, datetime"
    raise TableError(message)


def _micros(value: datetime) -> int:
    """Microseconds since 1970; a time without a zone is UTC, as it is in tables."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    return (value - _EPOCH) // timedelta(microseconds=1)
