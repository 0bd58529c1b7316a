from collections.abc import Callable, Iterable
from typing import Any, final

from typing_extensions import CapsuleType

__all__ = [
    "EVIDENCE",
    "Alert",
    "Engine",
    "Reader",
    "Table",
    "__version__",
    "alerts_table",
    "evaluate",
    "hops_table",
    "read_paths",
    "run_command",
    "simulate",
    "table_of_columns",
]

__version__: str
EVIDENCE: list[str]

_Tick = Callable[[int], object]
_Summary = dict[str, Any]
_Options = dict[str, Any]

@final
class Table:
    @property
    def column_names(self) -> list[str]: ...
    @property
    def time_columns(self) -> list[str]: ...
    def column(self, name: str, start: int = 0, stop: int | None = None) -> list[Any]: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> CapsuleType: ...
    def __arrow_c_schema__(self) -> CapsuleType: ...
    def __len__(self) -> int: ...

@final
class Alert:
    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    def emit(self, emit: str) -> str: ...

@final
class Reader:
    def __new__(
        cls, columns: dict[str, str | None], time_format: str, on_error: str, zone: str
    ) -> Reader: ...
    def wanted(self, names: list[str]) -> list[bool]: ...
    def columns(
        self,
    ) -> tuple[list[tuple[str, str]], list[str], str | None, list[str]] | None: ...

@final
class Engine:
    def __new__(cls, settings: dict[str, Any]) -> Engine: ...
    @staticmethod
    def load(state: bytes) -> Engine: ...
    def save(self) -> bytes: ...
    def merge(self, others: list[Engine]) -> None: ...
    def forget_account(self, name: str) -> bool: ...
    def forget_host(self, name: str) -> bool: ...
    def copy(self) -> Engine: ...
    def take_tables(
        self,
        tables: Iterable[object],
        reader: Reader,
        learn: bool,
        sort: bool,
        max_lost: float,
        tick: _Tick | None,
    ) -> tuple[list[Alert], _Summary]: ...
    def take_paths(
        self,
        paths: list[str],
        options: _Options,
        learn: bool,
        max_lost: float,
        tick: _Tick | None,
    ) -> tuple[list[Alert], _Summary]: ...
    def score(
        self, tables: Iterable[object], reader: Reader, tick: _Tick | None
    ) -> tuple[Table, _Summary]: ...
    def finish(self) -> list[Alert]: ...
    def alerts(self) -> list[Alert]: ...
    def held_back(self) -> list[Alert]: ...
    def detecting_since(self) -> int | None: ...
    def alerts_per_day(self) -> float: ...
    def metrics(self) -> dict[str, int]: ...
    def graph(self) -> Table: ...

def run_command(arguments: list[str]) -> int: ...
def alerts_table(alerts: list[Alert]) -> Table: ...
def hops_table(alerts: list[Alert]) -> Table: ...
def read_paths(
    paths: list[str], options: _Options, tick: _Tick | None
) -> tuple[Table, _Summary]: ...
def table_of_columns(columns: list[tuple[str, str, list[Any]]]) -> Table: ...
def simulate(
    seed: int,
    accounts: int,
    days: int,
    learn_days: int,
    scenario: str,
    telemetry: str | None,
    attacks: int | None,
    tick: _Tick | None,
) -> tuple[Table, Table]: ...
def evaluate(
    seeds: list[int],
    scenario: str,
    accounts: int,
    days: int,
    learn_days: int,
    alerts_per_day: float,
    telemetry: str | None,
) -> tuple[str, str]: ...
