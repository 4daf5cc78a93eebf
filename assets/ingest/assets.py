"""Declares the source systems, and the register's tables that are read from them."""

from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, Publish, guarded, table_metadata
from assets.ingest.account import Account, RefusedError
from assets.ingest.findings import mismatch_table, undeclared_table, unfit_table
from assets.ingest.source import Outcome, ingest_source
from resources.catalogue import Catalogue, Dataset, Source

GROUP = "ingest"
_KINDS = {"files": "file", "weblog": "file", "recordings": "audio", "database": "sql", "rest": "api"}


def key_of(dataset: Dataset) -> dg.AssetKey:
    """The asset key of a data set's table."""
    return dg.AssetKey([GROUP, dataset.source, dataset.name])


def source_key(source: Source) -> dg.AssetKey:
    """The asset key of a source system."""
    return dg.AssetKey(["source", source.name])


def source_specs(catalogue: Catalogue) -> list[dg.AssetSpec]:
    """The source systems, outside of Ansvar."""
    return [
        dg.AssetSpec(
            source_key(source),
            description=f"{source.shape.label.en}: a source system, read by the connector '{source.shape.connector}'.",
            group_name="sources",
            kinds={_KINDS[source.shape.connector]},
            owners=[f"team:{source.shape.team}"],
        )
        for source in catalogue.sources.values()
    ]


def ingest_assets(catalogue: Catalogue, register: Opener, publish: Publish) -> list[dg.AssetsDefinition]:
    """One step a source; one asset a data set."""
    return [_source_assets(source, catalogue, register, publish) for source in catalogue.sources.values()]


def _source_assets(source: Source, catalogue: Catalogue, register: Opener, publish: Publish) -> dg.AssetsDefinition:
    datasets = {key_of(dataset): dataset for dataset in source.datasets.values()}

    @dg.multi_asset(
        name=f"ingest_{source.name}",
        specs=[_spec(key, dataset, source, catalogue) for key, dataset in datasets.items()],
        check_specs=[check for key in datasets for check in _checks(key)],
        can_subset=True,
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        failed = None
        with guarded():
            wanted = [dataset.name for key, dataset in datasets.items() if key in context.selected_asset_keys]
            for outcome in ingest_source(register(context.run.run_id), source.name, context.run.run_id, wanted):
                failed = failed or outcome.error
                yield _result(outcome)
            publish(context, register(context.run.run_id), GROUP)
        if failed is not None:
            raise dg.Failure(f"{failed} All else goes on with what was read from it last.", allow_retries=False)

    return ingest


def _spec(key: dg.AssetKey, dataset: Dataset, source: Source, catalogue: Catalogue) -> dg.AssetSpec:
    rule = dataset.rule
    return dg.AssetSpec(
        key,
        deps=[source_key(source)],
        description=f"{dataset.shape.record}\n\n{rule.reason.en} Period: {rule.limit}, from `{dataset.shape.anchor}`.",
        group_name=GROUP,
        kinds={"duckdb", _KINDS[source.shape.connector]},
        owners=[f"team:{source.shape.team}"],
        code_version=catalogue.digest[:12],
        tags={f"category/{category}": "" for category in dataset.categories} | {"retention": dataset.shape.retention},
        metadata=table_metadata(catalogue, f"register.{dataset.table}", {f"source:{dataset.id}": source_key(source)})
        | {
            "purposes": ", ".join(catalogue.notice.purposes[purpose].label.en for purpose in dataset.shape.purposes),
            "roles": ", ".join(dataset.shape.persons) or "none",
            "retention": "; ".join(
                [
                    f"{dataset.shape.retention}: {rule.limit} from {dataset.shape.anchor}",
                    *(f"{field.name} {field.retention}: {dataset.limit_of(field)}" for field in dataset.early),
                ]
            ),
        },
    )


def _checks(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec("source_read", asset=key, description="The source could be read in this run."),
        dg.AssetCheckSpec(
            "accounted", asset=key, blocking=True, description="Records read = in the table + quarantined + dropped by a stated rule."
        ),
        dg.AssetCheckSpec(
            "batch_loaded", asset=key, description="The batch was loaded: the source has what records must have, and few of them are bad."
        ),
        dg.AssetCheckSpec(
            "quarantine_share", asset=key, description="No larger share of the records went to quarantine than is stated for the data set."
        ),
        dg.AssetCheckSpec("snapshot_followed", asset=key, description="Nothing that a snapshot lacks was kept all the same."),
        dg.AssetCheckSpec(
            "no_undeclared_fields", asset=key, description="The source has no field that the catalogue neither declares nor ignores."
        ),
        dg.AssetCheckSpec("no_vanished_fields", asset=key, description="The source has no less of the declared fields than it had."),
        dg.AssetCheckSpec("tags_match_values", asset=key, description="No field's values look like data of another category than its tag."),
        dg.AssetCheckSpec(
            "identifiers_fit", asset=key, description="Every value that should identify a person or a company is one that can."
        ),
    ]


def _result(outcome: Outcome) -> dg.MaterializeResult[None]:
    key, account = key_of(outcome.dataset), outcome.account
    if account is None:
        unread = [
            dg.AssetCheckResult(check_name=name, asset_key=key, passed=True, description="Nothing was read.")
            for name in ("accounted", "batch_loaded", "quarantine_share", "snapshot_followed", "no_undeclared_fields", "no_vanished_fields")
        ]
        metadata: dict[str, int | bool | str] = {"dagster/row_count": outcome.rows, "source read": False, "data as of": _as_of(outcome)}
        return dg.MaterializeResult(
            key, metadata=metadata, check_results=[_source_read(outcome), *unread, _tags_match(outcome), _fit(outcome)]
        )
    counts = counts_of(account)
    rates: dict[str, int | float] = {"quarantine rate": account.bad_share, **counts}
    return dg.MaterializeResult(
        key,
        metadata={
            "dagster/row_count": outcome.rows,
            "source read": True,
            "data as of": _as_of(outcome),
            "batch": outcome.batch or "",
            "undeclared fields": len(account.undeclared),
            **rates,
            **outcome.asked,
        },
        check_results=[
            _source_read(outcome),
            dg.AssetCheckResult(
                check_name="accounted",
                asset_key=key,
                passed=account.balances,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"rows": outcome.rows, **counts},
            ),
            *_guards(outcome, account),
            _no_undeclared(key, account),
            _no_vanished(key, account),
            _tags_match(outcome),
            _fit(outcome),
        ],
    )


