"""Finds lateral movement (MITRE ATT&CK TA0008) in authentication logs.

>>> import sidestep
>>> log = sidestep.simulate(seed=3, accounts=40, days=10, learn_days=6)
>>> engine = sidestep.Engine(alerts_per_day=1, warm_up=6)
>>> _ = engine.process(log.events)
>>> _ = engine.finish()
>>> len(engine.alerts) >= 0
True
"""

from sidestep._alert import Alert, Alerts, Hop, Reason
from sidestep._engine import Engine
from sidestep._errors import (
    ColumnsError,
    ConfigError,
    EvaluationFailed,
    LogError,
    LostRows,
    MissingExtra,
    OrderError,
    RowError,
    SidestepError,
    StateError,
    TableError,
)
from sidestep._frame import Frame, GraphFrame, ScoreFrame
from sidestep._logs import Report, Simulation, evaluate, read, simulate
from sidestep._native import EVIDENCE, __version__

__all__ = [
    "EVIDENCE",
    "Alert",
    "Alerts",
    "ColumnsError",
    "ConfigError",
    "Engine",
    "EvaluationFailed",
    "Frame",
    "GraphFrame",
    "Hop",
    "LogError",
    "LostRows",
    "MissingExtra",
    "OrderError",
    "Reason",
    "Report",
    "RowError",
    "ScoreFrame",
    "SidestepError",
    "Simulation",
    "StateError",
    "TableError",
    "__version__",
    "evaluate",
    "read",
    "simulate",
]
