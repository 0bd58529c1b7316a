"""Values and columns of every type that frames come with."""

from __future__ import annotations

import datetime as dt
import decimal
import ipaddress
import uuid

import pytest
import sidestep
from conftest import found

UTC = dt.timezone.utc


@pytest.fixture(scope="module")
def expected(logins):
    return found(logins)


def rows_with(logins, **of):
    return [row | {name: value(row) for name, value in of.items()} for row in logins]


def seconds(value):
    return dt.datetime.fromtimestamp(value, UTC)


def test_values_of_dicts(logins, expected):
    np = pytest.importorskip("numpy")
    pd = pytest.importorskip("pandas")
    times = [
        lambda row: decimal.Decimal(row["time"]),
        lambda row: float(row["time"]),
        lambda row: np.int64(row["time"]),
        lambda row: np.float64(row["time"]),
        lambda row: np.datetime64(row["time"], "s"),
        lambda row: np.datetime64(row["time"] * 10**9, "ns"),
        lambda row: pd.Timestamp(row["time"], unit="s"),
        lambda row: pd.Timestamp(row["time"], unit="s", tz="UTC").tz_convert("Asia/Tokyo"),
        lambda row: seconds(row["time"]),
    ]
    for time in times:
        assert found(rows_with(logins, time=time)) == expected
    assert found(rows_with(logins, user=lambda row: np.str_(row["user"]))) == expected
    missing = [
        None,
        float("nan"),
        np.nan,
        pd.NaT,
        pd.NA,
        np.datetime64("NaT"),
        decimal.Decimal("NaN"),
    ]
    for none in missing:
        rows = rows_with(logins, result=lambda row, none=none: none)
        rows[0]["result"] = "success"
        assert found(rows) == found([logins[0] | {"result": "success"}, *logins[1:]])


@pytest.mark.parametrize("none", ["nan", "NaT", "NA", "None"])
def test_a_missing_value_in_any_column_skips_the_row(none, logins):
    pd = pytest.importorskip("pandas")
    none = {"nan": float("nan"), "NaT": pd.NaT, "NA": pd.NA, "None": None}[none]
    for name in ("time", "user"):
        rows = [*logins[:50], logins[50] | {name: none}]
        engine = sidestep.Engine().learn(rows)
        assert engine.summary["skipped"] == 1
        assert name in engine.summary["errors"][0].replace("account", "user")


def test_numbers_outcomes_and_addresses_of_dicts():
    np = pytest.importorskip("numpy")
    base = {"time": dt.datetime(2026, 3, 1), "user": "alice", "dst": "B"}
    addresses = ["10.0.0.1", ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("fe80::1")]
    for address in addresses:
        row = base | {
            "src_ip": address,
            "outcome": np.bool_(True),
            "event_code": np.int32(4624),
            "logon_id": 2**64 - 1,
            "credential": uuid.uuid4(),
            "unread": object(),
        }
        engine = sidestep.Engine().learn([row])
        assert engine.summary["events"] == 1
        assert engine.unread_columns == ["unread"]
    row = base | {"time": dt.date(2026, 3, 1)}
    assert sidestep.Engine().learn([row]).summary["events"] == 1
    with pytest.raises(sidestep.TableError, match="with a zone and without"):
        sidestep.Engine().learn([base, base | {"time": seconds(5)}])


