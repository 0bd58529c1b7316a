"""What is found when the history was learned in parts and merged, beside one engine.

    cargo build --release
    python benches/python/merged.py --seeds 7101-7106 --parts 2,7,64

For each seed a `hard` organisation is simulated, and its first days are learned: by one engine, and
in parts by whole days, by account and by destination, each part by `sidestep detect --learn PART
--save-state STATE`, merged by `sidestep state merge`. With `--calibrate-days N` the last N of the
days to learn are in no part; the merged engine learns them. Each engine then judges the same days.
An alert finds an attack when at least half of its hops are that attack's logins; alerts are read
from the strongest down until so many a day per 1,000 accounts were false. A second run asks for one
alert a day per 1,000 accounts: how many it raises on each day.

Uses nothing but the command and Python's own library.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import zlib
from collections import defaultdict
from pathlib import Path

DAY = 86_400
LEARN = 14
ROOT = Path(__file__).resolve().parents[2]
# Asked for where alerts are ranked: enough that what is missed was not for want of room.
GENEROUS = 40


def numbers(text: str) -> list[int]:
    """Whole numbers such as `1,2,5-9`."""
    found = []
    for word in text.split(","):
        first, _, last = word.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def part_of(by: str, line: str, parts: int) -> int:
    """The part that a line of a LANL log belongs to."""
    fields = line.split(",")
    if by == "day":
        return int(fields[0]) // DAY % parts
    name = fields[1] if by == "account" else fields[4]
    return zlib.crc32(name.encode()) % parts


class Organisation:
    """One simulated log, its truth, and the alerts of engines on it."""

    def __init__(self, command: Path, folder: Path, seed: int, accounts: int, days: int):
        self.command, self.folder, self.accounts, self.days = command, folder, accounts, days
        self.run(
            "simulate",
            "--seed",
            seed,
            "--accounts",
            accounts,
            "--days",
            days,
            "--scenario",
            "hard",
            "--learn-days",
            LEARN,
            folder / "org",
        )
        self.learn, self.judge = [], folder / "judge.csv"
        with (folder / "org/auth.csv").open() as log, self.judge.open("w") as judge:
            for line in log:
                if int(line.partition(",")[0]) < LEARN * DAY:
                    self.learn.append(line)
                else:
                    judge.write(line)
        self.truth = {}
        with (folder / "org/truth.csv").open() as truth:
            for row in csv.DictReader(truth):
                key = (int(row["time"]), row["src_host"].lower(), row["dst_host"].lower())
                self.truth[key] = row["attack_id"]
        late = {attack for (time, *_), attack in self.truth.items() if time >= LEARN * DAY}
        self.attacks = len(late)

    def run(self, *words: object) -> str:
        line = [str(self.command), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            sys.exit(f"{' '.join(line)}\n{done.stderr}")
        return done.stdout

    def learned(self, by: str, parts: int, calibrate: int, budget: float) -> Path:
        """The state of an engine that learned the history in so many parts."""
        last = (LEARN - (calibrate if parts > 1 else 0)) * DAY
        logs = [self.folder / f"{at}.csv" for at in range(parts)]
        files = [log.open("w") for log in logs]
        rest = [line for line in self.learn if int(line.partition(",")[0]) >= last]
        for line in self.learn[: len(self.learn) - len(rest)]:
            files[part_of(by, line, parts) if parts > 1 else 0].write(line)
        for file in files:
            file.close()
        states = []
        for log in logs:
            if log.stat().st_size:
                states.append(log.with_suffix(".state"))
                self.run(
                    "detect", "--alerts-per-day", budget, "--learn", log, "--save-state", states[-1]
                )
        if len(states) == 1:
            return states[0]
        whole = self.folder / "whole.state"
        self.run("state", "merge", *states, "--output", whole)
        if rest:
            log = self.folder / "rest.csv"
            log.write_text("".join(rest))
            self.run("detect", "--load-state", whole, "--learn", log, "--save-state", whole)
        return whole

    def alerts(self, state: Path) -> list[dict]:
        out = self.run("detect", "--load-state", state, "--emit", "json", self.judge)
        return [json.loads(line) for line in out.splitlines()]

    def attack_of(self, alert: dict) -> str | None:
        """The attack that an alert finds."""
        shown = defaultdict(int)
        for hop in alert["hops"]:
            key = (seconds(hop["time"]), hop["src_host"].lower(), hop["dst_host"].lower())
            shown[self.truth.get(key)] += 1
        shown.pop(None, None)
        best = max(shown, key=shown.get, default=None)
        return best if best and 2 * shown[best] >= len(alert["hops"]) else None

    def found(self, alerts: list[dict], false_a_day: float) -> int:
        """Attacks found until so many alerts a day per 1,000 accounts were false."""
        allowed = int(false_a_day * self.accounts / 1000 * (self.days - LEARN))
        found, false = set(), 0
        for alert in sorted(alerts, key=lambda alert: -alert["surprise"]):
            attack = self.attack_of(alert)
            if attack is None:
                false += 1
                if false > allowed:
                    break
            else:
                found.add(attack)
        return len(found)


def seconds(time: str) -> int:
    """The second of an RFC 3339 time of the simulation, which begins in 1970."""
    import datetime

    return int(datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=numbers, default=numbers("7101-7106"))
    parser.add_argument("--parts", type=numbers, default=[2, 7, 64])
    parser.add_argument("--by", default="day,account,destination")
    parser.add_argument("--calibrate-days", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=800)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--command", type=Path, default=ROOT / "target/release/sidestep")
    options = parser.parse_args()
    cuts = [("one engine", 1)]
    cuts += [(by, parts) for by in options.by.split(",") for parts in options.parts]
    totals = {cut: defaultdict(float) for cut in cuts}
    attacks = 0
    asked = options.accounts / 1000
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            org = Organisation(options.command, Path(folder), seed, options.accounts, options.days)
            attacks += org.attacks
            for cut in cuts:
                print(f"seed {seed}: {cut[0]}, {cut[1]} parts", file=sys.stderr)
                total = totals[cut]
                alerts = org.alerts(org.learned(*cut, options.calibrate_days, GENEROUS))
                total["quarter"] += org.found(alerts, 0.25)
                total["one"] += org.found(alerts, 1)
                alerts = org.alerts(org.learned(*cut, options.calibrate_days, asked))
                total["online"] += len({org.attack_of(alert) for alert in alerts} - {None})
                for alert in alerts:
                    day = seconds(alert["detected_at"]) // DAY - LEARN
                    total["first week" if day < 7 else "later"] += 1
    runs = len(options.seeds)
    later = options.days - LEARN - 7
    print(f"{runs} hard organisations of {options.accounts} accounts, {attacks} attacks\n")
    print(
        "| learned by | parts | found at 0.25, % | at 1, % | online, % "
        "| alerts a day, first week | later |\n|---|--:|--:|--:|--:|--:|--:|"
    )
    for (by, parts), total in totals.items():
        share = [100 * total[of] / attacks for of in ("quarter", "one", "online")]
        rate = [total["first week"] / 7 / runs / asked, total["later"] / later / runs / asked]
        print(
            f"| {by} | {parts} | "
            + " | ".join(f"{figure:.1f}" for figure in share)
            + " | "
            + " | ".join(f"{figure:.2f}" for figure in rate)
            + " |"
        )
    print("\nAlerts a day are a multiple of those asked for: one per 1,000 accounts.")


if __name__ == "__main__":
    main()
