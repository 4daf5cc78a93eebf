"""The lineage of the registers that are shipped and tested with: every column of every table has its tags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage as followed

from assets.ingest.normalise import LOOKUPS
from assets.ingest.people import identifier_rows, naming
from assets.ingest.table import columns_of
from assets.lineage import build_lineage
from assets.lineage.register import register_name, source_name
from resources.catalogue import load_register
from resources.catalogue.tags import Tags
from resources.ledger.tables import metadata
from resources.warehouse.describe import Described

if TYPE_CHECKING:
    from assets.lineage import Lineage
    from resources.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
MODELS = sorted((ROOT / "sql").rglob("*.sql"))


@pytest.fixture(scope="module", params=["register", "tests/registers/adventure_works"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    """The demonstration company's catalogue, and that of AdventureWorks."""
    return load_register(ROOT / request.param)


@pytest.fixture(scope="module")
def lineage(catalogue: Catalogue) -> Lineage:
    """The lineage of its columns."""
    return build_lineage(catalogue)


def test_every_column_of_every_table_has_its_tags(catalogue: Catalogue, lineage: Lineage) -> None:
    """No column is untagged; every data set, every model and every table of the ledger is there, and all columns add up."""
    coverage = {each.table: each for each in lineage.coverage()}
    assert sum(each.untagged for each in coverage.values()) == 0
    assert all(each.columns == each.declared + each.lineage > 0 for each in coverage.values())
    assert {register_name(dataset) for dataset in catalogue.datasets} <= coverage.keys()
    assert {f"{path.parent.name}.{path.stem}" for path in MODELS} <= coverage.keys()
    assert {f"ledger.{name}" for name in metadata.tables} <= coverage.keys()
    for dataset in catalogue.datasets:
        assert list(lineage.tables[register_name(dataset)].columns) == list(columns_of(dataset))


def test_a_field_bears_its_own_tags_and_comes_from_its_source(catalogue: Catalogue, lineage: Lineage) -> None:
    """Each field of each data set has the tags of the catalogue, and is followed to its place in the source's record."""
    for dataset in catalogue.datasets:
        for field in dataset.fields.values():
            name = register_name(dataset)
            assert lineage.tags(name, field.name) == Tags.of(field)
            assert {table for table, _ in lineage.sources(name, field.name)} == {source_name(dataset)}


def test_everything_personal_has_all_that_the_notice_asks(lineage: Lineage) -> None:
    """A column about persons has a category, an origin and a promise; one of the system has nothing else."""
    for table in lineage.tables.values():
        for column in table.columns.values():
            assert column.tags.missing == []
            assert column.tags.is_personal or column.tags.as_dict() == {"categories": ["system"]}
            assert column.description


def test_nothing_personal_is_lost_on_the_way(lineage: Lineage) -> None:
    """A column that is made of something about persons is about persons, but where its declaration says otherwise."""
    for table in lineage.tables.values():
        for column in table.columns.values():
            made_of = [lineage.tags(*base) for base in column.sources]
            if any(tags.is_personal for tags in made_of) and not column.declared:
                assert set().union(*(tags.categories for tags in made_of if tags.is_personal)) == set(column.tags.categories)


def test_what_is_withheld_is_in_no_bundle(catalogue: Catalogue, lineage: Lineage) -> None:
    """A field that is withheld goes into no data file of a bundle; every other field of every data set does."""
    for dataset in catalogue.datasets:
        for field in dataset.fields.values():
            shown = field.name in lineage.tables[f"bundle:data/{dataset.table}.json"].columns
            assert shown == (field.shape.withhold in (None, "none"))


def test_the_generated_sql_is_what_the_engine_reads(catalogue: Catalogue) -> None:
    """DuckDB takes the SQL that names persons, of every data set, and gives the columns of `identity.identifiers`."""
    database = Described()
    for table in LOOKUPS:
        database.make(f"main.{table}", {"text": "VARCHAR", "value": "VARCHAR"})
    identifiers = list(database.tables()["identity.identifiers"])
    for dataset in catalogue.datasets:
        database.make(f"main.{dataset.table}", columns_of(dataset))
        named = naming(dataset, catalogue, dataset.table)
        columns = database.of(named)
        assert list(columns)[: len(columns_of(dataset))] == list(columns_of(dataset))
        if dataset.shape.persons:
            database.make(f"main.named_{dataset.table}", columns)
            assert list(database.of(identifier_rows(dataset, f"named_{dataset.table}"))) == identifiers
    database.close()


def test_another_reader_finds_no_further_columns(lineage: Lineage) -> None:
    """Whatever sqlglot's own lineage finds a model's column to be made of is found here, too."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table in lineage.tables.values():
        stage, _, name = table.name.partition(".")
        if table.kind not in ("source", "bundle"):
            schema.setdefault(stage, {})[name] = {column.name: column.type for column in table.columns.values()}
    compared = 0
    for path in MODELS:
        tree, model = _qualified(path, schema), f"{path.parent.name}.{path.stem}"
        for column in lineage.tables[model].columns:
            nodes = followed(column, tree, schema=schema, dialect="duckdb").walk()
            leaves = [(node.expression, node.name) for node in nodes if isinstance(node.expression, exp.Table)]
            found = {(f"{table.db}.{table.name}", name.rpartition(".")[2]) for table, name in leaves}
            assert found <= lineage.sources(model, column)
            compared += len(found)
    assert compared > 80


def _qualified(path: Path, schema: dict[str, dict[str, dict[str, str]]]) -> exp.Expr:
    """A model whose temporary inputs bear their stage's name."""
    tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not table.db and table.name in schema[path.parent.name] and table.name not in ctes:
            table.set("db", exp.to_identifier(path.parent.name))
    return tree
