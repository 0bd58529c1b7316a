"""The notebooks run, from their first cell to their last, and so does the example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient").NotebookClient
    for needed in ("ipykernel", "pandas", "altair", "networkx", "sklearn"):
        pytest.importorskip(needed)
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    client(notebook, timeout=600, kernel_name="python3", resources=resources).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_outputs_name_no_place_of_a_machine(path):
    text = path.read_text()
    assert '"output_type": "error"' not in text
    for place in ("/tmp/", "/home/", "/root/", "/Users/"):
        assert place not in text


def test_the_example_runs_and_is_typed(log):
    example = EXAMPLES / "python" / "hunt.py"
    run = [sys.executable, str(example), str(log)]
    out = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "WS-3" in out
    pytest.importorskip("mypy")
    check = [sys.executable, "-m", "mypy", "--strict", str(example)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
