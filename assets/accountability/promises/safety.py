"""Promises of safety: who can reach the stores, and that they hold nothing that was thought gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.promises.finding import judged

if TYPE_CHECKING:
    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target


def named_users(facts: Facts, target: Target) -> Judgement:
    """All of the home belongs to one account of the operating system: while the register has no users of its own, that one has access."""
    del target  # looked at in one place
    home = facts.home
    return judged(
        home.open_to_others + (home.accounts != 1), "open_home", files=home.files, accounts=home.accounts, open=home.open_to_others or None
    )


def at_rest(facts: Facts, target: Target) -> Judgement:
    """No key or file of the home can be read by others, and no generation of the warehouse is left that was replaced by a newer one."""
    del target  # looked at in one place
    home = facts.home
    faults = home.readable_by_others + home.superseded
    return judged(faults, "unprotected", files=home.files, readable=home.readable_by_others or None, superseded=home.superseded or None)
