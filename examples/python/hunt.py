"""The strongest alerts of a log: `python hunt.py LOG`."""

from __future__ import annotations

import sys

import sidestep


def hunt(path: str, most: int = 10) -> list[str]:
    """What the strongest alerts of a log say, each with its reasons."""
    engine = sidestep.Engine(alerts_per_day=1, warm_up=13)
    engine.process(path)
    engine.finish()
    told = []
    for alert in engine.alerts.strongest()[:most]:
        reasons = "".join(f"\n    {reason}" for reason in alert.reasons[:3])
        told.append(f"{alert.first_seen:%Y-%m-%d %H:%M} {alert.severity}: {alert.summary}{reasons}")
    return told


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} LOG")
    for alert in hunt(sys.argv[1]):
        print(alert)
