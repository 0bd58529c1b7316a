"""Speed, memory and detection quality of sidestep beside what one would write first.

    pip install '.[pandas,sklearn]' river
    cargo build --release -p sidestep-benches --bin organisation
    python benches/python/compare.py --rows 300000 --seeds 2

Speed: an organisation is simulated whose log is a little longer than `--rows`, and each contender
takes the same rows, in a process of its own; only the passes over the rows are timed. Peak memory
is that of the process, with the table and, for Rust, the simulation in it. Rust is the engine
on the same rows as Arrow batches, and on events made of them before, one day made at a time.
river and IsolationForest see a sample of the rows, and the time per row is theirs; how many is
said.

Quality: remote logins of `hard` organisations after the days without attacks, ranked by each
contender. Average precision; and the attacks of which at least one login is among the strongest,
where there is one login that is no attack's for each day and 1,000 accounts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import sidestep

SEED, DAYS, LEARN = 1, 30, 14
RUST = {"Rust, the same rows": "arrow", "Rust, events in memory": "events"}
CONTENDERS = (
    "sidestep (Arrow)",
    *RUST,
    "pandas first seen",
    "HalfSpaceTrees",
    "IsolationForest",
)
KEYS = ["account", "src_host", "dst_host"]


def peak(who=resource.RUSAGE_SELF):
    """The most memory so far, in MiB; Linux counts in KiB, macOS in bytes."""
    return resource.getrusage(who).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def accounts_for(rows):
    """Accounts whose `DAYS` days are at least so many rows."""
    small = sidestep.simulate(seed=SEED, accounts=400, days=DAYS, telemetry="complete")
    return max(20, -(-rows * 400 * 21 // (20 * len(small.events))))


def events(rows, accounts):
    log = sidestep.simulate(
        seed=SEED, accounts=accounts, days=DAYS, learn_days=LEARN, telemetry="complete"
    )
    return log.events.to_arrow().slice(0, rows)


def first_seen(frame):
    """How often the account, the host and the pair were seen before: the usual first features."""
    keys = (["account"], ["dst_host"], ["account", "dst_host"])
    return [frame.groupby(key, observed=True, sort=False).cumcount() for key in keys]


def features(frame):
    """Five features of each login, known at its time."""
    account, host, pair = (np.log1p(seen.to_numpy(dtype=float)) for seen in first_seen(frame))
    hour = frame["time"].dt.hour.to_numpy(dtype=float)
    failed = (frame["outcome"].astype(str) != "Success").to_numpy(dtype=float)
    return np.column_stack([account, host, pair, hour, failed])


def half_space_trees(matrix):
    """Scores and learns row by row, each feature scaled to 0 to 1 as the trees need it."""
    from river.anomaly import HalfSpaceTrees

    low, high = matrix.min(axis=0), matrix.max(axis=0)
    trees = HalfSpaceTrees(n_trees=25, height=8, window_size=250, seed=1)
    scores = []
    for row in (matrix - low) / np.maximum(high - low, 1e-9):
        login = dict(enumerate(row.tolist()))
        scores.append(trees.score_one(login))
        trees.learn_one(login)
    return np.array(scores)


def isolation_forest(matrix, past):
    from sklearn.ensemble import IsolationForest

    return -IsolationForest(random_state=1).fit(matrix[:past]).score_samples(matrix)


def measure(name, rows, accounts, sample):
    """Rows, seconds and peak memory of one contender."""
    table = events(rows, accounts)
    alerts = None
    if name == "sidestep (Arrow)":
        engine = sidestep.Engine()
        start = time.perf_counter()
        engine.process(table)
        spent, rows = time.perf_counter() - start, len(table)
        alerts = engine.metrics["alerts"]
    else:
        columns = [*KEYS, "time", "outcome"]
        frame = table.select(columns).to_pandas()
        del table
        if name == "pandas first seen":
            start = time.perf_counter()
            first_seen(frame)
            spent, rows = time.perf_counter() - start, len(frame)
        else:
            frame = frame.head(sample[name])
            start = time.perf_counter()
            matrix = features(frame)
            if name == "HalfSpaceTrees":
                half_space_trees(matrix)
            else:
                isolation_forest(matrix, len(matrix))
            spent, rows = time.perf_counter() - start, len(frame)
    print(json.dumps({"rows": rows, "seconds": spent, "peak": peak(), "alerts": alerts}))


def measure_rust(binary, rows, accounts, given_as):
    words = [binary, *map(str, (SEED, accounts, DAYS, rows)), given_as]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{binary} failed")
    count, seconds, alerts = out.split()
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {
        "rows": int(count),
        "seconds": float(seconds),
        "peak": usage.ru_maxrss / scale,
        "alerts": int(alerts),
    }


def quality(seed, accounts):
    """Average precision, and attacks found at one false alert a day per 1,000 accounts."""
    from sklearn.metrics import average_precision_score

    log = sidestep.simulate(
        seed=seed, accounts=accounts, days=DAYS, learn_days=LEARN, scenario="hard", attacks=4
    )
    frame = log.events.to_arrow().select([*KEYS, "time", "outcome"]).to_pandas()
    frame[KEYS] = frame[KEYS].astype(str)
    split = frame["time"].iloc[0].floor("D") + np.timedelta64(LEARN, "D")
    judged = ((frame["time"] >= split) & (frame["src_host"] != frame["dst_host"])).to_numpy()
    truth = log.truth.to_pandas().drop_duplicates(["time", *KEYS])
    owner = frame[["time", *KEYS]].merge(truth, on=["time", *KEYS], how="left")["attack_id"]
    owner = owner.to_numpy(dtype=object)[judged]
    attack = np.array([isinstance(name, str) for name in owner])
    past = int((~(frame["time"] >= split)).sum())

    # Scored a day at a time, each before it is learned, as the others' features are.
    engine, surprise = sidestep.Engine(warm_up="none"), []
    for _, day in frame.groupby(frame["time"].dt.floor("D"), sort=True):
        scores = engine.score(day)["surprise"]
        surprise.extend(0.0 if value is None else value for value in scores)
        engine.learn(day)
    matrix = features(frame)
    ranked = {
        "sidestep (Arrow)": np.array(surprise),
        "pandas first seen": -matrix[:, 2] - 0.01 * matrix[:, 0],
        "HalfSpaceTrees": half_space_trees(matrix),
        "IsolationForest": isolation_forest(matrix, past),
    }
    allowed = max(1, round((DAYS - LEARN) * accounts / 1000))
    told = {}
    for name, scores in ranked.items():
        scores = scores[judged]
        # The false alert after those allowed sets the threshold; what ties with it is below.
        threshold = np.sort(scores[~attack])[-(allowed + 1)]
        found = len(set(owner[attack & (scores > threshold)]))
        told[name] = {
            "precision": float(average_precision_score(attack, scores)),
            "found": found,
            "attacks": len(set(owner[attack])),
        }
    return told


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the table of logins")
    parser.add_argument("--seeds", type=int, default=5, help="hard organisations to judge")
    parser.add_argument("--accounts", type=int, default=100, help="accounts of each of these")
    parser.add_argument("--river-rows", type=int, default=20_000, help="sample for river")
    parser.add_argument("--forest-rows", type=int, default=1_000_000, help="sample for the forest")
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    rust = target / "release" / "organisation"
    parser.add_argument("--rust", default=str(rust), help="the compiled bench `organisation`")
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--of", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parsed()
    sample = {"HalfSpaceTrees": options.river_rows, "IsolationForest": options.forest_rows}
    if options.only:
        measure(options.only, options.rows, options.of, sample)
        return
    accounts = accounts_for(options.rows)
    speed = {}
    for name in CONTENDERS:
        print(f"measuring {name}", file=sys.stderr)
        if name in RUST:
            speed[name] = measure_rust(options.rust, options.rows, accounts, RUST[name])
            continue
        own = [sys.executable, __file__, *sys.argv[1:], "--only", name, "--of", str(accounts)]
        out = subprocess.run(own, check=True, stdout=subprocess.PIPE, text=True).stdout
        speed[name] = json.loads(out)
    ours = speed["sidestep (Arrow)"]
    for rust in map(speed.get, RUST):
        if (ours["rows"], ours["alerts"]) != (rust["rows"], rust["alerts"]):
            raise SystemExit(f"not the same work: {ours} in Python, {rust} in Rust")
    judged = []
    for seed in range(101, 101 + options.seeds):
        print(f"judging seed {seed}", file=sys.stderr)
        judged.append(quality(seed, options.accounts))
    print(f"{accounts} accounts, {DAYS} days; quality on {options.seeds} hard seeds from 101 on\n")
    head = ("", "rows", "events/s", "times", "peak MiB", "avg precision", "attacks found")
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    per_row = ours["seconds"] / ours["rows"]
    for name in CONTENDERS:
        row = speed[name]
        cells = [name, f"{row['rows']:,}", f"{row['rows'] / row['seconds']:,.0f}"]
        cells += [f"{row['seconds'] / row['rows'] / per_row:.2f}", f"{row['peak']:,.0f}"]
        told = [each[name] for each in judged if name in each]
        if told:
            cells.append(f"{sum(each['precision'] for each in told) / len(told):.4f}")
            cells.append(
                f"{sum(each['found'] for each in told)} of {sum(each['attacks'] for each in told)}"
            )
        else:
            cells += ["as Arrow", "as Arrow"]
        print("| " + " | ".join(cells) + " |")
    print("\n`times`: time per row as a multiple of sidestep's. Rows below the first's: a sample.")


if __name__ == "__main__":
    main()
