"""On Spark: the same as one engine gives, whatever Spark does with its tasks."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys

import pytest
import sidestep

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install 'sidestep[spark]'")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs Java 17 or newer, which is not there", allow_module_level=True)

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sidestep.spark
from pyspark.errors import PythonException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812
from sidestep.spark import _learn, _process

ROCKSDB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
SETTINGS = {"warm_up": 13}


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        # What is compiled for a long life is not worth it here.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.local.dir": tmp_path_factory.mktemp("local"),
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.streaming.stateStore.providerClass": ROCKSDB,
        "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    # Two tasks at a time, each of which may fail three times.
    builder = SparkSession.builder.master("local[2,4]").appName("sidestep")
    for name, value in settings.items():
        builder = builder.config(name, str(value))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def table(logins):
    """The logins, with times, and of two tenants that have the same days."""
    rows = [row | {"site": f"site{n % 2}"} for n in range(2) for row in logins]
    made = pa.Table.from_pylist(rows)
    return made.set_column(0, "time", made["time"].cast(pa.timestamp("s", "UTC")))


@pytest.fixture(scope="module")
def df(spark, table):
    return spark.createDataFrame(table).repartition(5).cache()


@pytest.fixture(scope="module")
def one_site(df):
    return df.where("site = 'site0'").drop("site").cache()


def dies(kind, method, marker):
    """The same class, but the first process that has judged some rows kills itself."""

    class Dying(kind):
        pass

    def run(self, batches):
        import os
        import signal
        from itertools import chain

        batches = iter(batches)
        first = next(batches, None)

        def rest():
            yield from batches
            if not os.path.exists(marker):
                open(marker, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)

        yield from kind.run(self, chain([first] if first is not None else [], rest()))

    setattr(Dying, method, run)
    return Dying


def merged_by_command(parts, folder):
    """What `sidestep state merge` makes of states."""
    paths = []
    for at, state in enumerate(parts):
        paths.append(folder / f"{at}.state")
        paths[-1].write_bytes(state)
    whole = folder / "whole.state"
    command = [sys.executable, "-m", "sidestep", "state", "merge", *paths, "--output", whole]
    subprocess.run(command, check=True, capture_output=True)
    return whole.read_bytes()


def learned(table, **settings):
    """The state of an engine of its own that learned some rows in order."""
    order = [(name, "ascending") for name in ("time", "user", "src", "dst")]
    return sidestep.Engine(**settings).learn(table.sort_by(order)).save()


def test_four_partitions_are_what_the_command_merges(spark, table, tmp_path):
    site = table.slice(0, table.num_rows // 2).drop_columns(["site"])
    quarter = -(-site.num_rows // 4)
    parts = [site.slice(at * quarter, quarter) for at in range(4)]
    schema = spark.createDataFrame(site).schema
    numbered = [
        part.append_column("n", pa.array([at] * part.num_rows)) for at, part in enumerate(parts)
    ]
    df = spark.createDataFrame(pa.concat_tables(numbered))
    df = df.repartitionById(4, F.col("n").cast("int")).select(schema.names)
    df = df.sortWithinPartitions("time", "user", "src", "dst")
    assert df.rdd.getNumPartitions() == 4
    engine = sidestep.spark.learn(df, by=None, **SETTINGS)
    alone = [learned(part, **SETTINGS) for part in parts]
    assert engine.save() == merged_by_command(alone, tmp_path)
    assert engine.summary["events"] == site.num_rows
    assert engine.mapping["account"] == "user"


@pytest.mark.parametrize("by", ["account", "destination", "day"])
def test_any_partitions_give_the_same_parts(by, one_site, table, tmp_path):
    engine = sidestep.spark.learn(one_site, by=by, parts=11, **SETTINGS)
    parts = sidestep.spark.learn_parts(one_site.coalesce(1), by=by, parts=11, **SETTINGS)
    rows = sorted(parts.collect(), key=lambda row: row.part)
    assert 3 < len(rows) <= 11
    assert sum(row.events for row in rows) == engine.summary["events"] == one_site.count()
    assert engine.save() == merged_by_command([bytes(row.state) for row in rows], tmp_path)
    site = table.slice(0, table.num_rows // 2).drop_columns(["site"])
    graph = engine.graph().to_arrow()
    whole = sidestep.Engine.load(learned(site, **SETTINGS)).graph().to_arrow()
    names = [(name, "ascending") for name in whole.column_names]
    assert graph.sort_by(names) == whole.sort_by(names)


def test_parts_that_were_kept_are_merged(one_site, spark, tmp_path):
    path = str(tmp_path / "parts")
    column = F.substring("dst", -1, 1)
    sidestep.spark.learn_parts(one_site, by=column, parts=9, **SETTINGS).write.parquet(path)
    kept = spark.read.parquet(path)
    whole = sidestep.spark.merge(kept)
    assert whole.save() == sidestep.spark.learn(one_site, by=column, parts=9, **SETTINGS).save()
    other = sidestep.spark.learn_parts(one_site, parts=2, warm_up=3)
    with pytest.raises(sidestep.ConfigError, match="settings"):
        sidestep.spark.merge(kept.unionByName(other))
    with pytest.raises(sidestep.StateError):
        sidestep.spark.merge(kept.withColumn("state", F.lit(b"nothing")))
    with pytest.raises(sidestep.StateError, match="no row"):
        sidestep.spark.merge(kept.where("part < 0"))


def test_a_worker_that_dies_while_it_learns(one_site, monkeypatch, tmp_path):
    expected = sidestep.spark.learn(one_site, parts=2, **SETTINGS)
    marker = str(tmp_path / "died")
    monkeypatch.setattr(_learn, "Learner", dies(_learn.Learner, "run", marker))
    engine = sidestep.spark.learn(one_site, parts=2, **SETTINGS)
    assert os.path.exists(marker)
    assert engine.save() == expected.save()
    assert engine.summary == expected.summary


def test_an_order_that_was_lost_is_an_error(one_site, spark):
    names = spark.createDataFrame([("WS-1",)], "src string")
    ordered = one_site.repartition(2).sortWithinPartitions("time")
    assert sidestep.spark.learn(ordered, by=None, **SETTINGS).summary["late"] == 0
    # The optimiser removes the sort, since a join promises no order.
    joined = ordered.join(F.broadcast(names), "src", "left").select(one_site.columns)
    with pytest.raises(sidestep.OrderError, match="sortWithinPartitions"):
        sidestep.spark.learn(joined, by=None, **SETTINGS)
    assert sidestep.spark.learn(joined, **SETTINGS).summary["late"] == 0


def test_what_is_lost_is_counted_over_all_parts(one_site):
    bad = one_site.withColumn("user", F.when(F.col("dst") != "FILES-3", F.col("user")))
    lost = bad.where("user is null").count()
    with pytest.raises(sidestep.LostRows, match="no events") as raised:
        sidestep.spark.learn(bad, parts=3, **SETTINGS)
    assert (raised.value.skipped, raised.value.rows) == (lost, one_site.count())
    engine = sidestep.spark.learn(bad, parts=3, max_lost=0.2, **SETTINGS)
    assert engine.summary["skipped"] == lost
    assert "account" in engine.summary["errors"][0]
    with pytest.raises(sidestep.RowError, match="part"):
        sidestep.spark.learn(bad, parts=3, on_error="stop", **SETTINGS)


def test_scores_are_those_of_the_engine(one_site, spark):
    engine = sidestep.spark.learn(one_site, parts=1, **SETTINGS)
    day = F.make_ym_interval(F.lit(1))
    odd = one_site.where("time > '1970-01-13'").withColumn("a.b`c", day)
    odd = odd.unionByName(odd.limit(3).withColumn("user", F.lit(None).cast("string")))
    scored = sidestep.spark.score(odd, engine)
    assert scored.columns == [*odd.columns, "score", "p_value"]
    rows = scored.select(*one_site.columns, "score", "p_value").toArrow()
    alone = engine.score(rows.drop_columns(["score", "p_value"]), max_lost=1.0).to_arrow()
    for name in ("score", "p_value"):
        assert rows[name].to_pylist() == alone[name].to_pylist()
    assert rows["score"].null_count == 3
    full = sidestep.spark.score(one_site.limit(5), engine, evidence=True)
    assert set(sidestep.EVIDENCE) < set(full.columns)
    assert full.first()["surprise"] is not None
    with pytest.raises(sidestep.ColumnsError, match="score"):
        sidestep.spark.score(scored, engine)


def latest(rows):
    """The last state of each alert of each tenant."""
    found = {}
    for row in sorted(rows, key=lambda row: (row.state == "closed", len(row.hops))):
        found[row.site, row.id] = row.asDict(recursive=True)
    return found


def alone(table):
    """The same of an engine for each tenant."""
    alerts = {}
    for site in ("site0", "site1"):
        rows = table.filter(pc.equal(table["site"], site)).drop_columns(["site"])
        order = [(name, "ascending") for name in ("time", "user", "src", "dst")]
        engine = sidestep.Engine(**SETTINGS)
        engine.process(rows.sort_by(order))
        engine.finish()
        alerts |= {(site, alert.id): alert for alert in engine.alerts}
    return alerts


def test_tenants_are_judged_as_if_alone(df, table, monkeypatch, tmp_path):
    marker = str(tmp_path / "died")
    monkeypatch.setattr(_process, "Judge", dies(_process.Judge, "run", marker))
    outcome = sidestep.spark.process(df, tenant="site", finish=True, **SETTINGS).cache()
    rows = outcome.drop("alerts").collect()
    assert os.path.exists(marker)
    assert {row.site: row.events for row in rows} == {"site0": 1683, "site1": 1683}
    alerts = sidestep.spark.alerts(outcome)
    assert alerts.columns == ["site", *sidestep.spark.ALERT_FIELDS]
    expected = alone(table)
    assert expected
    made = {(row.site, row.id): row for row in alerts.collect()}
    assert set(made) == set(expected)
    for key, alert in expected.items():
        said = alert.to_dict()
        for hop in said["hops"]:
            del hop["raw_ref"]
        assert json.loads(made[key].json) == said
    row, alert = next((made[key], expected[key]) for key in expected)
    assert [hop.dst_host for hop in row.hops] == [hop.dst_host for hop in alert.hops]
    assert row.hops[0].evidence[0].name == alert.hops[0].reasons[0].name


def test_tomorrow_goes_on_from_the_states_of_today(df, spark):
    whole = sidestep.spark.process(df, tenant="site", **SETTINGS)
    # The session is five hours behind UTC: between the first login of the movement and the second.
    cut = "time < '1970-01-15 05:30'"
    today = sidestep.spark.process(df.where(cut), tenant="site", **SETTINGS).cache()
    both = today.select("site", "state").unionByName(
        today.limit(1).select(F.lit("elsewhere").alias("site"), "state")
    )
    tomorrow = sidestep.spark.process(
        df.where(f"not ({cut})"), tenant="site", states=both, **SETTINGS
    )
    tomorrow = tomorrow.cache()
    counts = {row.site: row.rows for row in tomorrow.collect()}
    # A tenant without a row today is not lost.
    assert counts.pop("elsewhere") == 0
    assert sum(counts.values()) == df.where(f"not ({cut})").count()
    expected = latest(sidestep.spark.alerts(whole).collect())
    days = sidestep.spark.alerts(today.unionByName(tomorrow)).where("site != 'elsewhere'")
    assert expected
    assert latest(days.collect()) == expected
    scores = [
        sidestep.spark.score(df.drop("site"), sidestep.Engine.load(outcome.first().state))
        for outcome in (whole.where("site = 'site0'"), tomorrow.where("site = 'site0'"))
    ]
    assert scores[0].exceptAll(scores[1]).count() == 0
    twice = both.union(both)
    with pytest.raises(PythonException, match=r"StateError: .*more than one row for tenant"):
        sidestep.spark.process(df, tenant="site", states=twice, **SETTINGS).collect()
    damaged = both.withColumn("state", F.lit(b"nothing"))
    with pytest.raises(PythonException, match=r"StateError: tenant '"):
        sidestep.spark.process(df, tenant="site", states=damaged, **SETTINGS).collect()


def test_a_tenant_that_loses_rows_is_named(df):
    bad = df.withColumn("user", F.when(F.col("site") != "site1", F.col("user")))
    with pytest.raises(PythonException, match="LostRows: tenant 'site1'"):
        sidestep.spark.process(bad, tenant="site", **SETTINGS).collect()
    rows = sidestep.spark.process(bad, tenant="site", max_lost=1.0, **SETTINGS).collect()
    assert {row.site: row.skipped for row in rows} == {"site0": 0, "site1": 1683}


def test_times_of_any_type(one_site, spark):
    expected = sidestep.spark.learn(one_site, parts=3, by="day", **SETTINGS).save()
    local = one_site.withColumn(
        "time",
        F.convert_timezone(
            F.lit("UTC"),
            F.lit("Asia/Tokyo"),
            F.to_timestamp_ntz(
                F.date_format(
                    F.to_utc_timestamp("time", F.current_timezone()), "yyyy-MM-dd HH:mm:ss"
                )
            ),
        ),
    )
    assert local.schema["time"].dataType.typeName() == "timestamp_ntz"
    options = {"parts": 3, "by": "day"} | SETTINGS
    assert sidestep.spark.learn(local, zone="Asia/Tokyo", **options).save() == expected
    assert sidestep.spark.learn(local, **options).save() != expected
    for unit in ("seconds", "millis", "micros"):
        number = one_site.withColumn("time", getattr(F, f"unix_{unit}")("time"))
        # The first minutes of 1970 are small in any unit.
        words = {"seconds": "seconds", "millis": "milliseconds", "micros": "microseconds"}
        state = sidestep.spark.learn(number, time_format=words[unit], **options).save()
        assert state == expected


def test_a_stream_that_is_stopped_goes_on(spark, df, table, tmp_path):
    schema, source = df.schema, tmp_path / "source"
    source.mkdir()
    rows = df.orderBy("time", "user", "site").toArrow()
    cuts = [0, 1000, 3300, 3363, rows.num_rows]
    checkpoint, out = str(tmp_path / "checkpoint"), str(tmp_path / "out")
    for start, end in itertools.pairwise(cuts):
        # Spark shows the time in the zone of the session, and pyarrow keeps it.
        pq.write_table(rows.slice(start, end - start), source / f"{start:05}.parquet")
        stream = spark.readStream.schema(schema).parquet(str(source))
        outcome = sidestep.spark.process(stream, tenant="site", **SETTINGS)
        writer = outcome.writeStream.format("parquet").option("checkpointLocation", checkpoint)
        writer.option("path", out).trigger(availableNow=True).start().awaitTermination()
    made = spark.read.parquet(out)
    counts = {
        row.site: row.n for row in made.groupBy("site").agg(F.sum("events").alias("n")).collect()
    }
    assert counts == {"site0": 1683, "site1": 1683}
    batch = sidestep.spark.process(df, tenant="site", **SETTINGS)
    expected = latest(sidestep.spark.alerts(batch).collect())
    assert expected
    assert latest(sidestep.spark.alerts(made).collect()) == expected


def test_what_a_stream_is_not_for(spark, df, tmp_path):
    stream = spark.readStream.schema(df.schema).parquet(str(tmp_path))
    with pytest.raises(sidestep.TableError, match="foreachBatch"):
        sidestep.spark.learn(stream)
    with pytest.raises(sidestep.ConfigError, match="keeps its own states"):
        sidestep.spark.process(stream, tenant="site", states=df)


def test_what_is_wrong_is_said_before_a_task_runs(df, spark, one_site):
    learn, process = sidestep.spark.learn, sidestep.spark.process
    with pytest.raises(sidestep.TableError, match=r"Engine\.learn"):
        learn([{"time": 0}])
    with pytest.raises(sidestep.ColumnsError, match="to_timestamp"):
        learn(df.withColumn("time", F.col("time").cast("string")))
    with pytest.raises(sidestep.ColumnsError, match="account"):
        learn(df.drop("user"))
    with pytest.raises(sidestep.ColumnsError, match="nobody"):
        learn(df, columns={"account": "nobody"})
    for wrong in ({"by": "hour"}, {"parts": 0}, {"parts": True}, {"by": None, "parts": 3}):
        with pytest.raises(sidestep.ConfigError, match=r"by is|parts is"):
            learn(df, **wrong)
    with pytest.raises(sidestep.ConfigError, match="no setting"):
        learn(df, alerts_a_day=3)
    with pytest.raises(sidestep.ConfigError, match="max_lost"):
        learn(df, max_lost=2)
    with pytest.raises(sidestep.ConfigError, match="zone"):
        learn(df, zone="Mars/Olympus")
    with pytest.raises(sidestep.ColumnsError, match="tenant="):
        process(df, tenant="customer")
    with pytest.raises(sidestep.ColumnsError, match="'state'"):
        process(df, tenant="site", states=df)
    with pytest.raises(sidestep.TableError, match=r"sidestep\.Engine"):
        sidestep.spark.score(df, b"state")
    with pytest.raises(sidestep.ColumnsError, match="'alerts'"):
        sidestep.spark.alerts(df)
    empty = learn(df.limit(0), **SETTINGS)
    assert empty.summary["rows"] == 0
    assert empty.save() == sidestep.Engine(**SETTINGS).save()


def test_without_pyspark_it_says_what_to_install():
    program = "import sys; sys.modules['pyspark'] = None; import sidestep.spark"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "MissingExtra: pyspark is needed for this: pip install 'sidestep[spark]'" in run.stderr