def test_dicts_of_a_frame(logins, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["time"] = pd.to_datetime(frame["time"], unit="s")
    frame["domain"] = pd.Series([None] * len(frame), dtype="float64")
    frame["logon_id"] = pd.array([None] * len(frame), dtype="Int64")
    assert found(frame.to_dict("records")) == expected


def test_columns_that_nobody_asked_for_do_no_harm(logins, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["mixed"] = [1, "two"] * (len(frame) // 2) + [3.0] * (len(frame) % 2)
    frame["peer"] = [ipaddress.ip_address("10.0.0.1")] * len(frame)
    frame["thing"] = [object() for _ in range(len(frame))]
    assert found(frame) == expected
    frame["src_ip"] = frame["peer"]
    assert len(found(frame)) == len(expected)
    twice = pd.concat([frame, frame[["user"]]], axis=1)
    with pytest.raises(sidestep.TableError, match="two columns are called 'user'"):
        found(twice)
    with pytest.raises(sidestep.ColumnsError, match=r"other columns are.*colour"):
        found(pd.DataFrame({"colour": ["red"]}))
    with pytest.raises(sidestep.TableError, match="Series"):
        found(frame["user"])
    found(frame, columns={"src_ip": None})
    with pytest.raises(sidestep.TableError, match="holds float, int, str"):
        found(frame, columns={"account": "mixed"})


def test_a_time_in_the_index(logins, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["time"] = pd.to_datetime(frame["time"], unit="s")
    assert found(frame.set_index("time")) == expected
    frame.index = [object() for _ in range(len(frame))]
    assert found(frame) == expected


def test_empty_frames_have_no_types(logins):
    pd = pytest.importorskip("pandas")
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in logins[0]})
    assert len(sidestep.Engine().process(empty)) == 0
    assert len(sidestep.Engine().process(pd.DataFrame(logins).iloc[:0])) == 0
    with pytest.raises(sidestep.ColumnsError, match="account"):
        sidestep.Engine().process(empty.drop(columns="user"))


def test_polars_types(logins, expected):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(logins)
    frame = frame.with_columns(
        pl.lit(None).alias("nothing"),
        pl.lit(5, dtype=pl.Int128).alias("wide"),
        pl.lit(None).alias("domain"),
        pl.col("time").cast(pl.Int128),
    )
    assert found(frame) == expected
    assert found(frame.lazy()) == expected
    assert found(frame.with_columns(pl.col("time").cast(pl.Decimal(20, 3)))) == expected
    # A slice, in which an array begins in the middle of its memory.
    head = pl.DataFrame([{**logins[0], "user": "nobody"}] * 3)
    both = pl.concat([head, pl.DataFrame(logins)], rechunk=True).slice(3)
    assert found(both) == expected


def test_sums_of_duckdb(logins, expected):
    duckdb = pytest.importorskip("duckdb")
    pa = pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.register("logins", pa.Table.from_pylist(logins))
    query = 'select sum("time") as time, "user", src, dst, list(1) as more from logins'
    query += ' group by "time", "user", src, dst order by time, "user"'
    assert found(connection.sql(query))
    assert sidestep.Engine().learn(connection.sql(query)).summary["skipped"] == 0


def test_categories_of_numbers_and_outcomes(logins):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["EventID"] = pd.Series([4624] * len(frame), dtype="category")
    good = found(frame)
    assert good
    outcomes = [True] * (len(frame) - 3) + [False] * 3
    frame["outcome"] = outcomes
    expected = found(frame)
    for dtype in ("int64", "float64", "Int64", "category"):
        frame["outcome"] = pd.Series(outcomes).astype("int64").astype(dtype)
        assert found(frame) == expected
    frame["outcome"] = [1.0, float("nan")] + [float(value) for value in outcomes[2:]]
    assert found(frame) == expected


def test_layouts_of_arrow(logins, expected):
    pa = pytest.importorskip("pyarrow")
    pc = pytest.importorskip("pyarrow.compute")
    table = pa.Table.from_pylist(logins)

    def cast(name, kind):
        at = table.column_names.index(name)
        return table.set_column(at, name, table[name].cast(kind))

    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int16(), pa.string())):
        assert found(cast("user", kind)) == expected
    for unit in ("s", "ms", "us", "ns"):
        for zone in (None, "UTC", "Europe/Berlin"):
            times = table["time"].cast(pa.timestamp("s")).cast(pa.timestamp(unit))
            timed = table.set_column(0, "time", times.cast(pa.timestamp(unit, zone)))
            assert found(timed) == expected
    at = table.column_names.index("dst")
    runs = pc.run_end_encode(table["dst"])
    assert found(table.set_column(at, "dst", runs)) == expected
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1] * len(logins), pa.int8()))
    plain = table.append_column("outcome", pa.array([True] * len(logins)))
    assert found(table.append_column("outcome", flags)) == found(plain)
    nested = pa.array([[{"a": 1}]] * len(logins))
    assert found(table.append_column("nested", nested)) == expected
    assert found(table.slice(120)) == found(logins[120:])


def test_times_without_a_zone_are_of_the_zone_given(logins, expected, tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(logins)
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True)
    local = frame.assign(time=frame["time"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None))
    text = local.assign(time=local["time"].dt.strftime("%Y-%m-%d %H:%M:%S"))
    path = tmp_path / "local.csv"
    text.to_csv(path, index=False)
    for data in (local, text, local.to_dict("records"), path):
        assert found(data, zone="Asia/Tokyo") == expected
        assert found(data) != expected
    assert sidestep.read(path, zone="Asia/Tokyo")["time"][0] == frame["time"][0]
    assert found(frame, zone="Asia/Tokyo") == expected
    with pytest.raises(sidestep.ConfigError, match="time zone"):
        found(frame, zone="Mars/Olympus")


def test_an_hour_that_clocks_show_twice():
    rows = [{"time": dt.datetime(2026, 10, 25, 2, 30), "user": "a", "src": "A", "dst": "B"}]
    engine = sidestep.Engine().learn(rows, zone="Europe/Berlin")
    assert engine.summary["events"] == 1
    text = [rows[0] | {"time": "2026-03-29 02:30:00"}]
    assert sidestep.Engine().learn(text, zone="Europe/Berlin").summary["events"] == 1
