"""Letters to who made a request, with what they say of what was done: the command and the desk write the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.retention.answer import told
from assets.retention.erase import summary_of
from assets.rights.letters.compose import ANSWER, compose
from assets.rights.letters.render import write
from resources.ledger.erasures import ErasureLedger

if TYPE_CHECKING:
    from resources.ledger import Request
    from resources.register import Register


def written(register: Register, request: Request, kind: str, form: str, ground: str | None = None) -> bytes:
    """A letter, in one of the forms of `assets.rights.letters.render`.

    Args:
        register: the register.
        request: the request.
        kind: which letter.
        form: its form.
        ground: the ground of an extension that is not recorded yet.

    Raises:
        AnsvarError: where the letter does not fit the request, or cannot be typeset.
    """
    return write(compose(register, request, kind, ground=ground, more=_more(register, request, kind)), form)


def _more(register: Register, request: Request, kind: str) -> list[str]:
    """What an answer says beside its text: what was erased, also where an objection led to it, and what stays on which ground."""
    if kind != ANSWER or request.nothing_held:
        return []
    if request.kind != "erasure" and not ErasureLedger(register.ledger).erasures(request=request.id):
        return []
    lines = told(register.catalogue, summary_of(register, request.id)["summary"], request.language)
    return [line.strip() for line in lines if line.strip()]
