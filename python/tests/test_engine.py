"""State, threads, interrupts, and what is shown."""

from __future__ import annotations

import copy
import json
import pickle
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sidestep


@pytest.fixture(scope="module")
def engine(logins):
    engine = sidestep.Engine(warm_up=13)
    engine.process(logins)
    engine.finish()
    return engine


def test_saved_pickled_and_copied_engines_score_alike(engine, logins, tmp_path):
    path = tmp_path / "state"
    state = engine.save(path)
    expected = engine.score(logins)["surprise"]
    others = [
        sidestep.Engine.load(state),
        sidestep.Engine.load(path),
        pickle.loads(pickle.dumps(engine)),
        copy.deepcopy(engine),
    ]
    for other in others:
        assert other.save() == state
        assert other.score(logins)["surprise"] == expected


def test_merged_engines_know_what_one_engine_knows(logins):
    whole = sidestep.Engine()
    whole.learn(logins)
    parts = [sidestep.Engine() for _ in range(3)]
    for at, part in enumerate(parts):
        part.learn([row for row in logins if row["time"] // 86_400 % 3 == at])
    first, *others = parts
    states = [part.save() for part in others]
    first.merge(*others)
    assert [part.save() for part in others] == states
    known = "events", "logins", "accounts", "hosts", "edges"
    assert {of: first.metrics[of] for of in known} == {of: whole.metrics[of] for of in known}
    with pytest.raises(ValueError, match="window_hours"):
        first.merge(sidestep.Engine(window_hours=5))


def test_an_account_and_a_host_are_forgotten(logins):
    engine = sidestep.Engine()
    engine.learn(logins)
    known = engine.metrics
    row = logins[0]
    assert not engine.forget_account("nobody@nowhere")
    assert engine.metrics == known
    assert engine.forget_account(row["user"])
    assert not engine.forget_account(row["user"])
    assert engine.forget_host(row["dst"])
    assert engine.metrics["accounts"] < known["accounts"]
    assert engine.metrics["edges"] < known["edges"]


def test_threads_score_one_engine_alike(engine, logins):
    expected = engine.score(logins)["surprise"]
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda _: engine.score(logins)["surprise"], range(32)):
            assert got == expected


def test_the_command_raises_the_same_alerts_byte_for_byte(log):
    tool = Path(sysconfig.get_path("scripts")) / "sidestep"
    words = [tool, "detect", "--learn-days", "13", "--emit", "json", log]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    told = {json.loads(line)["id"]: line for line in run.stdout.splitlines()}
    engine = sidestep.Engine(warm_up=13)
    engine.process(log)
    engine.finish()
    assert told
    assert [alert.to_json() for alert in engine.alerts] == list(told.values())


def test_an_alert_says_all_it_knows(engine):
    alert = engine.alerts.strongest()[0]
    assert alert.hops
    assert alert.reasons
    assert alert.origin[0] == "WS-3"
    assert alert.to_ocsf()["class_uid"] == 2004
    assert "@timestamp" in alert.to_ecs()
    assert alert.id in alert.to_json()
    for shown in (alert, engine, engine.alerts, engine.alerts.frame(), engine.graph()):
        assert repr(shown)
        assert "<" in shown._repr_html_()
    assert engine.alerts.hops()["alert_id"][0]


def test_names_cannot_break_out_of_html():
    engine = sidestep.Engine()
    row = {"time": 1, "user": "<script>", "src": "A", "dst": "B"}
    engine.process([row])
    assert "<script>" not in engine.graph()._repr_html_()


def test_plots_and_graphs(engine):
    pytest.importorskip("altair")
    pytest.importorskip("networkx")
    alert = engine.alerts[0]
    assert alert.to_networkx().number_of_edges() == len(alert.hops)
    assert engine.graph().to_networkx().number_of_edges() == len(engine.graph())
    for chart in (alert.plot(), alert.timeline()):
        assert chart.to_dict()


def test_results_go_to_every_library(engine, logins):
    scores = engine.score(logins)
    pytest.importorskip("pandas")
    assert len(scores.to_pandas()) == len(logins)
    assert len(engine.alerts.to_pandas()) == len(engine.alerts)
    pytest.importorskip("polars")
    assert scores.to_polars().height == len(logins)
    assert engine.alerts.hops().to_polars().height > 0


def test_memory_may_be_limited_and_is_counted(logins):
    engine = sidestep.Engine(memory_limit=64 << 20).learn(logins)
    held = {name: count for name, count in engine.metrics.items() if name.endswith("_bytes")}
    total = held.pop("memory_bytes")
    assert len(held) == 12
    assert 0 < total == sum(held.values()) < 64 << 20
    with pytest.raises(sidestep.ConfigError, match="64 MiB"):
        sidestep.Engine(memory_limit=1)


def test_progress_is_told_and_may_stop_the_call(logins):
    told = []
    sidestep.Engine().learn(logins, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(logins), len(logins))

    def stop(done, total):
        raise RuntimeError("enough")

    engine = sidestep.Engine()
    with pytest.raises(RuntimeError, match="enough"):
        engine.learn(logins, progress=stop)
    assert engine.metrics["events"] > 0


def test_threads_that_change_one_engine_take_turns(logins):
    """Each call has the engine alone: none is lost, none sees half of another's."""
    engine = sidestep.Engine()
    with ThreadPoolExecutor(8) as pool:
        # Whoever comes second is late.
        list(pool.map(lambda _: engine.learn(logins, max_lost=1.0), range(16)))
    assert engine.metrics["events"] == 16 * len(logins)


# Long calls: what is done once before, and what is then interrupted.
LONG_CALLS = {
    "batches": """
        rows = [{"time": n, "user": f"u{n % 999}", "src": "A", "dst": "B"} for n in range(16384)]
        table = sidestep._native.table_of_columns(
            [(k, "int" if k == "time" else "text", [r[k] for r in rows]) for k in rows[0]]
        )
        call = lambda: engine.learn(itertools.repeat(table))
    """,
    "a score": "call = lambda: engine.score(itertools.repeat(row, 10**8))",
    "a file": """
        with open(folder + "/long.csv", "w") as file:
            file.write("time,user,src,dst\\n")
            file.writelines(f"{n},u{n % 999},A,B\\n" for n in range(5_000_000))
        call = lambda: engine.process(folder + "/long.csv")
    """,
    "an evaluation": "call = lambda: sidestep.evaluate(seeds=range(1, 100))",
    "a simulation": "call = lambda: sidestep.simulate(seed=1, accounts=5000, days=90)",
}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send there")
@pytest.mark.parametrize("call", LONG_CALLS)
def test_an_interrupt_stops_a_long_call_and_leaves_the_engine_usable(call, tmp_path):
    script = """
        import itertools, sidestep

        engine, row = sidestep.Engine(), {"time": 1, "user": "u", "src": "A", "dst": "B"}
        folder = @folder@
        @call@
        print("going", flush=True)
        try:
            call()
        except KeyboardInterrupt:
            before = engine.metrics["events"]
            engine.learn([row], max_lost=1.0)
            print("usable" if engine.metrics["events"] == before + 1 else "broken", flush=True)
    """
    script = textwrap.dedent(script).replace("@folder@", repr(str(tmp_path)))
    script = script.replace("@call@", textwrap.dedent(LONG_CALLS[call]).strip())
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "going\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    assert out == "usable\n"


def test_importing_brings_no_other_library():
    heavy = {"numpy", "pandas", "polars", "pyarrow", "altair", "networkx", "sklearn"}
    script = f"import sidestep, sys; print(sorted({heavy!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_command_is_the_same_tool():
    run = [sys.executable, "-m", "sidestep", "--help"]
    out = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "detect" in out
    assert "simulate" in out
