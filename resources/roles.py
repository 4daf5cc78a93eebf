"""Roles of users, and what each may do. Nobody may do what no role is given here."""

from __future__ import annotations

from enum import Enum


class Right(Enum):
    """What a role may be given."""

    SEE = "see"  # the asset graph, checks and promises: nobody's data
    RUN = "run"  # also start and stop runs and schedules
    PERSONS = "persons"  # also what is about persons: requests, quarantined records, review, release
    AUDIT = "audit"  # also the audit chain
    USERS = "users"  # also users and settings


class Role(Enum):
    """The role of a user: one each."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"

    @property
    def rights(self) -> frozenset[Right]:
        """What the role may do. An administrator sees nobody's data, and starts nothing."""
        return _RIGHTS[self]

    def may(self, right: Right) -> bool:
        """Whether the role has a right."""
        return right in self.rights


_RIGHTS = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.OPERATOR: frozenset({Right.SEE, Right.RUN}),
    Role.OFFICER: frozenset({Right.SEE, Right.RUN, Right.PERSONS, Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Right.SEE, Right.AUDIT, Right.USERS}),
}
