"""Whatever the logins are held in, the alerts are the same."""

from __future__ import annotations

import datetime as dt

import pytest
import sidestep
from conftest import found


@pytest.fixture(scope="module")
def expected(logins):
    alerts = found(logins)
    assert alerts
    return alerts


def test_pandas(logins, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    assert found(frame) == expected
    frame["user"] = frame["user"].astype("category")
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True)
    assert found(frame) == expected


@pytest.mark.parametrize("dtype", ["category", "float64", "object", "str"])
def test_a_column_of_nothing_but_nulls_has_no_type(logins, expected, dtype):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["domain"] = pd.Series([None] * len(logins), dtype=dtype)
    assert found(frame) == expected


def test_polars(logins, expected):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(logins)
    assert found(frame) == expected
    assert found(frame.with_columns(pl.col("dst").cast(pl.Categorical))) == expected
    assert found(frame.with_columns(pl.from_epoch("time", time_unit="s"))) == expected


def test_pyarrow_and_any_split(logins, expected):
    pa = pytest.importorskip("pyarrow")
    table = pa.Table.from_pylist(logins)
    assert found(table) == expected
    for size in (1, 7, 500):
        assert found(iter(table.to_batches(max_chunksize=size))) == expected
    assert found(pa.RecordBatchReader.from_batches(table.schema, table.to_batches())) == expected


def test_duckdb(logins, expected):
    duckdb = pytest.importorskip("duckdb")
    pa = pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.register("logins", pa.Table.from_pylist(logins))
    assert found(connection.sql("select * from logins")) == expected


def test_dicts_csv_and_what_read_gives(logins, log, expected):
    assert found(iter(logins)) == expected
    assert found(log) == expected
    assert found(str(log)) == expected
    assert found(sidestep.read(log)) == expected
    zone = dt.timezone.utc
    timed = [row | {"time": dt.datetime.fromtimestamp(row["time"], zone)} for row in logins]
    assert found(timed) == expected


def test_columns_by_name(logins, expected):
    renamed = [{"a": r["time"], "b": r["user"], "c": r["src"], "d": r["dst"]} for r in logins]
    columns = {"time": "a", "account": "b", "src_host": "c", "dst_host": "d"}
    assert found(renamed, columns=columns) == expected
    with pytest.raises(sidestep.ColumnsError, match="no column gives the time"):
        found(renamed)


def test_scores_are_a_row_per_row_and_sum(logins):
    engine = sidestep.Engine(warm_up="none").learn(logins[:-3])
    before = engine.save()
    scores = engine.score(logins[-3:])
    assert engine.save() == before
    assert len(scores) == 3
    for row in scores.rows():
        assert 0 <= row["score"] < 1
        assert row["surprise"] == sum(row[name] for name in sidestep.EVIDENCE)
