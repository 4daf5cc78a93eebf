"""Declares who may be written to, and what was disclosed: steps of their own after the purge and the erasures, which have published."""

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, guarded, table_metadata
from assets.outreach.audience import KEPT, Counted, refresh
from resources.catalogue import Catalogue

GROUP = "outreach"
_SAID = {
    "consents": "What each data subject said last of being written to, by purpose and channel: a consent or a refusal.",
    "barred": "Whose data may not be used for which purposes now: restrictions, objections, withdrawals. Who profiles leaves them out.",
    "audience": "Who may be written to today, by channel and purpose, and on what ground; an address stands in its record alone.",
}


def outreach_assets(catalogue: Catalogue, register: Opener, upstream: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The tables of who may be written to, where the register says it; and what was disclosed."""
    disclosed = _disclosures(register)
    return [_audience(catalogue, register, upstream), disclosed] if catalogue.outreach is not None else [disclosed]


def _audience(catalogue: Catalogue, register: Opener, upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="outreach",
        specs=[
            dg.AssetSpec(
                [GROUP, table],
                deps=upstream,
                description=_SAID[table],
                group_name=GROUP,
                kinds={"duckdb"},
                metadata=table_metadata(catalogue, f"{GROUP}.{table}", {}),
            )
            for table in KEPT
        ],
    )
    def outreach(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            found = refresh(opened)
            with opened.warehouse.reading() as engine:
                rows = {table: engine.count(f"SELECT count(*) FROM outreach.{table}") for table in KEPT}
            for table in KEPT:
                told = _counts(found) if table == "audience" else {}
                yield dg.MaterializeResult([GROUP, table], metadata={"dagster/row_count": rows[table]} | told)

    return outreach


def _counts(found: list[Counted]) -> dict[str, int]:
    """Counts alone: by channel and purpose who may be written to and on what ground, and why others may not."""
    told: dict[str, int] = {}
    for each in found:
        name = f"{each.channel}, {each.purpose}"
        told[name] = each.written_to
        told |= {f"{name}: {ground}": count for ground, count in each.grounds.items()}
        told |= {f"{name}, left out: {reason}": count for reason, count in each.reasons.items()}
    return told


def _disclosures(register: Opener) -> dg.AssetsDefinition:
    @dg.asset(
        key=[GROUP, "disclosures"],
        group_name=GROUP,
        kinds={"sqlite"},
        description="What went to which partner or authority, as the ledger keeps it: how many disclosures, of how many identifiers.",
    )
    def outreach_disclosures(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            rows = register(context.run.run_id).ledger.disclosures()
            made, identifiers = Counter[str](), Counter[str]()
            for row in rows:
                made[f"{row['kind']}: {row['recipient']}"] += 1
                identifiers[f"{row['kind']}: {row['recipient']}, identifiers"] += row["identifiers"]
            return dg.MaterializeResult(metadata={"disclosures": len(rows)} | dict(made) | dict(identifiers))

    return outreach_disclosures
