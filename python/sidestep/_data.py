"""What users hold, as tables that the native part reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from sidestep._cells import table_of_rows
from sidestep._errors import TableError
from sidestep._paths import Wanted, kept

_ROWS = 1 << 14
_ACCEPTED = (
    "accepted are anything with __arrow_c_stream__ or __arrow_c_array__ (pandas, polars, pyarrow, "
    "duckdb ...), a list of dicts, an iterator of such, and the path of a log, or a list of paths"
)


def rows_in(data: object) -> int | None:
    """How many rows there are, where that is known beforehand."""
    try:
        return len(data)  # type: ignore[arg-type]
    except TypeError:
        return None


def tables(data: object, wanted: Wanted) -> Iterator[object]:
    """Each table of what was given, one after the other.

    `wanted` says of names whether they are; columns that are not may be missing.
    """
    if _is_table(data):
        yield from _table(data, wanted)
        return
    if isinstance(data, (Mapping, str, bytes)) or not isinstance(data, Iterable):
        raise TableError(f"{type(data).__name__} is no table; {_ACCEPTED}")
    items = iter(data)
    for item in items:
        if isinstance(item, Mapping):
            rows = chain([item], islice(items, _ROWS - 1))
            yield table_of_rows(list(rows), wanted)
        elif _is_table(item):
            yield from _table(item, wanted)
        else:
            raise TableError(f"an item is a {type(item).__name__}, no table; {_ACCEPTED}")


def _is_table(data: object) -> bool:
    if _is_of(data, "pandas", "Series"):
        raise TableError("a Series is one column, no table; give a DataFrame")
    return (
        hasattr(data, "__arrow_c_stream__")
        or hasattr(data, "__arrow_c_array__")
        or _is_of(data, "polars", "LazyFrame")
        or _is_of(data, "pyarrow", "Dataset")
    )


def _is_of(data: object, package: str, name: str) -> bool:
    """Whether it is of a class of a package, which is not imported for that."""
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == package
        for kind in type(data).__mro__
    )


def _table(data: Any, wanted: Wanted) -> Iterator[object]:
    """A table without the columns that nobody wants, where the library can leave them out."""
    if _is_of(data, "pandas", "DataFrame"):
        yield from _of_pandas(data, wanted)
    elif _is_of(data, "polars", "LazyFrame"):
        yield data.select(kept(data.collect_schema().names(), wanted)).collect()
    elif _is_of(data, "pyarrow", "Dataset"):
        yield data.scanner(columns=kept(data.schema.names, wanted)).to_reader()
    else:
        yield data


def _of_pandas(frame: Any, wanted: Wanted) -> Iterator[object]:
    names = [str(name) for name in frame.columns]
    keep = wanted(names)
    places = [place for place, kept in enumerate(keep) if kept]
    taken = [names[place] for place in places]
    twice = {name for name in taken if taken.count(name) > 1}
    if twice:
        raise TableError(f"two columns are called {min(twice)!r}; rename one")
    # A copy of what is inside is made only where columns are left out.
    chosen = frame.copy(deep=False) if all(keep) else frame.iloc[:, places]
    if list(chosen.columns) != taken:
        chosen.columns = taken
    index = [str(name) for name in frame.index.names if name is not None]
    has_index = any(wanted(index))
    if not has_index and str(frame.index.dtype) == "object":
        chosen = chosen.reset_index(drop=True)
    if not taken and not has_index:
        yield table_of_rows([{}] * min(len(frame), 1), wanted)
        return
    try:
        capsule = chosen.__arrow_c_stream__()
    except ImportError:
        raise
    except Exception:
        # A column of objects holds what pyarrow has no type for; a value at a time it can be read.
        chosen = chosen.reset_index() if has_index else chosen
        for start in range(0, len(chosen), _ROWS):
            rows = chosen.iloc[start : start + _ROWS].to_dict("records")
            yield table_of_rows(rows, wanted)
        return
    yield _Stream(capsule)


class _Stream:
    """A capsule that holds a stream, as a table."""

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._capsule
