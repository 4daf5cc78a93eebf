"""The error of a source that cannot be read."""

from __future__ import annotations

from resources.errors import AnsvarError


class SourceError(AnsvarError):
    """A source cannot be read; the message says why and what to do, without addresses that hold secrets and without data."""

    def __init__(self, source: str, reason: str) -> None:
        """Name the source and the reason."""
        super().__init__(f"The source '{source}' cannot be read: {reason}.")
        self.source = source
        self.reason = reason
