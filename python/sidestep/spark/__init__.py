"""sidestep on Spark: baselines learned in parts, tenants judged apart, scores as columns.

Needs PySpark 4.1 or newer on the driver, and this package on every worker:
`pip install 'sidestep[spark]'`. `docs/scale.md` says which function to use when, and what it costs.

>>> import sidestep.spark
>>> sidestep.spark.ALERT_FIELDS[:3]
('id', 'state', 'severity')
"""

from sidestep._extras import need

for _package in ("pyspark", "pyarrow"):
    need(_package, "spark")

from sidestep.spark._learn import learn, learn_parts, merge  # noqa: E402
from sidestep.spark._process import alerts, process  # noqa: E402
from sidestep.spark._schema import ALERT_FIELDS  # noqa: E402
from sidestep.spark._score import score  # noqa: E402

__all__ = ["ALERT_FIELDS", "alerts", "learn", "learn_parts", "merge", "process", "score"]
