"""What is lost is said, and too much of it is an error that leaves the engine as it was."""

from __future__ import annotations

import logging

import pytest
import sidestep
from conftest import found

DAY = 86_400


def login(**values):
    return {"time": 1, "user": "alice", "src": "A", "dst": "B"} | values


@pytest.fixture(scope="module")
def upside_down(logins):
    return logins[::-1]


def shapes(rows):
    """The same rows in a list, an iterator, and what libraries hold."""
    yield rows
    yield iter(rows)
    pa = pytest.importorskip("pyarrow")
    table = pa.Table.from_pylist(rows)
    yield table
    yield iter(table.to_batches(max_chunksize=100))
    yield pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=100))
    yield pytest.importorskip("pandas").DataFrame(rows)


def test_rows_out_of_order_are_an_error_and_change_nothing(upside_down, logins):
    for rows in shapes(upside_down):
        engine = sidestep.Engine()
        before = engine.save()
        with pytest.raises(sidestep.LostRows, match="sort=True") as raised:
            engine.process(rows)
        assert raised.value.late > 1000
        assert raised.value.rows == len(logins)
        assert raised.value.undone
        assert engine.save() == before


def test_sorted_rows_are_found_in_any_order(upside_down, logins):
    # Of one time, rows keep their order; the fixture upside down has another one.
    expected = found(sorted(upside_down, key=lambda row: row["time"]))
    assert expected
    for rows in shapes(upside_down):
        assert found(rows, sort=True) == expected
    refs = []
    for rows in (logins, upside_down):
        engine = sidestep.Engine(warm_up=13)
        engine.process(rows, sort=True)
        engine.finish()
        hops = [hop["raw_ref"] for a in engine.alerts for hop in a.to_dict()["hops"]]
        refs.append(sorted(rows[ref]["time"] for ref in hops))
    assert refs[0] == refs[1]


def test_many_rows_are_undone_too():
    pa = pytest.importorskip("pyarrow")
    rows = 200_000
    users = pa.array(["alice", "bob"]).take(pa.array([n % 2 for n in range(rows)]))
    times = [rows - n for n in range(rows)]
    columns = {"time": times, "user": users, "src": ["A"] * rows, "dst": ["B"] * rows}
    table = pa.table(columns)
    engine = sidestep.Engine().learn([login(time=0)])
    before = engine.save()
    for data in (table, iter(table.to_batches(max_chunksize=5_000))):
        with pytest.raises(sidestep.LostRows):
            engine.process(data)
        assert engine.save() == before
    engine.process(table, sort=True)
    assert engine.metrics["late"] == 0
    assert engine.metrics["events"] == rows + 1


def test_a_share_is_allowed_and_said(caplog):
    rows = [login(time=n) for n in range(97)] + [login(user=None)] * 3
    with caplog.at_level(logging.WARNING, "sidestep"):
        engine = sidestep.Engine().learn(rows)
    assert "of 100 rows 3 are no events" in caplog.text
    assert engine.summary["skipped"] == 3
    with pytest.raises(sidestep.LostRows, match=r"max_lost=0\.02") as raised:
        engine.learn(rows, max_lost=0.02)
    assert raised.value.skipped == 3
    assert "account" in raised.value.errors[0]
    with pytest.raises(sidestep.ConfigError, match="max_lost"):
        engine.learn(rows, max_lost=2)


def test_all_rows_bad(tmp_path):
    bad = [login(user=None)] * 10
    engine = sidestep.Engine()
    for call in (engine.learn, engine.process, engine.score):
        with pytest.raises(sidestep.LostRows, match="of 10 rows 10 are no events"):
            call(bad)
    path = tmp_path / "log.csv"
    path.write_text("time,user,src,dst\n" + "yesterday,alice,A,B\n" * 10)
    for call in (engine.learn, engine.process, engine.score, sidestep.read):
        with pytest.raises(sidestep.LostRows, match="yesterday"):
            call(path)
    assert engine.metrics["events"] == 0
    assert len(engine.process(path, max_lost=1.0)) == 0
    assert engine.summary["skipped"] == 10


def test_json_that_nobody_understands(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"colour": "red", "size": 5}\n' * 10)
    engine = sidestep.Engine()
    with pytest.raises(sidestep.LostRows, match="not understood") as raised:
        engine.process(path)
    assert raised.value.not_understood == 10
    engine.process(path, max_lost=1.0)
    assert sum(engine.summary["not_understood"].values()) == 10


def test_folders_without_a_log(tmp_path):
    for call in (sidestep.read, sidestep.Engine().process):
        with pytest.raises(sidestep.LogError, match="no log was read: there is no file"):
            call(tmp_path)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(sidestep.LogError, match=r"picture\.png"):
        sidestep.Engine().process(tmp_path)


def test_files_not_read_are_named(tmp_path, log, caplog):
    (tmp_path / "log.csv").write_bytes(log.read_bytes())
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    engine = sidestep.Engine()
    with caplog.at_level(logging.WARNING, "sidestep"):
        engine.process(tmp_path)
        frame = sidestep.read(tmp_path)
    for summary in (engine.summary, frame.summary):
        assert summary["files_not_read"] == 1
        [(place, why)] = summary["not_read"]
        assert place.endswith("picture.png")
        assert why
    assert caplog.text.count("1 files were not read") == 2
    assert "picture.png" in caplog.text


def test_raw_ref_counts_on_over_calls(logins):
    engine = sidestep.Engine(warm_up=13)
    for start in range(0, len(logins), 500):
        engine.process(logins[start : start + 500])
    engine.finish()
    hops = [hop for alert in engine.alerts for hop in alert.to_dict()["hops"]]
    assert hops
    for hop in hops:
        assert logins[hop["raw_ref"]]["user"] == hop["user"]
    copy = engine.copy()
    with pytest.raises(sidestep.LostRows):
        copy.process([login(user=None)])
    assert copy.save() == engine.save()


def test_the_columns_taken_are_said_once(logins, caplog):
    engine = sidestep.Engine()
    assert engine.mapping == {}
    rows = [row | {"note": "x", "price": 5} for row in logins[:10]]
    with caplog.at_level(logging.INFO, "sidestep"):
        engine.learn(rows)
        engine.learn(rows)
    fields = {"time": "time", "account": "user", "src_host": "src", "dst_host": "dst"}
    assert engine.mapping == fields
    assert engine.unread_columns == ["note", "price"]
    assert caplog.text.count("account=user") == 1
    found(logins, columns=engine.mapping)


def test_a_known_table_is_named(caplog):
    engine = sidestep.Engine()
    row = {"TimeGenerated": "2026-03-02T09:00:01Z", "EventID": 4624, "Computer": "files-1"}
    row |= {"TargetUserName": "alice", "TargetDomainName": "CORP", "LogonType": 3}
    with caplog.at_level(logging.INFO, "sidestep"):
        engine.learn([row | {"IpAddress": "10.0.0.5"}])
    assert (engine.table_shape, engine.mapping) == ("Windows events", {})
    assert "known as Windows events" in caplog.text
    assert engine.summary["logins"] == 1


def test_tables_without_a_login_are_said(caplog):
    rows = [{"time": n, "user": "alice", "dst": "B"} for n in range(5)]
    with caplog.at_level(logging.WARNING, "sidestep"):
        sidestep.Engine().process(rows)
    assert "none of 5 events is a login between two hosts" in caplog.text
