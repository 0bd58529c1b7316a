#!/bin/sh
# PySpark 4.3.0: GroupedData.applyInArrow calls a bound method with the key as well, although the
# method takes one argument. mapInArrow and arrow_udf call the same kind of method rightly.
#
# A function of applyInArrow takes the rows of a group, or its key and the rows. Which of the two it is the
# worker decides by the number of names in inspect.getfullargspec (pyspark/worker.py), where `self` of a bound
# method is a name like any other: a method of one argument is taken for the form with the key. A function
# around the method helps.
#
# Output seen:
#   function: [Row(n=3)]
#   method: TypeError: Count.run() takes 2 positional arguments but 3 were given
# Needs Java 17 or newer.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pyspark==4.3.0 py4j==0.10.9.9 pyarrow==26.0.1 pandas==2.3.3 numpy==2.3.5
cat >"$dir/count.py" <<'END'
import os
import re
import sys
from collections.abc import Iterator

import pyarrow as pa
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

os.environ["PYSPARK_PYTHON"] = sys.executable


class Count:
    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"n": [sum(batch.num_rows for batch in batches)]})


def function(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return Count().run(batches)


spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
group = spark.range(3).selectExpr("id", "1 as key").groupBy("key")
print("function:", group.applyInArrow(function, "n long").collect())
try:
    rows = group.applyInArrow(Count().run, "n long").collect()
except PythonException as error:
    found = re.search("TypeError: .*", str(error))
    print("method:", found[0] if found else error)
    assert found
else:
    sys.exit(f"method: {rows}: PySpark has changed")
END
"$dir/venv/bin/python" "$dir/count.py" 2>"$dir/log" || { tail -n 5 "$dir/log" >&2; exit 1; }
