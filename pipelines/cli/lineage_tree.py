"""How `ansvar lineage` shows a column to people: on about one screen; all of it stands in its JSON."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assets.lineage import Lineage
    from resources.catalogue.lineage_scope import Base
    from resources.catalogue.tags import Tags

    Following = Callable[[str, str], frozenset[Base]]

WIDTH, HEIGHT = 160, 40
_ELSEWHERE = " (opened elsewhere)"
_ROOM = WIDTH - len(_ELSEWHERE)
MOST = 3  # of a list of words or columns; the rest is counted
_BRANCHES = (1_000, 12, 8, 5, MOST, 2, 1)
_DEPTHS = (1_000, 6, 5, 4, 3)
# How many branches of a step are shown, and how deep they are followed: the first with which all fits.
_CUTS = [(most, depth) for depths in (_DEPTHS, (2, 1, 0)) for most in _BRANCHES for depth in depths]


def described(lineage: Lineage, base: Base) -> list[str]:
    """The lines on a column: its tags in full, what it is made of, what is made of it, and where else it goes."""
    column = lineage.column(*base)
    head = [
        *_wrapped(f"{name(base)}  {in_words(column.tags)}"),
        *_wrapped(f"  {column.description.rstrip('.')} ({column.file}:{column.line})"),
    ]
    foot = [line for told in _told(lineage, base) for line in _wrapped(f"  {told}")]
    trees: list[str] = []
    for most, depth in _CUTS:
        trees = [line for part in _parts(lineage, base, most, depth) for line in part]
        if len(head) + len(trees) + len(foot) <= HEIGHT:
            break
    return [*head, *trees, *foot]


def name(base: Base) -> str:
    """A column as people name it."""
    return ".".join(base)


def besides(lineage: Lineage, base: Base) -> list[Base]:
    """What a field of the register does not go into, but its source's field does: quarantine, and what identifies the record."""
    table = lineage.tables[base[0]]
    if table.kind != "table" or table.dataset is None:
        return []
    fields = [each for each in lineage.sources(*base) if lineage.tables[each[0]].kind == "source"]
    targets = {target for field in fields for target in lineage.targets(*field)}
    return sorted(each for each in targets if lineage.tables[each[0]].dataset is None)


def in_words(tags: Tags, most: int | None = None) -> str:
    """The tags that tell most, on one line; of each at most so many words, and how many more there are."""
    shown = tags.as_dict()
    words = [_words(value, most) for key in ("categories", "origins", "promises") if isinstance(value := shown.get(key), list)]
    words += [f"{key} {_words(value, most)}" for key in ("identifies", "withhold") if isinstance(value := shown.get(key), list)]
    words += [key.replace("_", " ") for key in ("shared", "mentions_others") if key in shown]
    return f"[{' | '.join(words)}]"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _told(lineage: Lineage, base: Base) -> Iterator[str]:
    """What is told below the trees, from which it may have been cut."""
    also = besides(lineage, base)
    if also:
        yield f"its source's field also goes into: {_listed(also, None)}"
    files = sorted({table for table, _ in lineage.downstream(*base) if lineage.tables[table].kind == "bundle"})
    if files:
        yield f"stands in the bundle's files: {', '.join(each.removeprefix('bundle:') for each in files)}"


def _parts(lineage: Lineage, base: Base, most: int, depth: int) -> Iterator[list[str]]:
    for title, following in (("comes from", lineage.sources), ("goes into", lineage.targets)):
        tree = _Tree(lineage, following, most, depth)
        yield [f"  {title}{'' if following(*base) else ': nothing'}", *tree.lines(base)]


class _Tree:
    """The lines of a tree; what stands in it already is not opened again."""

    def __init__(self, lineage: Lineage, following: Following, most: int, depth: int) -> None:
        self.lineage = lineage
        self.following = following
        self.most = most
        self.depth = depth

    def lines(self, base: Base) -> list[str]:
        lines: list[str] = []
        seen = {base}
        waiting = self._steps(base, 0, seen)
        while waiting:
            step = waiting.pop()
            if isinstance(step, str):
                lines.append(step)
                continue
            column, above, depth = step
            again = column in seen
            lines.append(self._line([column], above, depth) + (_ELSEWHERE if again else ""))
            if not again:
                seen.add(column)
                waiting += self._steps(column, depth + 1, seen)
        return lines

    def _steps(self, base: Base, depth: int, seen: set[Base]) -> list[str | tuple[Base, Base, int]]:
        """The steps of a column, the last first: on top those that end here, then those to be opened."""
        steps = sorted(self.following(*base))
        ends = [each for each in steps if not self.following(*each)]
        again = [each for each in steps if each in seen and each not in ends]
        further = sorted((each for each in steps if each not in ends and each not in again), key=self._is_far)
        found: list[str | tuple[Base, Base, int]] = [*self._ends(ends, base, depth)]
        if depth < self.depth:
            found += [(each, base, depth) for each in further[: self.most]]
            further = further[self.most :]
        if again:
            found.append(_indented(depth, _listed(again, MOST) + _ELSEWHERE))
        if further:
            found.append(_indented(depth, f"{_listed(further, MOST)}, which {'go' if len(further) > 1 else 'goes'} on"))
        return found[::-1]

    def _ends(self, ends: list[Base], above: Base, depth: int) -> list[str]:
        """Steps that nothing follows, those of the same tags on one line; the bundle's files are never cut."""
        files = [self._line([*group], above, depth, most=None) for _, group in self._alike(each for each in ends if self._is_file(each))]
        others = [[*group] for _, group in self._alike(each for each in ends if not self._is_file(each))]
        rest = [each for group in others[self.most :] for each in group]
        lines = [self._line(group, above, depth) for group in others[: self.most]]
        return [*files, *lines, *([_indented(depth, f"and {len(rest)} more")] if rest else [])]

    def _alike(self, bases: Iterable[Base]) -> Iterator[tuple[str, Iterator[Base]]]:
        def tags(base: Base) -> str:
            return in_words(self.lineage.tags(*base))

        return groupby(sorted(bases, key=tags), tags)

    def _is_far(self, base: Base) -> bool:
        """Whether a column reaches no file of the bundle: what goes out to the person is shown first."""
        return not any(self._is_file(each) for each in self.lineage.downstream(*base))

    def _is_file(self, base: Base) -> bool:
        return self.lineage.tables[base[0]].kind == "bundle"

    def _line(self, bases: list[Base], above: Base, depth: int, most: int | None = MOST) -> str:
        """Columns with their tags, where these differ from those of the step above; as many words of each as the line has room for."""
        start, tags = _indented(depth, _listed(bases, most)), self.lineage.tags(*bases[0])
        if tags == self.lineage.tags(*above):
            return start
        lines = [f"{start}  {in_words(tags, words)}" for words in range(MOST, 0, -1)]
        return next((line for line in lines if len(line) <= _ROOM), f"{lines[-1][: _ROOM - 1]}…")


def _indented(depth: int, text: str) -> str:
    return f"    {'  ' * depth}{text}"


def _listed(bases: list[Base], most: int | None) -> str:
    return _words([name(each) for each in bases], most)


def _words(words: list[str], most: int | None) -> str:
    more = len(words) - most if most is not None and len(words) > most else 0
    return ", ".join(words[:most]) + (f" and {more} more" if more else "")
