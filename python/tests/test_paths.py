"""Folders, lists of paths, patterns and Parquet files."""

from __future__ import annotations

import csv
import gzip

import pytest
import sidestep
from conftest import found


@pytest.fixture(scope="module")
def expected(logins):
    return found(logins)


def write(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def without_order(alerts):
    """Alerts without what hangs on the order of rows of one time."""
    return [[hop["time"] for hop in alert["hops"]] for alert in alerts]


@pytest.fixture(params=["two controllers", "rotated", "wrapped"])
def folder(request, tmp_path, logins):
    if request.param == "two controllers":
        write(tmp_path / "a.csv", logins[::2])
        write(tmp_path / "b.csv", logins[1::2])
    elif request.param == "rotated":
        third = len(logins) // 3
        write(tmp_path / "auth.csv", logins[2 * third :])
        write(tmp_path / "auth.csv.1", logins[third : 2 * third])
        write(tmp_path / "plain", logins[:third])
        with gzip.open(tmp_path / "auth.csv.2.gz", "wb") as file:
            file.write((tmp_path / "plain").read_bytes())
        (tmp_path / "plain").unlink()
    else:
        half = len(logins) // 2
        write(tmp_path / "auth.csv", logins[half:] + logins[:half])
    return tmp_path


def test_a_folder_is_read_in_order_of_time(folder, expected):
    ways = [folder, str(folder / "*"), sorted(folder.iterdir()), [str(folder)]]
    for way in ways:
        engine = sidestep.Engine(warm_up=13)
        engine.process(way)
        engine.finish()
        assert engine.metrics["late"] == 0
        alerts = [alert.to_dict() for alert in engine.alerts]
        assert without_order(alerts) == without_order(expected)
        frame = sidestep.read(way)
        assert frame["time"] == sorted(frame["time"])
        assert len(frame) == engine.summary["events"]
        assert len(engine.score(way)) == len(frame)
        assert without_order(found(frame)) == without_order(expected)
    learned = sidestep.Engine(warm_up=13).learn(folder)
    assert learned.metrics["late"] == 0


def test_a_log_that_is_read_again_is_learned_once(tmp_path, logins):
    write(tmp_path / "auth.csv", logins[480:] + logins[:480])
    engine = sidestep.Engine().learn(tmp_path)
    assert engine.metrics["events"] == len(logins)
    assert engine.summary["put_in_order"] > 0
    once = sidestep.Engine().learn(logins)
    assert engine.metrics["edges"] == once.metrics["edges"]
    assert engine.graph()["days"] == once.graph()["days"]


def test_the_command_finds_the_same_in_a_folder(folder):
    engine = sidestep.Engine(warm_up=13)
    engine.process(folder)
    engine.finish()
    out = folder.parent / f"{folder.name}.jsonl"
    words = ["detect", "--learn-days", "13", "--emit", "json", "-o", str(out), str(folder)]
    assert sidestep._native.run_command(["sidestep", *words]) == 0
    lines = out.read_text().splitlines()
    assert lines
    assert sorted(alert.to_json() for alert in engine.alerts) == sorted(lines)


def test_patterns_and_lists_that_name_nothing(tmp_path):
    with pytest.raises(sidestep.LogError, match="no file matches"):
        sidestep.Engine().process(str(tmp_path / "*.csv"))
    with pytest.raises(sidestep.TableError, match="paths and other things"):
        sidestep.Engine().process([str(tmp_path), {"time": 1}])


def test_a_name_that_looks_like_a_pattern(tmp_path, log, expected):
    path = tmp_path / "auth[1].csv"
    path.write_bytes(log.read_bytes())
    assert found(path) == expected


@pytest.fixture
def parquet(tmp_path, logins):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.Table.from_pylist(logins)
    table = table.append_column("note", pa.array([{"a": [1]}] * len(logins)))
    folder = tmp_path / "logins.parquet"
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    pq.write_table(table.take(list(range(0, len(logins), 2))), folder / "part-1")
    pq.write_table(table.take(list(range(1, len(logins), 2))), folder / "part-2")
    pq.write_table(table, tmp_path / "whole", row_group_size=100)
    return tmp_path


@pytest.mark.parametrize("package", ["pyarrow", "polars", "duckdb"])
def test_parquet_by_each_package(package, parquet, expected, monkeypatch):
    pytest.importorskip(package)
    real = sidestep._paths.importlib.import_module
    others = {"pyarrow", "polars", "duckdb"} - {package}

    def import_module(name):
        if name.partition(".")[0] in others:
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(sidestep._paths.importlib, "import_module", import_module)
    assert found(parquet / "whole") == expected
    folder = parquet / "logins.parquet"
    assert without_order(found(folder)) == without_order(expected)
    assert without_order(found(str(folder / "part-*"))) == without_order(expected)
    engine = sidestep.Engine().learn(parquet / "whole")
    assert "note" in engine.unread_columns
    assert len(engine.score(parquet / "whole")) == engine.metrics["events"]


def test_parquet_without_a_reader_and_beside_logs(parquet, log, monkeypatch):
    with pytest.raises(sidestep.TableError, match="separate calls"):
        found([parquet / "whole", log])
    with pytest.raises(sidestep.TableError, match="Parquet"):
        sidestep.read(parquet / "whole")
    broken = parquet / "broken"
    broken.write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(sidestep.LogError, match="broken: the Parquet file cannot be read"):
        found(broken)

    def none(name):
        raise ImportError(name)

    monkeypatch.setattr(sidestep._paths.importlib, "import_module", none)
    with pytest.raises(sidestep.MissingExtra, match="pyarrow, polars or duckdb"):
        found(parquet / "whole")
