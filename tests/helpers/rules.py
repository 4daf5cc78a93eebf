"""Other rules for the small register, and a relation that they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.described import RETENTION

if TYPE_CHECKING:
    from tests.helpers.small import Small

TALKING = """
-- One row: a customer, until the relation ended; while a conversation is held, it goes on.
SELECT customers._record, CASE WHEN spoken.email IS NULL THEN customers.ended_on END AS held_until
FROM register.shop_customers AS customers
LEFT JOIN (SELECT DISTINCT email FROM register.chats_conversations) AS spoken ON spoken.email = customers.email
"""
RELATION = "relation: {period: P12M, open: keep,"


def change_rule(small: Small, old: str, new: str, more: str = "") -> None:
    """Change a rule of the register, and add to its file."""
    file = small.folder / "register" / "retention.yaml"
    assert old in RETENTION
    file.write_text(RETENTION.replace(old, new) + more, encoding="utf-8")
    small.describe()


def wait_for_talk(small: Small, sql: str = TALKING) -> None:
    """Let customers be kept for as long as a conversation with them is held, and a month longer."""
    (small.folder / "register" / "relations").mkdir()
    (small.folder / "register" / "relations" / "talking.sql").write_text(sql, encoding="utf-8")
    label = "relations: {talking: {label: {en: one talks, sv: man samtalar, fi: puhutaan}}}\n"
    change_rule(small, RELATION, "relation: {while: talking, grace: P1M, open: keep,", label)
