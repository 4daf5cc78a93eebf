"""The sentences that changes are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.accountability.documents.speaking import listed, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Changes:
    """Two notices in one language, and the sentences told so far of how they differ."""

    def __init__(self, old: dict[str, Any], new: dict[str, Any], language: str) -> None:
        """Begin with nothing told."""
        self.old = old
        self.new = new
        self.language = language
        self.text = wording(language).text
        self.told: list[str] = []

    def say(self, key: str, **values: object) -> None:
        """Tell a change by the key of its sentence."""
        self.told.append(self.text(key, **values))

    def ones(self, part: str, label: str = "label") -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The entries of a part that both notices have, before and after, once it is told which came, went or were renamed.

        Args:
            part: a part of the notice whose entries have ids.
            label: the key of an entry's name.
        """
        before, after = self.old[part], self.new[part]
        self.listed(part, *({key: each[label] for key, each in entries.items()} for entries in (before, after)))
        return ((before[key], after[key]) for key in after if key in before)

    def listed(self, what: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Tell which labels of a kind came, which went and which were reworded."""
        noun = self.text(f"noun_{what}")
        for key in [each for each in after if each not in before]:
            self.say("diff_added", what=noun, label=after[key])
        for key in [each for each in before if each not in after]:
            self.say("diff_removed", what=noun, label=before[key])
        for key in [each for each in after if each in before and before[each] != after[each]]:
            self.say("diff_renamed", what=noun, old=before[key], new=after[key])

    def members(self, what: str, label: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Tell what now also belongs to an entry, what no longer does, and what of it was renamed."""
        for key, there, not_there in (("more", after, before), ("less", before, after)):
            found = [text for each, text in there.items() if each not in not_there]
            if found:
                self.say(f"diff_{key}_{what}", label=label, what=listed(found))
        for each in [each for each in after if each in before and before[each] != after[each]]:
            self.say_once("diff_called", old=before[each], new=after[each])

    def say_once(self, key: str, **values: object) -> None:
        """Tell a change that several parts of the notice bear."""
        sentence = self.text(key, **values)
        if sentence not in self.told:
            self.told.append(sentence)

    def value(self, what: str, before: str | None, after: str | None) -> None:
        """Tell that a particular of the notice itself has another value."""
        if before != after:
            self.say("diff_value", what=self.text(f"value_{what}"), old=self._or_nothing(before), new=self._or_nothing(after))

    def attribute(self, what: str, label: str, before: str | None, after: str | None) -> None:
        """Tell that something short about an entry changed."""
        if before != after:
            self.say("diff_attribute", of=self.text(f"of_{what}"), label=label, old=self._or_nothing(before), new=self._or_nothing(after))

    def reworded(self, what: str, label: str, before: str | None, after: str | None) -> None:
        """Tell that a longer text about an entry came, went or was reworded."""
        if before != after:
            key = "diff_text_reworded" if before and after else "diff_text_added" if after else "diff_text_removed"
            self.say(key, of=self.text(f"of_{what}"), label=label)

    def _or_nothing(self, text: str | None) -> str:
        return text or self.text("diff_nothing")
