"""Puts the package into the environment that runs this, without building it.

    environment.py requirements     prints what its tests need, one requirement a line
    environment.py install FILE     copies its modules, and FILE as its native one

Building a wheel would compile all of the Rust code once more, with other features.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10
    from pip._vendor import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(extra: str) -> set[str]:
    """Everything that an extra asks for; it may ask for other extras."""
    needed = set()
    for requirement in PROJECT["optional-dependencies"][extra]:
        others = re.fullmatch(rf"{PROJECT['name']}\[(.*)\]", requirement)
        if others:
            needed.update(*(requirements(other.strip()) for other in others[1].split(",")))
        else:
            needed.add(requirement)
    return needed


def install(native: Path) -> None:
    """Replaces what an earlier run has installed."""
    package = Path(sysconfig.get_path("platlib")) / PROJECT["name"]
    shutil.rmtree(package, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "python" / PROJECT["name"], package, ignore=ignored)
    shutil.copy(native, package / ("_native.pyd" if sys.platform == "win32" else "_native.abi3.so"))
    for name, target in PROJECT["scripts"].items():
        module, function = target.split(":")
        program = Path(sysconfig.get_path("scripts")) / name
        lines = [f"#!{sys.executable}", "import sys", f"from {module} import {function}"]
        program.write_text("\n".join([*lines, f"sys.exit({function}())", ""]))
        program.chmod(0o755)


if __name__ == "__main__":
    if sys.argv[1:] == ["requirements"]:
        print("\n".join(sorted({*PROJECT["dependencies"], *requirements("test")})))
    elif sys.argv[1:2] == ["install"] and len(sys.argv) == 3:
        install(Path(sys.argv[2]))
    else:
        sys.exit(__doc__)
