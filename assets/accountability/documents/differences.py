"""What changed from one version of the privacy notice to another, in words that its readers understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.accountability.documents.changes import Changes
from assets.accountability.documents.notice import country_name
from assets.accountability.documents.periods import tell_periods
from assets.accountability.documents.speaking import listed, spoken
from resources.spoken import article_in_words
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content

# All that `model.notice_content` gives, in the order in which changes are told; what else a kept version bears is no part of the notice.
_PARTS = (
    "version",
    "date",
    "name",
    "controller",
    "authority",
    "data_subjects",
    "purposes",
    "other_bases",
    "held",
    "origins",
    "recipients",
    "retention",
    "own",
    "rights",
    "security",
    "profiling",
    "duties",
    "periods",
    "versions",
)


def differences(old: Content, new: Content, language: str) -> list[str]:
    """The differences of two notices as sentences; one that says so where there are none.

    Args:
        old: the earlier notice, as `model.notice_content` gave it.
        new: the later one.
        language: `fi`, `sv` or `en`.
    """
    old, new = ({part: content.get(part, {}) for part in _PARTS} for content in (old, new))
    changes = Changes(spoken(old, language), spoken(new, language), language)
    _tell_papers(changes)
    _tell_data_subjects(changes)
    _tell_purposes(changes)
    _tell_held(changes)
    _tell_origins(changes)
    _tell_recipients(changes)
    tell_periods(changes)
    _tell_rest(changes)
    if changes.told or old == new:
        return changes.told or [changes.text("diff_none")]
    others = [each for each in LANGUAGES if spoken(old, each) != spoken(new, each)]
    if language in others:
        return [changes.text("diff_other")]
    return [changes.text("diff_other_languages", languages=listed(changes.text(f"language_{each}") for each in others))]


def _tell_papers(changes: Changes) -> None:
    """The version, who answers, and the authority."""
    for path in ("version", "date", "name"):
        changes.value(path, changes.old[path], changes.new[path])
    for paper, paths in {
        "controller": ("name", "business_id", "address"),
        "officer": ("email", "address"),
        "authority": ("name", "url"),
    }.items():
        before, after = (_paper(said, paper) for said in (changes.old, changes.new))
        for path in paths:
            changes.value(f"{paper}_{path}", before.get(path), after.get(path))


def _paper(said: dict[str, Any], paper: str) -> dict[str, Any]:
    found: dict[str, Any] = said["controller"].get("data_protection_officer", {}) if paper == "officer" else said[paper]
    return found


def _tell_data_subjects(changes: Changes) -> None:
    for before, after in changes.ones("data_subjects"):
        known = ({key: label for key, label in _kept(changes).items() if key in one["datasets"]} for one in (before, after))
        changes.members("datasets", after["label"], *known)


def _kept(changes: Changes) -> dict[str, str]:
    """The data sets that both notices have: of those that came or went as a whole, nothing more is told than that."""
    return {key: each["label"] for key, each in changes.new["retention"].items() if key in changes.old["retention"]}


def _tell_purposes(changes: Changes) -> None:
    def basis(purpose: dict[str, Any]) -> str:
        return f"{purpose['legal_basis']} ({article_in_words(purpose['article'], changes.language)})"

    for before, after in changes.ones("purposes"):
        changes.attribute("legal_basis", after["label"], basis(before), basis(after))
        changes.reworded("balancing", after["label"], before["balancing"], after["balancing"])
    for before, after in changes.ones("other_bases", "legal_basis"):
        changes.attribute("legal_basis", after["legal_basis"], basis(before), basis(after))
        _tell_fields(changes, after["legal_basis"], before["datasets"], after["datasets"])


def _tell_held(changes: Changes) -> None:
    """What is held: first the categories of data as a whole, then what stands under each promise."""
    before, after = (
        {key: label for held in said["held"].values() for key, label in held["categories"].items()} for said in (changes.old, changes.new)
    )
    changes.listed("category", before, after)
    for was, held in changes.ones("held"):
        if bool(was["nothing_held"]) != bool(held["nothing_held"]):
            changes.say("diff_nothing_held" if held["nothing_held"] else "diff_now_held", label=held["label"], reason=held["nothing_held"])
        else:
            changes.reworded("nothing_held", held["label"], was["nothing_held"], held["nothing_held"])
        known = {key: label for key, label in was["categories"].items() if key in after}
        changes.members("categories", held["label"], known, {key: label for key, label in held["categories"].items() if key in before})
        _tell_fields(changes, held["label"], was["datasets"], held["datasets"])


def _tell_fields(changes: Changes, of: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Which particulars of which data sets came under something or went."""
    for key, label in _kept(changes).items():
        changes.members("fields", f"{label} – {of}", before.get(key, {}), after.get(key, {}))


def _tell_origins(changes: Changes) -> None:
    for before, after in changes.ones("origins"):
        changes.members(
            "held", after["label"], *(_promises(said, one["held"]) for said, one in ((changes.old, before), (changes.new, after)))
        )


def _tell_recipients(changes: Changes) -> None:
    for before, after in changes.ones("recipients"):
        label = after["label"]
        changes.attribute("kind", label, changes.text(f"short_{before['kind']}"), changes.text(f"short_{after['kind']}"))
        changes.attribute("task", label, before["task"], after["task"])
        changes.attribute("country", label, *(country_name(one["country"], changes.language) for one in (before, after)))
        grounds = [changes.text(f"ground_{one['transfer']['ground']}") if one["transfer"] else None for one in (before, after)]
        changes.attribute("transfer", label, *grounds)
        if before["transfer"] and after["transfer"]:
            changes.reworded("safeguard", label, before["transfer"]["safeguard"], after["transfer"]["safeguard"])
        changes.members("systems", label, before["systems"], after["systems"])
        changes.members("recipient_purposes", label, before["purposes"], after["purposes"])
        changes.members("gets", label, _promises(changes.old, before["gets"]), _promises(changes.new, after["gets"]))


def _promises(said: dict[str, Any], names: list[str]) -> dict[str, str]:
    return {name: said["held"].get(name, {}).get("label", name) for name in names}


def _tell_rest(changes: Changes) -> None:
    """Rights, security, profiling, the other promises, and the list of versions."""
    for before, after in changes.ones("rights"):
        changes.reworded("how", after["label"], before["how"], after["how"])
    for part in ("security", "profiling"):
        changes.reworded("text", changes.text(f"section_{part}"), changes.old[part], changes.new[part])
    for part in ("duties", "periods"):
        changes.listed("promise", changes.old[part], changes.new[part])
    kept = changes.old["versions"].keys() & changes.new["versions"].keys()
    if any(changes.old["versions"][each] != changes.new["versions"][each] for each in kept) or changes.old["versions"].keys() - kept:
        changes.reworded("text", changes.text("section_versions"), "before", "after")
