"""How retention periods changed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.accountability.documents.notice import counted_from
from resources.calendar import Period

if TYPE_CHECKING:
    from assets.accountability.documents.changes import Changes

_DAYS_A_MONTH = 30.436875  # on the average of 400 years


def tell_periods(changes: Changes) -> None:
    """Tell of each data set whether it came or went, and whether its period, its anchor or its reason changed."""
    before, after = changes.old["retention"], changes.new["retention"]
    for key in [each for each in after if each not in before]:
        changes.say("diff_dataset_added", label=_named(after[key]), period=after[key]["words"])
    for key in [each for each in before if each not in after]:
        changes.say("diff_removed", what=changes.text("noun_dataset"), label=_named(before[key]))
    for key in [each for each in after if each in before]:
        _tell_dataset(changes, before[key], after[key])
    before, after = changes.old["own"], changes.new["own"]
    changes.listed("own", *({key: each["label"] for key, each in own.items()} for own in (before, after)))
    for key in [each for each in after if each in before]:
        _tell_period(changes, after[key]["label"], before[key], after[key])
        changes.attribute("anchor", after[key]["label"], before[key]["from"], after[key]["from"])


def _tell_dataset(changes: Changes, before: dict[str, Any], after: dict[str, Any]) -> None:
    label = after["label"]
    if before["label"] != label:
        changes.say("diff_renamed", what=changes.text("noun_dataset"), old=before["label"], new=label)
    if before["source"] != after["source"]:
        changes.say_once("diff_renamed", what=changes.text("noun_system"), old=before["source"], new=after["source"])
    _tell_period(changes, label, before, after)
    was, now = (counted_from(each, changes.language, quoted=False) for each in (before, after))
    changes.attribute("anchor", label, was, now)
    for key in dict.fromkeys([*before["fields"], *after["fields"]]):
        was, field = before["fields"].get(key), after["fields"].get(key)
        if was is None:
            changes.say("diff_earlier_added", label=label, field=field["label"], period=field["words"])
        elif field is None:
            changes.say("diff_earlier_removed", label=label, field=was["label"])
        else:
            changes.members("fields", label, {key: was["label"]}, {key: field["label"]})
            _tell_period(changes, f"{label}: {field['label']}", was, field)


def _tell_period(changes: Changes, label: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    if before["period"] != after["period"]:
        key = {-1: "diff_shortened", 0: "diff_period", 1: "diff_lengthened"}[_compared(before["period"], after["period"])]
        changes.say(key, label=label, old=before["words"], new=after["words"])
    elif before["words"] != after["words"]:
        changes.reworded("period", label, before["words"], after["words"])
    if before["reason"].replace(before["words"], after["words"]) != after["reason"]:
        changes.reworded("reason", label, before["reason"], after["reason"])


def _compared(before: str, after: str) -> int:
    """Which of two periods is longer; 0 where one of them is none alone, so that nobody can say."""
    try:
        old, new = (period.months * _DAYS_A_MONTH + period.days for period in (Period.parse(before), Period.parse(after)))
    except ValueError:
        return 0
    return (new > old) - (new < old)


def _named(dataset: dict[str, Any]) -> str:
    return f"{dataset['label']} ({dataset['source']})"
