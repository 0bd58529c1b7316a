"""Values in dicts, as columns that the native part reads."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from sidestep import _native
from sidestep._errors import TableError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SIMPLE = {str, int, bool, datetime, type(None)}
_TEXT = (ipaddress.IPv4Address, ipaddress.IPv6Address, UUID)
_INT64 = range(-(2**63), 2**63)

Column = tuple[str, str, list[Any]]


def table_of_rows(
    rows: Sequence[Mapping[str, Any]], wanted: Callable[[list[str]], list[bool]]
) -> _native.Table:
    """A table of the wanted columns of rows."""
    for row in rows:
        if not isinstance(row, Mapping):
            raise TableError(f"among dicts there is a {type(row).__name__}; give one or the other")
    names = list(dict.fromkeys(name for row in rows for name in row))
    keep = wanted([str(name) for name in names])
    columns = [
        _column(str(name), [row.get(name) for row in rows])
        for name, kept in zip(names, keep, strict=True)
        if kept
    ]
    if not columns:
        # The number of rows does not matter where there is none to read.
        columns = [("", "null", [None] * len(rows))]
    try:
        return _native.table_of_columns(columns)
    except UnicodeError as error:
        raise TableError(str(error)) from error


def _column(name: str, values: list[Any]) -> Column:
    """A column of one kind."""
    kinds = {type(value) for value in values}
    if not kinds <= _SIMPLE and not kinds <= {int, float, type(None)}:
        values = [_clean(value) for value in values]
        kinds = {type(value) for value in values}
    kinds.discard(type(None))
    if not kinds:
        return name, "null", values
    if kinds == {bool}:
        return name, "bool", values
    if all(issubclass(kind, str) for kind in kinds):
        return name, "text", values
    if kinds <= {int, bool}:
        if any(value is not None and value not in _INT64 for value in values):
            return name, "text", [None if value is None else str(int(value)) for value in values]
        return name, "int", [None if value is None else int(value) for value in values]
    if kinds <= {int, float, bool}:
        values = [None if value is None or value != value else float(value) for value in values]
        return name, "float" if any(value is not None for value in values) else "null", values
    if all(issubclass(kind, datetime) for kind in kinds):
        return _times(name, values)
    told = ", ".join(sorted(kind.__name__ for kind in kinds))
    message = f"column {name!r} holds {told}; accepted are one of str, int, float, bool, datetime"
    raise TableError(message)


def _clean(value: Any) -> Any:
    """The same as a str, int, float, bool or datetime; `None` for what stands for no value."""
    if type(value) in _SIMPLE:
        return value
    if isinstance(value, float):
        return None if value != value else float(value)
    if isinstance(value, _TEXT):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        # pandas has a time that is none, which is not even equal to itself.
        return value if value == value else None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, (str, int)):
        return value
    return _of_library(value)


def _of_library(value: Any) -> Any:
    """A value of numpy or pandas, neither of which need be installed."""
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    if module == "pandas" and kind.__name__ in ("NAType", "NaTType"):
        return None
    if module == "numpy" and hasattr(value, "item") and not getattr(value, "ndim", 0):
        if kind.__name__ == "datetime64":
            # In nanoseconds, `item` would give a bare number.
            value = value.astype("datetime64[us]")
        return _clean(value.item())
    return value


def _times(name: str, values: list[Any]) -> Column:
    zoned = {value.tzinfo is not None for value in values if value is not None}
    if len(zoned) > 1:
        raise TableError(f"column {name!r} holds times with a zone and without; give one or other")
    micros = [None if value is None else _micros(value) for value in values]
    return name, "time" if zoned == {True} else "local", micros


def _micros(value: datetime) -> int:
    """Microseconds since 1970, of UTC or of the local clock."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    return (value - _EPOCH) // timedelta(microseconds=1)
