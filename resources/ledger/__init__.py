"""The ledger: what is decided and done, and cannot be rebuilt."""

from resources.ledger.ledger import Disclosure, Ledger, PurgeRecord, Request

__all__ = ["Disclosure", "Ledger", "PurgeRecord", "Request"]
