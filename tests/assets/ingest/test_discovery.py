"""What nobody tagged, from the source to the batch's account and to Dagster: paths and counts, never a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.ingest.account import Account
from assets.ingest.assets import ingest_assets
from assets.ingest.findings import mismatch_table, undeclared_table
from pipelines.publish import publish_if_last
from resources.connectors.undeclared import Undeclared
from tests.helpers.described import WORDS
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

PHONES = [f"040 123 {number:04d}" for number in range(30)]
CANARIES = [*PHONES, "canary@aino.example", "kanarialintu"]


def _deliver(small: Small) -> None:
    """Thirty customers with a telephone number that nobody tagged, one tagged as no personal data, and a key that is data."""
    small.dataset("shop.customers")["fields"]["code"] = {"type": "text", "category": "system", "label": WORDS}
    small.describe()
    rows = [customer(number, mobile=phone, code=phone) for number, phone in enumerate(PHONES)]
    rows[0] |= {"by": {"canary@aino.example": "kanarialintu"}}
    small.deliver("shop", rows)


def test_it_stands_in_the_account(small: Small) -> None:
    """The batch's account in the ledger lists path, records and proposal of each undeclared field, and no value."""
    _deliver(small)
    account = small.account("shop")
    expected = [
        Undeclared("by.*", 1),
        Undeclared("mobile", 30, "user.contact.phone_number", "phone", "name and values", 1.0),
    ]
    assert account.undeclared == expected
    assert account.balances
    small.publish()
    batch = small.register.ledger.latest_batch("shop", "customers")
    assert batch is not None
    assert [(each["path"], each["records"], each["why"]) for each in batch["account"]["undeclared"]] == [
        ("by.*", 1, None),
        ("mobile", 30, "name and values"),
    ]
    told = json.dumps(batch["account"])
    assert [value for value in CANARIES if value in told] == []


def test_it_is_not_loaded(small: Small) -> None:
    """No column and no value of an undeclared field stands in any table, quarantine included."""
    _deliver(small)
    del small.dataset("shop.customers")["fields"]["code"]
    small.describe()
    small.account("shop")
    held = repr(small.everything())
    assert [value for value in CANARIES if value in held] == []


def test_a_source_that_gives_a_new_field_later(small: Small) -> None:
    """A new field leaves rows unchanged: the same records with one field more change nothing in the register."""
    small.deliver("chats", [chat(1), chat(2)])
    small.account("chats")
    small.deliver("chats", [chat(1, mood="good"), chat(2)])
    assert small.account("chats") == Account(read=2, unchanged=2, undeclared=[Undeclared("mood", 1)])


def _checks(small: Small) -> tuple[dict[str, dg.AssetCheckEvaluation], dict[str, Any], str]:
    """The checks of the shop's asset after it was materialised, its metadata, and all that Dagster keeps of the run."""
    catalogue = small.register.catalogue
    (shop,) = (each for each in ingest_assets(catalogue, lambda _: small.register, publish_if_last) if each.op.name == "ingest_shop")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([shop], instance=instance)
        kept = "\n".join(repr(event) for event in instance.all_logs(result.run_id))
    (event,) = result.asset_materializations_for_node("ingest_shop")
    metadata = {name: value.value for name, value in event.metadata.items()}
    return {each.check_name: each for each in result.get_asset_check_evaluations()}, metadata, kept


def test_dagster_shows_it(small: Small) -> None:
    """Two checks warn and do not block, with a table of names and counts; the number of fields is plotted; no value reaches Dagster."""
    _deliver(small)
    checks, metadata, kept = _checks(small)
    for check, number in (("no_undeclared_fields", "undeclared fields"), ("tags_match_values", "mismatching fields")):
        found = checks[check]
        assert (found.passed, found.severity, found.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
        assert found.metadata[number].value == {"undeclared fields": 2, "mismatching fields": 1}[number]
    assert checks["no_undeclared_fields"].metadata["fields"].value == (
        "| path | records | proposed tag |\n| --- | --- | --- |\n"
        "| `mobile` | 30 | user.contact.phone_number (by name and values) |\n| `by.*` | 1 | none |"
    )
    line = small.register.catalogue.dataset("shop_customers").fields["code"].line
    assert checks["tags_match_values"].metadata["fields"].value == (
        "| field | declared at | tagged | values look like | share |\n| --- | --- | --- | --- | --- |\n"
        f"| `code` | sources/shop.yaml:{line} | system | phone (user.contact.phone_number) | 100% of 30 |"
    )
    assert metadata["undeclared fields"] == 2
    assert "no_undeclared_fields" in kept
    assert [value for value in CANARIES if value in kept] == []


def test_dagster_shows_that_there_is_none(small: Small) -> None:
    """Where every field is declared and fits its values, both checks pass with the number nought."""
    small.deliver("shop", [customer(number, email=f"person{number}@x.example") for number in range(30)])
    checks, metadata, _ = _checks(small)
    assert all(checks[check].passed for check in ("no_undeclared_fields", "tags_match_values"))
    assert metadata["undeclared fields"] == 0


def test_a_source_that_cannot_be_read(small: Small) -> None:
    """Where nothing could be read, nothing is told of its fields, and both checks are there."""
    catalogue = small.register.catalogue
    (shop,) = (each for each in ingest_assets(catalogue, lambda _: small.register, publish_if_last) if each.op.name == "ingest_shop")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([shop], instance=instance, raise_on_error=False)
    checks = {each.check_name: each.passed for each in result.get_asset_check_evaluations()}
    assert checks["source_read"] is False
    assert (checks["no_undeclared_fields"], checks["tags_match_values"]) == (True, True)


def test_tables_are_no_longer_than_can_be_read() -> None:
    """A table tells of the hundred fields that most records have, and how many more there are."""
    table = undeclared_table([Undeclared(f"f{number:03d}", number) for number in range(150)])
    assert table.splitlines()[2] == "| `f149` | 149 | none |"
    assert len(table.splitlines()) == 2 + 100 + 2
    assert table.endswith("And 50 more: see `ansvar discover`.")
    assert mismatch_table([]).count("\n") == 1
