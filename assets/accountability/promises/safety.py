"""Promises of safety: who can reach the stores, and that they hold nothing that was thought gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.promises.finding import broken, judged, not_yet
from resources.ledger.users import UserLedger

if TYPE_CHECKING:
    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target


def named_users(facts: Facts, target: Target) -> Judgement:
    """The home, and all in it, belongs to one account of the operating system, and who comes in has a name and a password.

    Until the register has a user, nobody comes in: the promise may be seen broken then, never kept.
    """
    del target  # looked at in one place
    home = facts.home
    if home.open_to_others or home.accounts != 1:
        return broken("open_home", files=home.files, accounts=home.accounts, open=home.open_to_others or None)
    users = sum(each.disabled_at is None for each in UserLedger(facts.register.ledger).users())
    if users == 0:
        return not_yet(files=home.files, accounts=home.accounts, users=0)
    return judged(0, "open_home", files=home.files, accounts=home.accounts, users=users)


def at_rest(facts: Facts, target: Target) -> Judgement:
    """No key or file of the home can be read by others; the warehouse is encrypted, and no generation is left that a newer one replaced."""
    del target  # looked at in one place
    home = facts.home
    faults = home.readable_by_others + home.superseded
    remedy = "unencrypted" if home.plain and not faults else "unprotected"
    return judged(
        faults + home.plain,
        remedy,
        files=home.files,
        readable=home.readable_by_others or None,
        superseded=home.superseded or None,
        plain=home.plain or None,
    )
