"""Promises of why data is held, of whom, and where it came from: each held field by what the notice in force says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.promises.finding import judged, not_yet
from assets.accountability.promises.targets import dataset_of

if TYPE_CHECKING:
    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target
    from resources.catalogue import Field

_LEGITIMATE_INTEREST = "legitimate_interest"


def _held_fields(facts: Facts, target: Target) -> list[Field]:
    """The fields about persons of a data set that hold a value in some record."""
    dataset = dataset_of(facts.catalogue, target)
    values = facts.held(dataset).values
    return [field for name, field in dataset.fields.items() if field.is_personal and values.get(name)]


def purposes(facts: Facts, target: Target) -> Judgement:
    """No held field is for a purpose that the notice in force does not name."""
    fields = _held_fields(facts, target)
    if not fields:
        return not_yet()
    stated = set(facts.commitments["purposes"])
    unnamed = [field for field in fields if not set(field.purposes) <= stated]
    named = sorted({purpose for field in fields for purpose in field.purposes})
    return judged(len(unnamed), "not_in_notice", fields=len(fields), purposes=", ".join(named), unnamed=len(unnamed) or None)


def basis(facts: Facts, target: Target) -> Judgement:
    """Each held field's legal basis is one that the notice in force names, and each legitimate interest was weighed."""
    fields = _held_fields(facts, target)
    if not fields:
        return not_yet()
    said = facts.commitments
    bases, balanced = set(said["purposes"].values()), set(said["balanced"])
    unnamed = [field for field in fields if not set(field.legal_bases) <= bases]
    unweighed = {
        purpose
        for field in fields
        for purpose in field.purposes
        if said["purposes"].get(purpose) == _LEGITIMATE_INTEREST and purpose not in balanced
    }
    found = sorted({base for field in fields for base in field.legal_bases})
    faults = len(unnamed) + len(unweighed)
    return judged(
        faults, "no_basis", fields=len(fields), bases=", ".join(found), unnamed=len(unnamed) or None, unweighed=len(unweighed) or None
    )


def origins(facts: Facts, target: Target) -> Judgement:
    """Each held field comes from where the notice in force says that data come from."""
    fields = _held_fields(facts, target)
    if not fields:
        return not_yet()
    unnamed = [field for field in fields if field.shape.origin not in facts.commitments["origins"]]
    found = sorted({str(field.shape.origin) for field in fields})
    return judged(len(unnamed), "not_in_notice", fields=len(fields), origins=", ".join(found), unnamed=len(unnamed) or None)


def subjects(facts: Facts, target: Target) -> Judgement:
    """Each person who stands in a record does so in a role of a kind of persons that the notice in force names."""
    del target  # looked at in one place
    persons = facts.persons_by_role
    if not persons:
        return not_yet()
    unnamed = {role: count for role, count in persons.items() if role not in facts.commitments["roles"]}
    kinds = [name for name, kind in facts.catalogue.notice.data_subjects.items() if any(role in persons for role in kind.roles)]
    return judged(len(unnamed), "no_kind", persons=facts.persons, kinds=", ".join(kinds), unnamed_persons=sum(unnamed.values()) or None)
