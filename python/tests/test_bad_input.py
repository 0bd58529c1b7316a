"""Bad input is a clear exception or a counted skip."""

from __future__ import annotations

import logging
import threading

import pytest
import sidestep


def login(**values):
    return {"time": 1, "user": "alice", "src": "A", "dst": "B"} | values


@pytest.mark.parametrize("data", [5, None, b"bytes", {"time": [1]}, [1, 2], [login(), 5], object()])
def test_what_is_no_table(data):
    with pytest.raises(sidestep.TableError):
        sidestep.Engine().process(data)


def test_a_mistyped_column_says_what_would_do():
    with pytest.raises(sidestep.ColumnsError, match=r'"user".*Int64.*text'):
        sidestep.Engine().learn([login(user=5)])
    with pytest.raises(sidestep.TableError, match="'user' holds int, str"):
        sidestep.Engine().learn([login(), login(user=5)])


def test_nulls_are_skipped_and_told(caplog):
    engine = sidestep.Engine()
    with caplog.at_level(logging.WARNING, "sidestep"):
        engine.process([login(), login(user=None), login(time=None)], max_lost=1.0)
    assert engine.metrics["events"] == 1
    assert "of 3 rows 2 are no events" in caplog.text
    scores = engine.score([login(), login(user=None)], max_lost=0.5)
    assert scores["score"][1] is None
    with pytest.raises(sidestep.RowError, match="row 1: account"):
        engine.process([login(), login(user=None)], on_error="stop")


def test_late_events_are_told(caplog):
    engine = sidestep.Engine()
    with caplog.at_level(logging.WARNING, "sidestep"):
        engine.process([login(time=100_000), login(time=1)], max_lost=0.5)
    assert engine.metrics["late"] == 1
    assert "1 came too late behind newer ones and were passed over; give sort=True" in caplog.text


def test_empty_frames():
    pa = pytest.importorskip("pyarrow")
    engine = sidestep.Engine()
    empty = pa.Table.from_pylist([login()]).slice(0, 0)
    assert len(engine.process(empty)) == len(engine.score(empty)) == len(engine.score([])) == 0
    with pytest.raises(sidestep.ColumnsError):
        engine.process(pa.table({}))


def test_settings_and_words_are_checked():
    with pytest.raises(sidestep.ConfigError, match="alerts_per_day"):
        sidestep.Engine(alerts_per_day=-1)
    with pytest.raises(sidestep.ConfigError, match="no setting"):
        sidestep.Engine(alert_per_day=1)
    with pytest.raises(sidestep.ConfigError, match="warm_up"):
        sidestep.Engine(warm_up="soon")
    with pytest.raises(sidestep.ConfigError, match="field"):
        sidestep.Engine().learn([login()], columns={"who": "user"})
    with pytest.raises(sidestep.ConfigError):
        sidestep.simulate(days=1)


def test_files(tmp_path):
    with pytest.raises(sidestep.LogError):
        sidestep.read(tmp_path / "none.csv")
    with pytest.raises(sidestep.StateError):
        sidestep.Engine.load(b"not a state")
    for kind in (sidestep.LogError, sidestep.StateError, sidestep.TableError):
        assert issubclass(kind, sidestep.SidestepError)


def test_batches_that_break_off_leave_what_came_before():
    pa = pytest.importorskip("pyarrow")
    batch = pa.RecordBatch.from_pylist([login(), login(user="bob")])

    def broken():
        yield batch
        raise RuntimeError("the source is gone")

    engine = sidestep.Engine()
    with pytest.raises(RuntimeError, match="the source is gone"):
        engine.process(broken())
    assert engine.metrics["events"] == 2
    with pytest.raises(sidestep.TableError, match="the source is gone"):
        engine.process(pa.RecordBatchReader.from_batches(batch.schema, broken()))
    assert engine.metrics["events"] == 4
    engine.process([login(time=2)])
    assert engine.metrics["events"] == 5


def test_a_frame_that_is_changed_while_it_is_read():
    pd = pytest.importorskip("pandas")
    rows = 200_000
    names = [f"u{n % 500}" for n in range(rows)]
    frame = pd.DataFrame({"time": range(rows), "user": names, "src": "A", "dst": "B"})
    going = threading.Event()

    def change():
        while not going.is_set():
            frame["user"] = frame["user"].to_numpy()[::-1]
            frame.loc[:, "time"] = frame["time"].to_numpy()

    changer = threading.Thread(target=change)
    changer.start()
    engine = sidestep.Engine()
    try:
        engine.process(frame)
    finally:
        going.set()
        changer.join()
    assert engine.metrics["events"] == rows


def test_many_accounts_stay_within_the_bound():
    pa = pytest.importorskip("pyarrow")
    rows, most = 1_000_000, 10_000
    table = pa.table(
        {
            "time": pa.array(range(rows)),
            "user": pa.array([f"u{n}" for n in range(rows)]),
            "src": pa.array([f"h{n % 1000}" for n in range(rows)]),
            "dst": pa.array(["FILES-1"] * rows),
        }
    )
    engine = sidestep.Engine(max_accounts=most)
    engine.learn(table)
    assert engine.metrics["events"] == rows
    assert engine.metrics["evicted_accounts"] >= rows - 2 * most
