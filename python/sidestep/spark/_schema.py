"""The columns of data frames that are given out, and how they are filled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from sidestep._alert import Alerts
from sidestep._frame import Frame
from sidestep._native import hops_table

_TEXT, _TEXTS, _REAL, _TIME = StringType(), ArrayType(StringType()), DoubleType(), TimestampType()
_SMALL, _COUNT = IntegerType(), LongType()


def struct(**fields: DataType) -> StructType:
    """Columns by name, any of which may be null."""
    return StructType([StructField(name, kind) for name, kind in fields.items()])


_EVIDENCE = struct(name=_TEXT, surprise=_REAL, observed=_TEXT, expected=_TEXT)

_HOP = struct(
    hop=_SMALL,
    parent=_SMALL,
    time=_TIME,
    user=_TEXT,
    src_host=_TEXT,
    dst_host=_TEXT,
    outcome=_TEXT,
    auth_protocol=_TEXT,
    logon_type=_TEXT,
    surprise=_REAL,
    evidence=ArrayType(_EVIDENCE),
)

_ALERT = struct(
    id=_TEXT,
    state=_TEXT,
    severity=_TEXT,
    score=_REAL,
    p_value=_REAL,
    surprise=_REAL,
    first_seen=_TIME,
    last_seen=_TIME,
    detected_at=_TIME,
    origin_host=_TEXT,
    origin_user=_TEXT,
    pivots=_TEXTS,
    targets=_TEXTS,
    techniques=_TEXTS,
    credential_switches=_SMALL,
    summary=_TEXT,
    hops=ArrayType(_HOP),
    json=_TEXT,
)

ALERT_FIELDS = tuple(_ALERT.names)
"""The columns of an alert, as `docs/scale.md` explains them."""

COUNTS = ("rows", "events", "skipped", "late", "future", "logins")
"""What is counted of the rows that an engine was given."""

_COUNTED = {**dict.fromkeys(COUNTS, _COUNT), "errors": _TEXTS}

PART = struct(part=_COUNT, state=BinaryType(), **_COUNTED, failure=_TEXT)
"""A part that was learned."""

OUTCOME = struct(alerts=ArrayType(_ALERT), **_COUNTED)
"""What came of the rows of a tenant, besides its key and state."""

MOST_ERRORS = 10
"""Messages about rows that are kept."""


def arrow_schema(columns: StructType) -> pa.Schema:
    """The same columns as a schema of Arrow."""
    return to_arrow_schema(columns, timezone="UTC")


def counted(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of a summary, and its first messages."""
    counts: dict[str, Any] = {name: summary.get(name, 0) for name in COUNTS}
    return counts | {"errors": list(summary.get("errors", []))[:MOST_ERRORS]}


def rows_of(alerts: Alerts) -> list[dict[str, Any]]:
    """Alerts as rows of the schema, each with its hops.

    Rows have no number on Spark that anybody could look up, so that `raw_ref` is left out.
    """
    hops: dict[str, list[dict[str, Any]]] = {}
    for hop in Frame(hops_table(alerts._native)).rows():
        del hop["raw_ref"]
        hops.setdefault(hop.pop("alert_id"), []).append(hop)
    rows = []
    for alert, row in zip(alerts, alerts.frame().rows(), strict=True):
        row["hops"] = hops.get(row["id"], [])
        said = alert.to_dict()
        for hop in said["hops"]:
            hop.pop("raw_ref", None)
        row["json"] = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        rows.append(row)
    return rows


def batch(row: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    """A batch of one row."""
    return pa.RecordBatch.from_pylist([row], schema)
