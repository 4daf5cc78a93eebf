"""Every mistake in the models, or in what is described beside them, fails the build and is told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.lineage import assemble, build_lineage
from resources.catalogue.lineage import LineageError

if TYPE_CHECKING:
    from resources.catalogue import Catalogue
    from tests.assets.lineage.conftest import Models

COUNT = """      persons:
        description: How many source persons bear it.
        declared: {category: system, why: "a count"}
"""
BATCH = """      _batch:
        description: The batch that wrote the row.
        declared: {category: system, why: "a random number of the run's"}
"""
SUBJECTS = "identity/subjects.sql"


def test_it_is_built_once(catalogue: Catalogue) -> None:
    """The lineage of a catalogue is worked out once; of another folder of models it is worked out anew."""
    assert build_lineage(catalogue) is build_lineage(catalogue)
    assert assemble(catalogue) == build_lineage(catalogue)


def test_a_tag_that_is_removed(models: Models) -> None:
    """A column that lineage gives nothing fails without its declared tags, where it is computed."""
    models.change("identity/columns.yaml", COUNT, "      persons: {description: How many source persons bear it.}\n")
    file, line, message = models.problem()
    assert (file, line) == ("sql/identity/borne_values.sql", 6)
    assert message == (
        "the column 'persons' of identity.borne_values is made of nothing that has tags, and none is declared: "
        "declare its tags, with the reason, in sql/identity/columns.yaml"
    )


def test_a_promise_that_is_removed(models: Models) -> None:
    """A column about persons fails without a promise that covers it."""
    models.change(
        "ledger/columns.yaml",
        "{category: user.contact, origin: data_subject, promise: access,",
        "{category: user.contact, origin: data_subject,",
    )
    problems = models.problems()
    assert {"ledger.request_identifiers", "rights.request_values"} <= {each.message.split()[4] for each in problems}
    assert all("is about a person and has no promises" in each.message for each in problems)
    assert problems[0].file == "sql/ledger/columns.yaml"


def test_a_new_column_in_a_model(models: Models) -> None:
    """A column that nobody described fails, at its line in the model."""
    models.change(
        "identity/record_persons.sql",
        "  is_main,\n",
        "  is_main,\n  min(kind) AS kind,\n",
    )
    problems = models.problems()
    assert ("sql/identity/record_persons.sql", 8, 16) in [(each.file, each.line, each.column) for each in problems]
    assert "the column 'kind' of identity.record_persons is not described: describe it in sql/identity/columns.yaml" in [
        each.message for each in problems
    ]
    assert any("resources/warehouse/tables.sql makes identity.record_persons of" in each.message for each in problems)


def test_a_new_column_without_tags(models: Models) -> None:
    """A new column that is described and made of nothing fails, at its line in the model."""
    models.change("rights/address_names.sql", " AS name\n", " AS name,\n  1 AS one\n")
    models.change(
        "rights/columns.yaml",
        "      name: {description: The words.}\n",
        "      name: {description: The words.}\n      one: {description: One.}\n",
    )
    file, line, message = models.problem()
    assert (file, line) == ("sql/rights/address_names.sql", 4)
    assert message.startswith("the column 'one' of rights.address_names is made of nothing that has tags")


def test_a_star(models: Models) -> None:
    """SELECT * in a model fails, where it stands; nothing else is told, not of what reads that model either."""
    models.change("identity/record_persons.sql", "  _record,\n  dataset,\n", "  given.*,\n")
    file, line, message = models.problem()
    assert (file, line) == ("sql/identity/record_persons.sql", 4)
    assert message.startswith("SELECT * hides which columns it gives")


def test_an_unknown_table(models: Models) -> None:
    """A table that is none fails, with the nearest name."""
    models.change("identity/edges.sql", "FROM identity.evidence AS", "FROM identity.evidnce AS")
    hint = "(a table that no model makes is described in sql/identity/columns.yaml)"
    expected = f"there is no table 'identity.evidnce': did you mean 'identity.evidence'? {hint}"
    assert models.problem() == ("sql/identity/edges.sql", 12, expected)


def test_an_ambiguous_column(models: Models) -> None:
    """A name that may be of two tables fails."""
    models.change("identity/links.sql", "  evidence.kind,\n", "  kind,\n")
    assert models.problem() == ("sql/identity/links.sql", 10, "'kind' is ambiguous: say 'evidence.kind' or 'kinds.kind'")


def test_what_the_engine_refuses(models: Models) -> None:
    """What is right by its names and yet no SQL for DuckDB fails, with the line that DuckDB names."""
    models.change(
        "identity/edges.sql",
        "SELECT evidence.person AS one,",
        "SELECT\n  no_such_function(evidence.person) AS one,",
    )
    file, line, message = models.problem()
    assert (file, line) == ("sql/identity/edges.sql", 12)
    assert message.startswith("DuckDB refuses it: Catalog Error: Scalar Function with name no_such_function does not exist")


def test_columns_other_than_the_engines(models: Models) -> None:
    """Where lineage and DuckDB give different columns, the model fails: a struct that is unnested is several columns."""
    models.write("rights/odd.sql", "-- One row: nothing.\n-- Inputs: none.\nSELECT unnest({'a': 1, 'b': 2}) AS k\n")
    models.change(
        "rights/columns.yaml",
        "  rights.links:\n",
        "  rights.odd:\n    description: One row is nothing.\n    columns:\n      k: {description: Nothing.}\n  rights.links:\n",
    )
    assert models.problem() == ("sql/rights/odd.sql", 1, "lineage finds the columns k, and DuckDB gives a, b")


def test_another_type_than_the_tables(models: Models) -> None:
    """A model that fills a fixed table must give its types."""
    models.change(SUBJECTS, "count(DISTINCT source) AS sources", "CAST(count(DISTINCT source) AS INTEGER) AS sources")
    file, _, message = models.problem()
    assert file == "sql/identity/subjects.sql"
    assert "gives subject VARCHAR, persons BIGINT, sources INTEGER, records BIGINT, and resources/warehouse/tables.sql makes" in message


def test_a_model_that_nobody_described(models: Models) -> None:
    """A model without a description fails, in a stage without any descriptions too."""
    models.write("marketing/audience.sql", "-- One row: a person.\n-- Inputs: identity.persons.\nSELECT person FROM identity.persons\n")
    expected = "the model marketing.audience is not described: describe it and its columns in sql/marketing/columns.yaml"
    assert models.problem() == ("sql/marketing/audience.sql", 1, expected)


def test_models_that_read_each_other(models: Models) -> None:
    """Two models that read each other fail, unless one says that it refines the other."""
    for name, other in (("one", "two"), ("two", "one")):
        models.write(f"marketing/{name}.sql", f"SELECT k FROM marketing.{other}\n")  # noqa: S608 - a model of this test
    described = "".join(
        f"  marketing.{name}: {{description: One row is k., columns: {{k: {{description: K.}}}}}}\n" for name in ("one", "two")
    )
    models.write("marketing/columns.yaml", f"tables:\n{described}")
    _, _, message = models.problem()
    assert message.startswith("models read each other (marketing.")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "identity/columns.yaml",
            "      proposal: {",
            "      propsal: {",
            "identity.review gives no column 'propsal': did you mean 'proposal'?",
        ),
        (
            "identity/columns.yaml",
            "      mailbox:\n        type: VARCHAR\n",
            "      mailbox:\n",
            "identity.role_mailboxes is no model, no table of tables.sql and none of the ledger: state the 'type'",
        ),
        (
            "identity/columns.yaml",
            "refines: identity.edges",
            "refines: identity.egdes",
            "there is no table 'identity.egdes': did you mean 'identity.edges'?",
        ),
        (
            "identity/columns.yaml",
            '      value: {description: "The identifier, normalised."}\n      shared:\n',
            '      value: {description: "The identifier.", type: TEXT}\n      shared:\n',
            "the type of 'value' stands where the table is made: remove it",
        ),
        ("identity/columns.yaml", "  identity.review:\n", "  identity.reviews:\n", "the model identity.review is not described"),
        (
            "rights/columns.yaml",
            "from: [identity.persons.person]",
            "from: [identity.persons.persn]",
            "identity.persons has no column 'persn': did you mean 'person'?",
        ),
        (
            "rights/columns.yaml",
            "from: [identity.persons.person]",
            "from: [identity.person.person]",
            "there is no table 'identity.person': did you mean 'identity.persons'?",
        ),
        (
            "rights/columns.yaml",
            "columns: [dataset, kind, records]",
            "columns: [dataset, kinds, records]",
            "'kinds' is no column of rights.unattributed: did you mean 'kind'?",
        ),
        (
            "rights/columns.yaml",
            "  rights.known_names:\n    description:",
            "  rights.known_names:\n    descripton:",
            "'descripton' is not a key that is known here: did you mean 'description'?",
        ),
        (
            "ingest/columns.yaml",
            'from: ["register.*[anchor]"]',
            'from: ["register.*[anchors]"]',
            "'anchors' picks no fields: did you mean 'anchor'?",
        ),
        (
            "ledger/columns.yaml",
            "{category: user.contact, origin: data_subject",
            "{category: user.contacts, origin: data_subject",
            "'user.contacts' is no category of the vocabulary: did you mean 'user.contact'?",
        ),
        (
            "ledger/columns.yaml",
            "{category: user.contact, origin: data_subject, promise: access",
            "{category: user.contact, origin: data_subject, promise: acess",
            "'acess' is no promise that every notice makes: did you mean 'access'?",
        ),
        (
            "ledger/columns.yaml",
            'declared: {category: system, why: "counts"}',
            "declared: {category: system}",
            "'why' is missing: state it",
        ),
        (
            "ledger/columns.yaml",
            'declared: {category: system, why: "counts"}',
            'declared: {category: system, origin: derived, why: "counts"}',
            "'category: system' says that it is not about a person",
        ),
        ("ledger/columns.yaml", "  ledger.gone:\n", "  ledger.gones:\n", "the table ledger.gone is not described"),
        (
            "ledger/columns.yaml",
            "      layer:\n        description: Whether",
            "      layers:\n        description: Whether",
            "the column 'layer' of ledger.purges is not described",
        ),
        (
            "ingest/columns.yaml",
            BATCH,
            "",
            "'_batch' is not described",
        ),
    ],
)
def test_mistakes_in_descriptions(file: str, old: str, new: str, message: str, models: Models) -> None:
    """What is described and is not there, or is there and not described, fails with its place: there, or where the table is made."""
    line = models.change(file, old, new)
    problems = models.problems()
    found = [each for each in problems if message in each.message]
    assert found
    assert found[0].file.endswith((".yaml", ".sql", ".py"))
    if found[0].file == f"sql/{file}":
        assert abs(found[0].line - line) < 3 or "is not described" in message


def test_an_error_reads_as_a_list_of_places(models: Models) -> None:
    """All mistakes are told at once, a line each, as editors link them."""
    models.change("identity/edges.sql", "FROM identity.evidence AS", "FROM identity.evidnce AS")
    models.change("rights/links.sql", "  links.joins,\n", "  links.join,\n")
    with pytest.raises(LineageError) as raised:
        assemble(models.catalogue, models.folder)
    lines = str(raised.value).splitlines()
    assert lines[0] == "2 mistakes in the lineage of columns:"
    assert [line.split(": ")[0] for line in lines[1:]] == ["sql/identity/edges.sql:12:8", "sql/rights/links.sql:20:3"]
