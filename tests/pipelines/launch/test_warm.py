"""What is read and made before runs are forked."""

from __future__ import annotations

from assets.page import environment
from assets.rights.redaction.words import listed
from assets.rights.wording import texts
from pipelines.launch.warm import warm
from resources.countries import countries


def test_no_run_reads_again_what_all_of_them_need() -> None:
    """The texts, the countries and the templates of a bundle are in memory, and so are the words by which names are known."""
    warm()
    before = [each.cache_info().misses for each in (texts, countries)]
    texts()
    countries()
    assert [each.cache_info().misses for each in (texts, countries)] == before
    templates = environment("assets.rights")
    assert {name for _, name in templates.cache or {}} >= {"report.html"}
    assert listed("ordinary")
