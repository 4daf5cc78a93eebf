"""Declares what no run makes but promises are about: the home, and the ledger's tables that tell of requests and disclosures."""

import dagster as dg

from assets.accountability.promises.targets import DISCLOSURES, HOME, REQUESTS
from assets.declare import table_metadata
from assets.lineage import build_lineage
from resources.catalogue import Catalogue

GROUP = "stores"


def store_specs(catalogue: Catalogue) -> list[dg.AssetSpec]:
    """The stores, outside of what runs materialise."""
    described = build_lineage(catalogue).tables
    ledger = {".".join(target): dg.AssetKey(list(target)) for target in (REQUESTS, DISCLOSURES)}
    return [
        dg.AssetSpec(
            list(HOME),
            description="The folder that holds the warehouse, the ledger, recordings, bundles and keys.",
            group_name=GROUP,
            kinds={"file"},
        ),
        *(
            dg.AssetSpec(
                key,
                description=described[name].description,
                group_name=GROUP,
                kinds={"sql"},
                metadata=table_metadata(catalogue, name, ledger),
            )
            for name, key in ledger.items()
        ),
    ]
