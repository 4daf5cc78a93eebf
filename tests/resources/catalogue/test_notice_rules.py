"""What must hold between the notice and the rest: whatever it says is so, or the register is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.positions import Problem

    Problems = Callable[[], list[Problem]]


def _change(small: Path, right: str, wrong: str, file: str = "notice.yaml") -> None:
    path = small / file
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1, right
    path.write_text(text.replace(right, wrong), encoding="utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("country: FI", "country: UK", "'UK' is no country: write its ISO 3166-1 code, as FI, SE or GB"),
        (
            "country: FI",
            "country: US",
            "'transfer' is missing: US is outside the EEA, so name the ground and the safeguard (Art. 44–49)",
        ),
        ("email: dpo@example.com", "email: dpo at example.com", "'dpo at example.com' is not one: write it as name@company.example"),
        ('url: "https://example.com"', 'url: "javascript:alert(1)"', "'javascript:alert(1)' is not one: write it as https://…"),
        (
            "legal_bases: [legitimate_interest, contract, legal_obligation, consent]",
            "legal_bases: [legitimate_interest, legal_obligation, consent]",
            "purpose invoicing: 'contract' is none of the notice's 'legal_bases': name it there, and in 'basis'",
        ),
        (
            "purposes:\n  customer_support: {label: {en: Support, sv: Stöd, fi: Tuki}, legal_basis: legitimate_interest, balancing: ",
            "purposes:\n  customer_support: {label: {en: Support, sv: Stöd, fi: Tuki}, legal_basis: legitimate_interest, weighing: ",
            "purpose customer_support: 'balancing' is missing: say how the legitimate interest was weighed against the persons' own",
        ),
    ],
)
def test_what_the_notice_says_must_make_sense(small: Path, problems: Problems, right: str, wrong: str, said: str) -> None:
    """A country, an address, a legal basis or a balancing that cannot be is refused, with what to do."""
    _change(small, right, wrong)
    assert said in {problem.message for problem in problems()}


def test_what_a_period_covers_is_kept_by_it(small: Path, problems: Problems) -> None:
    """Data that a promise of a period covers may not be kept by a rule under another promise: the promise would be said and not kept."""
    _change(
        small,
        "  orders_1_year: {label",
        "  open_orders: {label: {en: Open, sv: Öppna, fi: Avoimet}}\n  orders_1_year: {covers: [orders], label",
    )
    _change(small, "open: keep\n    promise: orders_1_year", "open: keep\n    promise: open_orders", "retention.yaml")
    found = [problem.message for problem in problems() if "covers" not in problem.message]
    assert len(found) == 1
    assert found[0].startswith("promise orders_1_year: sources/")
    assert found[0].endswith("under 'orders', and its rule 'open_orders' is under 'open_orders': use one under this")


def test_a_period_that_nothing_is_kept_by(small: Path, problems: Problems) -> None:
    """A promise of a period whose rule no data set follows is refused."""
    _change(small, "  orders_1_year: {label", "  forms_1_year: {label: {en: Forms, sv: Formulär, fi: Lomakkeet}}\n  orders_1_year: {label")
    rules = small / "retention.yaml"
    text = rules.read_text(encoding="utf-8")
    rule = "  forms: {period: P1Y, promise: forms_1_year, reason: {en: Forms, sv: Formulär, fi: Lomakkeet}}\n"
    rules.write_text(text.replace("rules:\n", "rules:\n" + rule), encoding="utf-8")
    assert [problem.message for problem in problems()] == [
        "promise forms_1_year: nothing is kept by its rule (forms): take both away, or use the rule for the data it is about"
    ]


@pytest.mark.parametrize(
    ("bundles", "said"),
    [
        ("{release: when_needed}", "needs a 'recipient', for whom what goes out at once is encrypted"),
        ("{release: when_needed, recipient: age1nonsense}", "age1"),
        ("{release: never}", "always"),
    ],
)
def test_bundles_that_go_out_at_once_need_a_recipient(small: Path, problems: Problems, bundles: str, said: str) -> None:
    """What goes out without a person's look is encrypted for somebody, and by default nothing does."""
    _change(small, "profiling: *text", f"profiling: *text\nbundles: {bundles}")
    found = [problem.message for problem in problems()]
    assert (len(found), said in found[0]) == (1, True), found
