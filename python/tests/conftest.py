"""A small office in which somebody moves, in every shape that users hold it in."""

from __future__ import annotations

import csv
from typing import Any

import pytest
import sidestep

DAY = 86_400


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failure")


def _fail_if_skipped(report, config):
    if report.skipped and not hasattr(report, "wasxfail") and config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped: {report.longrepr[-1]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    return _fail_if_skipped((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _fail_if_skipped((yield), collector.config)


@pytest.fixture(scope="session")
def logins() -> list[dict[str, Any]]:
    """Fourteen days of habit, then a movement over three hosts."""
    rows = []
    for day in range(14):
        for person in range(120):
            rows.append(
                {
                    "time": day * DAY + 32_400,
                    "user": f"user{person}@CORP",
                    "src": f"WS-{person}",
                    "dst": f"FILES-{person // 10}",
                }
            )
    for hop, (here, there) in enumerate([(3, 17), (17, 25), (25, 40)]):
        at = 14 * DAY + 36_000 + 3_600 * hop
        rows.append(
            {"time": at, "user": f"user{here}@CORP", "src": f"WS-{here}", "dst": f"WS-{there}"}
        )
    return rows


@pytest.fixture(scope="session")
def log(logins, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(logins[0]))
        writer.writeheader()
        writer.writerows(logins)
    return path


def found(data: object, **options: Any) -> list[dict[str, Any]]:
    """The alerts in some data, without the places of their rows."""
    engine = sidestep.Engine(warm_up=13)
    engine.process(data, **options)
    engine.finish()
    alerts = [alert.to_dict() for alert in engine.alerts]
    for alert in alerts:
        for hop in alert["hops"]:
            hop.pop("raw_ref", None)
    return alerts
