"""Whom a request means: what the stages that answer it and that act on it tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from resources.errors import AnsvarError


class UntoldError(AnsvarError):
    """Identifiers do not tell which person is meant."""


@dataclass(frozen=True)
class Whom:
    """A data subject: its id (None where nobody is held), its source persons, its identifiers as (kind, value), and records in quarantine.

    `identifiers` are those that are the person's alone: what several may share is not among them. `quarantined` are the ids of records that
    could not be read in and bear one of them.
    """

    subject: str | None
    persons: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    quarantined: tuple[str, ...]
