"""The examples in docstrings run, and the stubs say what there is."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys

import pytest

MODULES = ["", "._alert", "._engine", "._errors", "._frame", "._logs", ".sklearn", ".spark"]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    for optional, package in ((".sklearn", "sklearn"), (".spark", "pyspark")):
        if name == optional:
            pytest.importorskip(package)
    failed, tried = doctest.testmod(importlib.import_module(f"sidestep{name}"))
    assert tried
    assert not failed


@pytest.mark.parametrize("tool", [["mypy.stubtest", "sidestep._native"], ["mypy"]])
def test_types(tool):
    pytest.importorskip("mypy")
    run = subprocess.run([sys.executable, "-m", *tool], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