def counts_of(account: Account) -> dict[str, int]:
    """The counts of an account, by what Dagster plots them as."""
    dropped = {f"dropped: {rule}": count for rule, count in account.dropped.items()}
    return {name: count for name, count in account.as_dict().items() if isinstance(count, int)} | dropped


def _source_read(outcome: Outcome) -> dg.AssetCheckResult:
    error = None if isinstance(outcome.error, RefusedError) else outcome.error
    return dg.AssetCheckResult(
        check_name="source_read",
        asset_key=key_of(outcome.dataset),
        passed=error is None,
        severity=dg.AssetCheckSeverity.ERROR,
        description=str(error) if error else None,
        metadata={"data as of": _as_of(outcome)},
    )


def _guards(outcome: Outcome, account: Account) -> list[dg.AssetCheckResult]:
    """Whether the batch was let in, whole, and what it lacks followed."""
    key, kept = (
        key_of(outcome.dataset),
        "It is suspiciously small, or has records that cannot be read and may be those that it seems to lack.",
    )
    return [
        dg.AssetCheckResult(
            check_name="batch_loaded",
            asset_key=key,
            passed=outcome.error is None,
            severity=dg.AssetCheckSeverity.ERROR,
            description=str(outcome.error) if outcome.error else None,
            metadata={"refused": account.refused},
        ),
        dg.AssetCheckResult(
            check_name="quarantine_share",
            asset_key=key,
            passed=account.bad_share <= outcome.dataset.shape.most_quarantined,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"read": account.read, "quarantined": account.quarantined, "share": account.bad_share},
        ),
        dg.AssetCheckResult(
            check_name="snapshot_followed",
            asset_key=key,
            passed=account.kept_back == 0,
            severity=dg.AssetCheckSeverity.WARN,
            description=kept if account.kept_back else None,
            metadata={"kept back": account.kept_back},
        ),
    ]


def _no_undeclared(key: dg.AssetKey, account: Account) -> dg.AssetCheckResult:
    found = account.undeclared
    table = {"fields": dg.MetadataValue.md(undeclared_table(found))} if found else {}
    told = "Not loaded. Declare each in the source's YAML, or name it under 'ignore' of its 'read': `ansvar discover` gives the lines."
    return dg.AssetCheckResult(
        check_name="no_undeclared_fields",
        asset_key=key,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=told if found else None,
        metadata={"undeclared fields": len(found), **table},
    )


def _no_vanished(key: dg.AssetKey, account: Account) -> dg.AssetCheckResult:
    found = account.vanished
    told = "No record has them any more. Has the source renamed or dropped them? Mend 'from' of each, or take it out of the source's YAML."
    return dg.AssetCheckResult(
        check_name="no_vanished_fields",
        asset_key=key,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=told if found else None,
        metadata={"vanished fields": len(found)} | ({"fields": ", ".join(found)} if found else {}),
    )


def _tags_match(outcome: Outcome) -> dg.AssetCheckResult:
    found = outcome.mismatches
    table = {"fields": dg.MetadataValue.md(mismatch_table(found))} if found else {}
    return dg.AssetCheckResult(
        check_name="tags_match_values",
        asset_key=key_of(outcome.dataset),
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description="Look at these fields, and correct the category of each that is tagged wrongly." if found else None,
        metadata={"mismatching fields": len(found), **table},
    )


def _fit(outcome: Outcome) -> dg.AssetCheckResult:
    found = outcome.unfit
    table = {"fields": dg.MetadataValue.md(unfit_table(found))} if found else {}
    told = "They are kept as the source gave them, and join nobody: mend them in the source."
    return dg.AssetCheckResult(
        check_name="identifiers_fit",
        asset_key=key_of(outcome.dataset),
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=told if found else None,
        metadata={"records with a value that does not identify": sum(each.records for each in found), **table},
    )


def _as_of(outcome: Outcome) -> str:
    return f"{outcome.read_at:%Y-%m-%dT%H:%M:%SZ}" if outcome.read_at else "never read"
