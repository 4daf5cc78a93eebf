"""The ledger: what is decided and done, and cannot be rebuilt."""

from resources.ledger.ledger import Ledger, PurgeRecord, Request

__all__ = ["Ledger", "PurgeRecord", "Request"]
