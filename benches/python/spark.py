"""What learning, merging, judging and scoring on Spark cost, beside Python alone on the same rows.

    pip install '.[spark]'
    python benches/python/spark.py --accounts 1200 --repeat 6 --rounds 2

One simulated organisation is lived through again and again (`--repeat`), and written as Parquet
files, one a part. A first round on one life, which does not count, has Java compile what it will.
Then each round runs every step once: Python alone, then Spark with so many cores. The best round
counts. Rates are by the clock; "CPU" is the processor time of all processes (Spark's own, and the
Python workers) for a million rows: what one pays for on a cluster that is busy. Spark alone is the
same plan with a function that takes its rows and does nothing with them. Needs /proc.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sidestep
import sidestep.spark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

AGAINST = {
    "`learn`, by=None": "learn, Python alone",
    "`learn`, by='account'": "learn, Python alone",
    "`score`": "score, Python alone",
    "`process`": "process, Python alone",
}
TICKS = os.sysconf("SC_CLK_TCK")


def plain(table: pa.Table) -> pa.Table:
    """The columns of a log as Spark has them: it knows no dictionaries and no unsigned numbers."""
    columns = {}
    for name in (
        "time",
        "account",
        "src_host",
        "dst_host",
        "logon_type",
        "auth_protocol",
        "outcome",
        "activity",
    ):
        column = table[name]
        text = pa.types.is_dictionary(column.type)
        columns[name] = column.cast(pa.string()) if text else column
    return pa.table(columns)


def later(table: pa.Table, days: int) -> pa.Table:
    """The same rows so many days later."""
    time = pc.add(table["time"], pa.scalar(timedelta(days=days), pa.duration("us")))
    return table.set_column(table.column_names.index("time"), "time", time)


def written(table: pa.Table, folder: str, parts: int) -> list[str]:
    """The files of so many parts, one after the other in time."""
    Path(folder).mkdir()
    paths = [f"{folder}/{part}.parquet" for part in range(parts)]
    each = -(-table.num_rows // parts)
    for at, path in enumerate(paths):
        pq.write_table(table.slice(at * each, each), path)
    return paths


def processor_seconds() -> float:
    """Processor time of this process and all below it, those that ended included."""
    parents, times = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            times[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    total, ours = 0.0, {os.getpid()}
    while ours:
        total += sum(times[pid] for pid in ours)
        ours = {pid for pid, parent in parents.items() if parent in ours}
    return total


class Bench:
    """Steps and how long each took at best."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.wall: dict[str, float] = defaultdict(lambda: float("inf"))
        self.cpu: dict[str, float] = defaultdict(lambda: float("inf"))

    def time(self, name: str, step: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), processor_seconds()
        made = step()
        self.wall[name] = min(self.wall[name], time.perf_counter() - wall)
        self.cpu[name] = min(self.cpu[name], processor_seconds() - cpu)
        return made

    def show(self) -> None:
        print("| step | 1,000 rows/s | times as long | CPU s per million rows | times as much |")
        print("|---|--:|--:|--:|--:|")
        for name, wall in self.wall.items():
            cpu, base = self.cpu[name], AGAINST.get(name)
            ratios = ["", ""]
            if base:
                ratios = [f"{wall / self.wall[base]:.2f}", f"{cpu / self.cpu[base]:.2f}"]
            rate, per = self.rows / wall / 1e3, cpu / self.rows * 1e6
            print(f"| {name} | {rate:.0f} | {ratios[0]} | {per:.2f} | {ratios[1]} |")


