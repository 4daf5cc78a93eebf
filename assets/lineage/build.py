"""Put the graph together: sources, the register, what no model makes, the models, and the bundle; then the tags of every column."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import closing
from typing import TYPE_CHECKING

from assets.ingest.table import columns_of
from assets.lineage import written
from assets.lineage.bundle import add_bundle
from assets.lineage.draft import Draft
from assets.lineage.models import add_models, refine
from assets.lineage.register import add_register, add_sources, register_name
from assets.lineage.retention import add_counts, add_relations
from assets.lineage.stated import add_stated, refer
from resources.catalogue.lineage import LineageError
from resources.warehouse.describe import Described

if TYPE_CHECKING:
    from pathlib import Path

    from assets.lineage.graph import Lineage
    from resources.catalogue import Catalogue

_BUILT: OrderedDict[tuple[str, Path], Lineage] = OrderedDict()
_MOST_BUILT = 8
IDENTIFIERS = "identity.identifiers"


def build_lineage(catalogue: Catalogue) -> Lineage:
    """The lineage of a register's columns; built once for a catalogue.

    Raises:
        LineageError: with every mistake in the models and in what is described beside them, each with its place.
    """
    key = (catalogue.digest, written.FOLDER)
    if key not in _BUILT:
        _BUILT[key] = assemble(catalogue)
        if len(_BUILT) > _MOST_BUILT:
            _BUILT.popitem(last=False)
    return _BUILT[key]


def assemble(catalogue: Catalogue, folder: Path | None = None) -> Lineage:
    """The lineage of a register's columns through the models in a folder; by default those that come with Ansvar.

    Raises:
        LineageError: as `build_lineage`.
    """
    models = written.read_sql(folder or written.FOLDER, catalogue.vocabulary)
    if models.problems:
        raise LineageError(models.problems)
    draft = Draft()
    add_sources(draft, catalogue)
    identifiers = add_register(draft, catalogue, models)
    with closing(Described()) as database:
        for dataset in catalogue.datasets:
            database.make(register_name(dataset), columns_of(dataset))
        add_relations(draft, catalogue, database)
        add_counts(draft, catalogue)
        add_stated(draft, models, database)
        add_models(draft, models, database)
    for name, column in draft.tables[IDENTIFIERS].columns.items() if IDENTIFIERS in draft.tables else []:
        column.sources |= identifiers.get(name, set())
    refine(draft, models)
    refer(draft, models, catalogue)
    add_bundle(draft, models, catalogue)
    tags = draft.tags()
    problems = draft.problems or draft.untagged(tags)
    if problems:
        raise LineageError(problems)
    return draft.lineage(tags)
