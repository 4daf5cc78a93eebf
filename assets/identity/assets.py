"""Declares the tables that say who is who."""

from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, Publish, guarded
from assets.identity.resolve import resolve
from resources.runs import begin_run

GROUP = "identity"
_IDENTIFIER = {"category": "user.unique_id", "origin": "derived", "promise": "contact_details"}
_VALUE = {"category": "user.contact", "origin": "derived", "promise": "contact_details"}
_SYSTEM = {"category": "system"}
_TABLES: dict[str, tuple[str, list[dg.TableColumn]]] = {
    "persons": (
        "One row is a person as one source knows it, with the subject that it belongs to.",
        [
            dg.TableColumn("person", "VARCHAR", "The person within its source, opaque.", tags=_IDENTIFIER),
            dg.TableColumn("source", "VARCHAR", "The source.", tags=_SYSTEM),
            dg.TableColumn("key_kind", "VARCHAR", "The kind of identifier that names it there.", tags=_SYSTEM),
            dg.TableColumn("subject", "VARCHAR", "The data subject, opaque.", tags=_IDENTIFIER),
        ],
    ),
    "subjects": (
        "One row is a data subject, with how many source persons, sources and records speak of it.",
        [
            dg.TableColumn("subject", "VARCHAR", "The data subject, opaque.", tags=_IDENTIFIER),
            dg.TableColumn("persons", "BIGINT", "How many source persons.", tags=_SYSTEM),
            dg.TableColumn("sources", "BIGINT", "In how many sources.", tags=_SYSTEM),
            dg.TableColumn("records", "BIGINT", "In how many records.", tags=_SYSTEM),
        ],
    ),
    "links": (
        "One row is an identifier of a source person: the evidence for its subject, or why it is none.",
        [
            dg.TableColumn("person", "VARCHAR", "The person within its source, opaque.", tags=_IDENTIFIER),
            dg.TableColumn("kind", "VARCHAR", "The kind of identifier.", tags=_SYSTEM),
            dg.TableColumn("value", "VARCHAR", "The identifier, normalised; from the identifying fields of every data set.", tags=_VALUE),
            dg.TableColumn("joins", "BOOLEAN", "Whether it may join records.", tags=_SYSTEM),
            dg.TableColumn("reason", "VARCHAR", "Why it may not.", tags=_SYSTEM),
        ],
    ),
    "record_persons": (
        "One row is a person in a record, in a role.",
        [
            dg.TableColumn("_record", "VARCHAR", "The record.", tags=_SYSTEM),
            dg.TableColumn("dataset", "VARCHAR", "The record's table.", tags=_SYSTEM),
            dg.TableColumn("role", "VARCHAR", "The person's role in it.", tags=_SYSTEM),
            dg.TableColumn("is_main", "BOOLEAN", "Whether the record is about the person.", tags=_SYSTEM),
            dg.TableColumn("person", "VARCHAR", "The person within its source, opaque.", tags=_IDENTIFIER),
        ],
    ),
    "review": (
        "One row is a source person whose joining would contradict itself: left apart until a data protection officer decides.",
        [
            dg.TableColumn("proposal", "VARCHAR", "Those that would be one.", tags=_SYSTEM),
            dg.TableColumn("person", "VARCHAR", "The person within its source, opaque.", tags=_IDENTIFIER),
            dg.TableColumn("reason", "VARCHAR", "What contradicts.", tags=_SYSTEM),
        ],
    ),
}


def identity_assets(register: Opener, publish: Publish, upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """One step, which rebuilds every identity table."""

    @dg.multi_asset(
        name="identity",
        specs=[
            dg.AssetSpec(
                [GROUP, table],
                deps=upstream,
                description=description,
                group_name=GROUP,
                kinds={"duckdb"},
                metadata={"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": f"identity.{table}"},
            )
            for table, (description, columns) in _TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "no_contradiction",
                asset=[GROUP, "review"],
                description="No two persons whom a source keeps apart would be joined by the others.",
            )
        ],
    )
    def identity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run_id)
            begin_run(opened, context.run_id)
            with opened.warehouse.writing(context.run_id) as engine:
                counts = resolve(engine, opened.catalogue)
            publish(context, opened, GROUP)
            check = dg.AssetCheckResult(
                check_name="no_contradiction",
                asset_key=[GROUP, "review"],
                passed=counts["proposals"] == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"groups to review": counts["proposals"]},
            )
            for table in _TABLES:
                extra = {"values that join nobody": counts["not_joining"]} if table == "links" else {}
                results = [check] if table == "review" else []
                yield dg.MaterializeResult([GROUP, table], metadata={"dagster/row_count": counts[table]} | extra, check_results=results)

    return identity
