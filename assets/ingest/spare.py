"""Records on their way in that would be dropped for their age, and are let in because they are kept by a hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.early import is_any_past
from assets.ingest.held import company_hash
from assets.ingest.people import naming, normalise_values
from resources.ledger.holds import COMPANY, DATASET
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.ingest.load import Load
    from resources.warehouse import Engine

_AGED = ("past_retention", "purged_before")


def spare(engine: Engine, what: Load, *, keeps: bool) -> None:
    """Make the table `spared` (`_row`) of the records of the batch (`judged`) that are kept, and let in those that were dropped for age.

    A record is kept by whom it names, by its company, by the record that it belongs to, by its data set; one that is bad, by its text.

    Args:
        engine: the run's working copy, in which `mark` said what is held.
        what: the data set and the batch.
        keeps: whether anything is held at all.
    """
    engine.run("CREATE OR REPLACE TEMP TABLE spared (_row BIGINT)")
    if not keeps:
        return
    aged = f"_drop IN ({', '.join(map(literal, _AGED))})"
    early = f"OR (_fault IS NULL AND _drop IS NULL AND {is_any_past(what.dataset, what.zone, what.today)})" if what.dataset.early else ""
    engine.run(f"CREATE OR REPLACE TEMP TABLE aged AS SELECT * FROM judged WHERE {aged} {early}")
    for select, parameters in _kept(engine, what):
        engine.run(f"INSERT INTO spared {select}", parameters)
    engine.run(f"UPDATE judged SET _drop = NULL WHERE {aged} AND _row IN (SELECT _row FROM spared)")
    engine.run("DROP TABLE aged")


def _kept(engine: Engine, what: Load) -> Iterator[tuple[str, dict[str, object]]]:
    """The SELECTs of the rows that are kept."""
    dataset, holds = what.dataset, what.holds.keeping.holds if what.holds is not None else ()
    if any(hold.covers == DATASET and hold.target == dataset.id for hold in holds):
        yield "SELECT _row FROM aged", {}
    identifying = [key for key, field in dataset.fields.items() if field.identifies is not None]
    if identifying:
        normalise_values(engine, dataset, what.catalogue, "aged")
        engine.run(f"CREATE OR REPLACE TEMP TABLE aged_named AS {naming(dataset, what.catalogue, 'aged')}")
        for key in identifying:
            kind = literal(dataset.fields[key].identifies or "")
            same = f"kept.identifier = {kind} AND kept.value = aged_named.{name('_id_' + key)}"
            yield f"SELECT aged_named._row FROM aged_named SEMI JOIN held_values AS kept ON {same}", {}
        yield "SELECT _row FROM aged_named SEMI JOIN held_persons AS kept ON kept.person = aged_named._named", {}
        engine.run("DROP TABLE aged_named")
    yield from _of_company(engine, what)
    yield from _of_whole(engine, what)
    yield (
        """
        SELECT aged._row FROM aged
        INNER JOIN held_needles AS needles
          ON contains(
            CASE WHEN needles.is_number THEN regexp_replace(coalesce(aged._raw, ''), '[^0-9]', '', 'g')
              ELSE lower(coalesce(aged._raw, '')) END,
            needles.needle
          )
        WHERE aged._fault IS NOT NULL
        """,
        {},
    )


def _of_company(engine: Engine, what: Load) -> Iterator[tuple[str, dict[str, object]]]:
    dataset, through = what.dataset, what.dataset.shape.company_through
    pepper: dict[str, object] = {"pepper": what.pepper}
    if what.holds is None or not any(hold.covers == COMPANY for hold in what.holds.keeping.holds):
        return
    if dataset.shape.company_by is not None:
        own = company_hash("$pepper", f"aged.{name(dataset.shape.company_by)}")
        yield f"SELECT aged._row FROM aged SEMI JOIN hold_companies AS kept ON kept.hash = {own}", pepper
    if through is not None and (whole := what.catalogue.whole_of(dataset, through)).table in tables_of(engine, "register"):
        same = " AND ".join(f"aged.{name(own)} = there.{name(field)}" for own, field in through.fields.items())
        yield (
            f"""
            SELECT aged._row FROM aged
            INNER JOIN register.{name(whole.table)} AS there ON {same}
            SEMI JOIN company_rows AS kept ON kept._record = there._record AND kept.dataset = {literal(whole.table)}
            """,
            {},
        )


def _of_whole(engine: Engine, what: Load) -> Iterator[tuple[str, dict[str, object]]]:
    """By the record that it belongs to, or that belongs to it, or to the same; as far as those are in the register."""
    dataset, held = what.dataset, tables_of(engine, "register")
    for other in what.catalogue.sources[dataset.source].datasets.values():
        pairs: list[tuple[str, str]] = []
        if dataset.shape.belongs_to is not None:
            whole = what.catalogue.whole_of(dataset, dataset.shape.belongs_to)
            if other.table == whole.table:
                pairs = [*dataset.shape.belongs_to.fields.items()]
            elif other.table == dataset.table:
                pairs = [(own, own) for own in dataset.shape.belongs_to.fields]
        if other.shape.belongs_to is not None and what.catalogue.whole_of(other, other.shape.belongs_to).table == dataset.table:
            pairs = [(there, own) for own, there in other.shape.belongs_to.fields.items()]
        if pairs and other.table in held:
            same = " AND ".join(f"aged.{name(own)} = there.{name(field)}" for own, field in pairs)
            yield (
                f"""
                SELECT aged._row FROM aged
                INNER JOIN register.{name(other.table)} AS there ON {same}
                SEMI JOIN held_rows AS kept ON kept._record = there._record AND kept.dataset = {literal(other.table)}
                """,
                {},
            )
