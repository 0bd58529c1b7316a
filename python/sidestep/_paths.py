"""Paths of logs and of Parquet files."""

from __future__ import annotations

import glob
import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sidestep._errors import LogError, MissingExtra, TableError

_PARQUET = b"PAR1"
_READERS = "pyarrow, polars or duckdb"


def paths_in(data: object) -> list[str] | None:
    """The paths that were given, patterns filled in; `None` for what names no logs on disk."""
    if isinstance(data, (str, os.PathLike)):
        return _matching(os.fsdecode(data))
    if isinstance(data, (list, tuple)) and data:
        named = [isinstance(item, (str, os.PathLike)) for item in data]
        if all(named):
            return [path for item in data for path in _matching(os.fsdecode(item))]
        if any(named):
            raise TableError("a list holds paths and other things; give one or the other")
    return None


def _matching(path: str) -> list[str]:
    if not glob.has_magic(path) or os.path.lexists(path):
        return [path]
    found = sorted(glob.glob(path, recursive=True))
    if not found:
        raise LogError(f"{path}: no file matches")
    return found


def parquet_in(paths: list[str]) -> list[str] | None:
    """The Parquet files that the paths consist of; `None` where they are logs."""
    files: list[str] = []
    others: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            (files if _is_parquet(path) else others).append(path)
            continue
        below = [file for file in _below(path) if not _is_marker(file)]
        parquet = [file for file in below if _is_parquet(file)]
        if parquet and len(parquet) == len(below):
            files.extend(parquet)
        else:
            others.append(path)
    if files and others:
        raise TableError(
            f"{files[0]} is a Parquet file and {others[0]} is not; give tables and logs in "
            "separate calls"
        )
    return files or None


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(parent, name)


def _is_marker(path: str) -> bool:
    """Whether it is what Spark and others lay beside the parts of a table."""
    return os.path.basename(path).startswith(("_", "."))


def _is_parquet(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except OSError:
        # Whoever reads it says what is wrong.
        return False


Wanted = Callable[[list[str]], list[bool]]


def parquet_tables(files: Iterable[str], wanted: Wanted) -> Iterator[object]:
    """The tables in Parquet files, wanted columns only, a part at a time.

    Raises `MissingExtra` where no package is installed that reads them.
    """
    read = _reader()
    for path in files:
        try:
            yield from read(path, wanted)
        except (OSError, ValueError, RuntimeError) as error:
            raise LogError(f"{path}: the Parquet file cannot be read: {error}") from error


def _reader() -> Callable[[str, Wanted], Iterator[object]]:
    for package, read in (
        ("pyarrow.parquet", _by_pyarrow),
        ("polars", _by_polars),
        ("duckdb", _by_duckdb),
    ):
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        return lambda path, wanted, read=read, module=module: read(module, path, wanted)  # type: ignore[misc]
    raise MissingExtra(f"a Parquet file is read by one of {_READERS}: pip install pyarrow")


def kept(names: list[str], wanted: Wanted) -> list[str]:
    """The names that are wanted."""
    return [name for name, keep in zip(names, wanted(names), strict=True) if keep]


def _by_pyarrow(parquet: Any, path: str, wanted: Wanted) -> Iterator[object]:
    with parquet.ParquetFile(path) as file:
        columns = kept(file.schema_arrow.names, wanted)
        # An empty file has no batch, but columns that can be checked.
        yield file.schema_arrow.empty_table().select(columns)
        yield from file.iter_batches(columns=columns)


def _by_polars(polars: Any, path: str, wanted: Wanted) -> Iterator[object]:
    frame = polars.scan_parquet(path, glob=False)
    frame = frame.select(kept(frame.collect_schema().names(), wanted))
    if hasattr(frame, "collect_batches"):
        yield from frame.collect_batches(maintain_order=True)
    else:
        yield frame.collect()


def _by_duckdb(duckdb: Any, path: str, wanted: Wanted) -> Iterator[object]:
    # A connection of its own: the default one is not to be used by several threads.
    with duckdb.connect() as connection:
        relation = connection.read_parquet(glob.escape(path))
        columns = kept(relation.columns, wanted)
        quoted = (f'"{name.replace(chr(34), 2 * chr(34))}"' for name in columns)
        yield relation.project(", ".join(quoted)) if columns else relation.limit(0)
