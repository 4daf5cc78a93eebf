"""The documents that are generated: the privacy notice, the record of processing activities, the data map."""

from assets.accountability.documents.differences import differences
from assets.accountability.documents.model import digest, notice_content

__all__ = ["differences", "digest", "notice_content"]