def same(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Hands on nothing of what it is given."""
    for batch in batches:
        if not batch.num_rows:
            yield batch


def run(df: DataFrame) -> None:
    df.write.format("noop").mode("overwrite").save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7101)
    parser.add_argument("--accounts", type=int, default=800)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--repeat", type=int, default=6)
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=1)
    options = parser.parse_args()
    log = sidestep.simulate(
        seed=options.seed, accounts=options.accounts, days=options.days, scenario="clean"
    )
    table = plain(log.events.to_arrow())
    table = table.append_column("site", pc.utf8_slice_codeunits(table["dst_host"], 1, 2))
    life = table
    table = pa.concat_tables([later(life, turn * options.days) for turn in range(options.repeat)])
    bench = Bench(table.num_rows)
    days = options.days * options.repeat
    print(f"{table.num_rows:,} rows of {options.accounts} accounts, {days} days\n")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        short = written(life, f"{folder}/short", options.parts)
        long = written(table, f"{folder}/long", options.parts)
        builder = SparkSession.builder.master(f"local[{options.cores}]").appName("bench")
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.local.dir", folder).config("spark.driver.memory", "4g")
        # A file is a partition, as it was written.
        builder = builder.config("spark.sql.files.openCostInBytes", "1g")
        spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        measure(Bench(life.num_rows), Steps(spark, short), 1)
        steps = Steps(spark, long)
        measure(bench, steps, options.rounds)
        bench.show()
        states(bench, steps)
        spark.stop()


class Steps:
    """The steps, of which each is also done without Spark."""

    def __init__(self, spark: SparkSession, paths: list[str]) -> None:
        self.sites = spark.read.parquet(*paths)
        self.df, self.parts, self.paths = self.sites.drop("site"), len(paths), paths
        self.engines: list[sidestep.Engine] = []
        self.engine = sidestep.Engine()

    def read(self) -> Iterator[pa.Table]:
        for path in self.paths:
            yield pq.read_table(path).drop_columns(["site"])

    def learn_alone(self) -> None:
        self.engines = [sidestep.Engine(warm_up="none").learn(rows) for rows in self.read()]

    def merge_alone(self) -> None:
        self.engine = self.engines[0].copy()
        self.engine.merge(*self.engines[1:])

    def score_alone(self) -> None:
        for rows in self.read():
            self.engine.score(rows)

    def process_alone(self) -> None:
        whole = pa.concat_tables(map(pq.read_table, self.paths))
        for value in pc.unique(whole["site"]).to_pylist():
            rows = whole.filter(pc.equal(whole["site"], value)).drop_columns(["site"])
            sidestep.Engine(warm_up=7).process(rows)

    def spark_rows(self) -> None:
        run(self.df.mapInArrow(same, self.df.schema))

    def spark_sorted(self) -> None:
        cut = self.df.withColumn("p", F.pmod(F.xxhash64("account"), F.lit(self.parts)))
        names = ["p", *(name for name in cut.columns if name != "p")]
        cut = cut.repartition(self.parts, "p").sortWithinPartitions(*names)
        run(cut.mapInArrow(same, cut.schema))

    def learn(self) -> None:
        sidestep.spark.learn(self.df, by=None, warm_up="none")

    def learn_cut(self) -> None:
        sidestep.spark.learn(self.df, parts=self.parts, warm_up="none")

    def score(self) -> None:
        run(sidestep.spark.score(self.df, self.engine))

    def process(self) -> None:
        run(sidestep.spark.process(self.sites, tenant="site", warm_up=7))


def measure(bench: Bench, steps: Steps, rounds: int) -> None:
    for _ in range(rounds):
        bench.time("learn, Python alone", steps.learn_alone)
        bench.time("merge the parts, Python alone", steps.merge_alone)
        bench.time("score, Python alone", steps.score_alone)
        bench.time("process, Python alone", steps.process_alone)
        bench.time("Spark alone: rows to Python", steps.spark_rows)
        bench.time("Spark alone: cut, sort, rows to Python", steps.spark_sorted)
        bench.time("`learn`, by=None", steps.learn)
        bench.time("`learn`, by='account'", steps.learn_cut)
        bench.time("`score`", steps.score)
        bench.time("`process`", steps.process)


def states(bench: Bench, steps: Steps) -> None:
    """What states weigh, and what it costs to load, merge and save them."""
    saved = [engine.save() for engine in steps.engines]
    started = time.perf_counter()
    for state in saved:
        sidestep.Engine.load(state)
    load = (time.perf_counter() - started) / len(saved)
    started = time.perf_counter()
    whole = steps.engine.save()
    save = time.perf_counter() - started
    merge = bench.wall["merge the parts, Python alone"] / (len(saved) - 1)
    megabytes = [len(state) / 1e6 for state in saved]
    edges = steps.engine.metrics["edges"]
    print(
        f"\nstates of parts: {min(megabytes):.2f} to {max(megabytes):.2f} MB; merged: "
        f"{len(whole) / 1e6:.2f} MB, {edges:,} edges, {len(whole) / edges:.0f} bytes an edge\n"
        f"a part is loaded in {load * 1e3:.0f} ms and merged in {merge * 1e3:.0f} ms; the whole "
        f"is saved in {save * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
