"""The examples in docstrings run, and the stubs say what there is."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys

import pytest

MODULES = ["", "._alert", "._engine", "._errors", "._frame", "._logs", ".sklearn"]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    if name == ".sklearn":
        pytest.importorskip("sklearn")
    failed, tried = doctest.testmod(importlib.import_module(f"sidestep{name}"))
    assert tried
    assert not failed


@pytest.mark.parametrize("tool", [["mypy.stubtest", "sidestep._native"], ["mypy"]])
def test_types(tool):
    pytest.importorskip("mypy")
    run = subprocess.run([sys.executable, "-m", *tool], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
