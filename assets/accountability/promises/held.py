"""Promises of part 4 of the notice, what is held: it is what the notice in force says, and nothing else stands in its place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from assets.accountability.promises.finding import broken, judged, kept, not_yet
from assets.accountability.promises.targets import DATA_MAP, NOTICE, dataset_of, every_dataset, holding

if TYPE_CHECKING:
    from collections.abc import Callable

    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target
    from resources.catalogue import Catalogue


def targets(promise: str) -> Callable[[Catalogue], list[Target]]:
    """What a promise of what is held is looked at on."""
    return partial(holding, promise=promise)


def judge(promise: str) -> Callable[[Facts, Target], Judgement]:
    """How a promise of what is held is judged at a data set, or at the notice where nothing is held under it."""
    return partial(_judge, promise)


def _judge(promise: str, facts: Facts, target: Target) -> Judgement:
    if target == NOTICE:
        return kept(nothing_held=1)
    dataset = dataset_of(facts.catalogue, target)
    fields = [name for name, field in dataset.fields.items() if field.shape.promise == promise]
    held = facts.held(dataset)
    values = {name: held.values[name] for name in fields if held.values.get(name)}
    if not values:
        return not_yet(fields=len(fields))
    evidence = {
        "records": held.rows,
        "fields": len(fields),
        "values": sum(values.values()),
        "oldest": held.oldest,
        "read": facts.read_on(dataset),
    }
    if promise not in facts.commitments["promises"]:
        return broken("not_in_notice", **evidence, unnamed=len(values))
    lost = facts.lost_audio.get(dataset.table) if dataset.audio is not None and dataset.audio.name in values else None
    if lost:
        return broken("lost_files", **evidence, lost=lost)
    unlike = [found for found in facts.mismatches(dataset) if found.field.name in values]
    return judged(len(unlike), "other_values", **evidence, unlike=len(unlike) or None)


def completeness_targets(catalogue: Catalogue) -> list[Target]:
    """Each data set, and the stores as a whole."""
    return [*every_dataset(catalogue), DATA_MAP]


def completeness(facts: Facts, target: Target) -> Judgement:
    """Each column of a table is one that the notice's data come under; and no store holds what nobody declared."""
    if target == DATA_MAP:
        unknown = facts.undeclared
        return judged(len(unknown), "undeclared", columns=facts.declared, undeclared=len(unknown) or None, where=", ".join(unknown) or None)
    dataset = dataset_of(facts.catalogue, target)
    if not facts.is_loaded(dataset):
        return not_yet()
    held = facts.held(dataset)
    unlike = [found for found in facts.mismatches(dataset) if not found.field.is_personal]
    if unlike:
        return broken("other_values", records=held.rows, unlike=len(unlike))
    stated = facts.commitments["categories"].get(dataset.id)
    if held.rows and stated is None:
        return broken("not_in_notice", records=held.rows)
    categories = {field.shape.category for name, field in dataset.fields.items() if field.is_personal and held.values.get(name)}
    unnamed = sorted(categories - set(stated or []))
    return judged(len(unnamed), "not_in_notice", records=held.rows, categories=len(categories), unnamed=len(unnamed) or None)
