"""What a releaser decided about texts of an answer: a phrase that goes, or stays; and who looked at what was taken out.

A phrase is somebody's data: it goes with its request, and neither the audit chain nor anything else repeats it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.bundles import digest_of_bundle
from resources.ledger.looks import REVIEW
from resources.ledger.wipe import mark

if TYPE_CHECKING:
    import datetime as dt

    from resources.ledger import Ledger

TAKE_OUT, KEEP = "take_out", "keep"
LOOK = REVIEW
_ID_BYTES = 10
_LONGEST_PHRASE = 500


@dataclass(frozen=True)
class Decision:
    """One decision: its opaque id, what is done with the phrase, by whom and when."""

    redaction: str
    what: str
    phrase: str
    by: str
    at: dt.datetime


def plain_phrase(phrase: str) -> str:
    """The words of a phrase to decide on, with single blanks between them.

    Raises:
        AnsvarError: where it is empty or too long.
    """
    words = " ".join(phrase.split())
    if not any(letter.isalnum() for letter in words):
        raise AnsvarError("The text to decide on is empty: give the words as they stand in the message, one decision a line.")
    if len(words) > _LONGEST_PHRASE:
        raise AnsvarError(f"A text to decide on has at most {_LONGEST_PHRASE} letters: give the words that matter.")
    return words


class RedactionLedger:
    """The decisions in a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Read and write there."""
        self._ledger = ledger

    def decide(self, request: str, what: str, phrase: str, by: str, at: dt.datetime) -> str:
        """Record a decision on a phrase in the texts of a request's answer; gives its random id.

        Args:
            request: the request's id.
            what: `take_out` or `keep`.
            phrase: the words, as they stand in a text.
            by: the named user.
            at: when, as a naive UTC timestamp.

        Raises:
            AnsvarError: where there is no such request, nobody is named, or the phrase is empty or too long.
        """
        self._ledger.request(request)
        words = plain_phrase(phrase)
        redaction = "x" + secrets.token_hex(_ID_BYTES)
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, f"redaction.{what}", request, at))
            values = {"redaction": redaction, "request": request, "what": what, "phrase": words, "by": by.strip(), "at": at}
            connection.execute(tables.redactions.insert().values(values))
        return redaction

    def undo(self, redaction: str, by: str, at: dt.datetime) -> None:
        """Take a decision back; no byte of its phrase stays.

        Raises:
            AnsvarError: where there is none of that id, or nobody is named.
        """
        decisions = tables.redactions
        with self._ledger.engine.begin() as connection:
            request = connection.scalar(sa.select(decisions.c.request).where(decisions.c.redaction == redaction))
            if request is None:
                raise AnsvarError("There is no decision of that id: `ansvar redactions list REQUEST` shows those that there are.")
            record(connection, Act(by, "redaction.undone", request, at))
            connection.execute(decisions.delete().where(decisions.c.redaction == redaction))
            mark(connection)
        self._ledger.wipe()

    def decisions(self, request: str) -> list[Decision]:
        """The decisions on a request's answer, in the order in which they were made."""
        columns = tables.redactions.c
        chosen = (columns.redaction, columns.what, columns.phrase, columns.by, columns.at)
        statement = sa.select(*chosen).where(columns.request == request).order_by(columns.at, columns.redaction)
        with self._ledger.engine.connect() as connection:
            return [Decision(*row) for row in connection.execute(statement)]

    def looked(self, request: str, by: str, reason: str, at: dt.datetime) -> str:
        """Record, before anything is shown, that a named user looks at what was taken out of texts, and why; gives the look's id.

        Where a bundle is there, the look is at its texts: one that is made anew was not looked at.

        Raises:
            AnsvarError: where there is no such request, or no user or no reason is named.
        """
        self._ledger.request(request)
        digest = digest_of_bundle(self._ledger.engine, request)
        return self._ledger.record_look(LOOK, request, by, reason, at, sha256=digest)
