"""The ledger: what is decided and done, and cannot be rebuilt."""

from resources.ledger.ledger import Disclosure, Ledger, PurgeRecord
from resources.ledger.requests import Request

__all__ = ["Disclosure", "Ledger", "PurgeRecord", "Request"]
