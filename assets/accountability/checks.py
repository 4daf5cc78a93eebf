"""Declares the checks of the notice's promises, on the assets that they are about."""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets.accountability.promises.finding import Finding, State
from assets.accountability.promises.judge import checks
from assets.accountability.promises.status import judge_some, remedy
from assets.declare import Opener, guarded
from resources.catalogue import Catalogue

PROMISES_STEP = "promises_kept"


def promise_checks(catalogue: Catalogue, register: Opener, upstream: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """One check for each promise and each asset that it is about, named after the promise; made when what is `upstream` is done."""
    promises = catalogue.notice.promises
    specs = [
        dg.AssetCheckSpec(
            check.promise,
            asset=list(target),
            description=f"Promise of the notice: {promises[check.promise].label.en}.",
            additional_deps=upstream,
        )
        for check in checks(catalogue)
        for target in check.targets
    ]

    @dg.multi_asset_check(name=PROMISES_STEP, specs=specs, can_subset=True)
    def promises_kept(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with guarded():
            wanted = [(key.name, tuple(key.asset_key.path)) for key in context.selected_asset_check_keys]
            for finding in judge_some(register(context.run.run_id), wanted):
                yield _result(finding)

    return promises_kept


def _result(finding: Finding) -> dg.AssetCheckResult:
    judgement = finding.judgement
    return dg.AssetCheckResult(
        check_name=finding.promise,
        asset_key=list(finding.target),
        passed=judgement.state is not State.BROKEN,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{judgement.state.value}. {remedy(judgement, 'en')}".strip(),
        metadata={key: value if isinstance(value, int) else str(value) for key, value in judgement.evidence.items()},
    )
