"""What an engine of the warehouse can do: as little as those who use it need, so that another engine may stand in its place.

Statements are written in DuckDB's dialect, within the portable subset of `resources.warehouse.portable`, and their values are bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    import pyarrow as pa


class Engine(Protocol):
    """An open connection to one state of the warehouse; temporary tables are its own, and end with it.

    Every failure is a `WarehouseError` without the engine's own message: that may hold values of records.
    """

    def run(self, statement: str, parameters: Mapping[str, object] | None = None) -> Engine:
        """Execute one statement with bound parameters."""

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""

    def stream(self, statement: str, parameters: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, some at once; nothing else may be run meanwhile."""

    def scalar(self, statement: str, parameters: Mapping[str, object] | None = None) -> Any:
        """The first column of the first row."""

    def count(self, statement: str, parameters: Mapping[str, object] | None = None) -> int:
        """The number of rows that a statement changed, or that it counted."""

    def arrow(self, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """A result as an Arrow table."""

    def columns(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[str]:
        """The column names of a result."""

    def register(self, view: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, until `unregister`."""

    def unregister(self, view: str) -> None:
        """Forget a registered table."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is done inside, or nothing of it."""
