"""Packages that are used where they are installed."""

from __future__ import annotations

import importlib
from typing import Any

from sidestep._errors import MissingExtra


def need(package: str, extra: str) -> Any:
    """Import a package, or say which extra of sidestep brings it."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        message = f"{package} is needed for this: pip install 'sidestep[{extra}]'"
        raise MissingExtra(message) from error
