"""What must hold of `retention.yaml`: each rule has one form, names what there is, and comes to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.calendar import Period
from resources.catalogue.lineage import LineageError, parse
from resources.catalogue.names import is_known
from resources.catalogue.placeholders import PERIOD, check_placeholders
from resources.catalogue.positions import Problem, nearest
from resources.catalogue.retention_shapes import OwnShape
from resources.limits import ByLaw, Calendar, Event, Longest, Shortest
from resources.spoken import action_in_words, law_in_words, own_period_in_words
from resources.warehouse.portable import refusals
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue.names import Names
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.retention_shapes import MinimumShape, RetentionShape, RuleShape
    from resources.catalogue.shapes import Label
    from resources.limits import Limit

RELATIONS = "relations"
_FORMS = {"period": "period", "while": "while_", "longest": "longest", "shortest": "shortest"}


def resolved(document: Document, retention: RetentionShape) -> RetentionShape:
    """The rules with their names resolved and their reasons put into words; a rule that refers to itself is reported."""
    resolving = _Resolving(document, retention)
    return retention.model_copy(update={"rules": {name: resolving.rule(name) for name in retention.rules}})


def check_retention(document: Document, retention: RetentionShape, names: Names) -> None:
    """Each rule's form, promise and reason, the relations, and the rules of what the register makes itself."""
    for name, rule in retention.rules.items():
        is_known(document, ("rules", name, "promise"), rule.promise, names.promises, "promise of notice.yaml")
        check_placeholders(document, ("rules", name, "reason"), rule.reason)
        if rule.erasure is not None:
            check_placeholders(document, ("rules", name, "erasure", "reason"), rule.erasure.reason)
        _check_form(document, name, rule, retention)
        _check_action(document, name, rule)
    for key in OwnShape.model_fields:
        own = getattr(retention.own, key)
        if (
            own is not None
            and is_known(document, ("own", key), own, names.rules, "rule of this file")
            and not _is_plain(retention.rules[own])
        ):
            hint = "what the register makes itself is deleted after a calendar period: use a rule with 'period', and no 'action'"
            document.report(("own", key), f"'{own}' cannot be used here: {hint}")
    used = {rule.while_ for rule in retention.rules.values()}
    for name in retention.relations.keys() - used:
        document.report(("relations", name), "no rule waits for it: name it in 'while', or remove it")


def relation_texts(document: Document, retention: RetentionShape, folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """The SQL of each relation, and the mistakes in their files."""
    texts: dict[str, str] = {}
    problems = []
    for name in retention.relations if document.is_whole((RELATIONS,)) else ():
        file = f"{RELATIONS}/{name}.sql"
        try:
            texts[name] = (folder / file).read_text(encoding="utf-8")
            parse(texts[name], file)
            problems += [Problem(file, each.line, 1, f"{each.construct} is not portable: {each.instead}") for each in refusals(texts[name])]
        except (OSError, UnicodeDecodeError):
            document.report((RELATIONS, name), f"{file} cannot be read: write the SELECT that gives '_record' and 'held_until' there")
        except LineageError as error:
            problems += error.problems
    for path in sorted((folder / RELATIONS).glob("*.sql")):
        if path.stem not in retention.relations and document.is_whole((RELATIONS,)):
            problems.append(
                Problem(f"{RELATIONS}/{path.name}", 1, 1, f"is not read: declare '{path.stem}' under 'relations' in retention.yaml")
            )
    return texts, problems


def _check_form(document: Document, name: str, rule: RuleShape, retention: RetentionShape) -> None:
    place: Location = ("rules", name)
    forms = [key for key, attribute in _FORMS.items() if getattr(rule, attribute) is not None or document.is_broken((*place, key))]
    if not forms:
        document.report((*place, "period"), "'period' is missing: state it, or 'while', 'longest' or 'shortest'")
    elif len(forms) > 1:
        document.report((*place, forms[1]), f"'{forms[0]}' and '{forms[1]}' do not go together: a rule has one form")
    if rule.while_ is not None and rule.grace is None and not document.is_broken((*place, "grace")):
        document.report((*place, "grace"), "'grace' is missing: state for how long the record is kept after the relation has ended")
    for key, attribute, form in (("grace", "grace", "while"), ("from", "from_", "period")):
        if attribute in rule.model_fields_set and form not in forms:
            document.report((*place, key), f"'{key}' has no meaning without '{form}'")
    known = retention.relations.keys() if document.is_whole((RELATIONS,)) else None
    is_known(document, (*place, "while"), rule.while_, known, "relation of this file")


def _check_action(document: Document, name: str, rule: RuleShape) -> None:
    place: Location = ("rules", name)
    if document.is_broken((*place, "action")):
        return
    for key, action in (("fields", "blank"), ("counts", "aggregate")):
        is_stated = bool(getattr(rule, key)) or document.is_broken((*place, key))
        if rule.action == action and not is_stated:
            document.report((*place, key), f"'{key}' is missing: 'action: {action}' needs it")
        if rule.action != action and is_stated:
            document.report((*place, key), f"'{key}' has no meaning without 'action: {action}'")


def _is_plain(rule: RuleShape) -> bool:
    return isinstance(rule.limit, Calendar) and rule.action == "delete"


class _Resolving:
    """Works out the limit of each rule."""

    def __init__(self, document: Document, retention: RetentionShape) -> None:
        self.document = document
        self.retention = retention
        self._found: dict[str, Limit] = {}
        self._open: list[str] = []

    def rule(self, name: str) -> RuleShape:
        """A rule with its limit and its reason in words."""
        rule, limit = self.retention.rules[name], self._limit(name)
        if rule.erasure is not None:
            rule = rule.model_copy(update={"erasure": rule.erasure.model_copy(update={"reason": _spoken(rule.erasure.reason, limit)})})
        return rule.resolved(limit, _reason(rule, limit))

    def _limit(self, name: str) -> Limit:
        if name not in self._found:
            self._open.append(name)
            self._found[name] = self._by_law(name, self.retention.rules[name])
            self._open.pop()
        return self._found[name]

    def _by_law(self, name: str, rule: RuleShape) -> Limit:
        limit = self._own(name, rule)
        return limit if rule.minimum is None else ByLaw(limit, (self._of_minimum(rule.minimum),))

    def _of_minimum(self, minimum: MinimumShape) -> Calendar:
        return Calendar(minimum.period, minimum.from_, self.retention.financial_year_ends_in)

    def _own(self, name: str, rule: RuleShape) -> Limit:
        nothing = Calendar(Period(0, 0))
        if rule.while_ is not None and rule.grace is not None:
            relation = self.retention.relations.get(rule.while_)
            return Event(
                rule.while_, rule.grace, dict.fromkeys(LANGUAGES, rule.while_) if relation is None else relation.label.model_dump()
            )
        for key, kind in (("longest", Longest), ("shortest", Shortest)):
            listed = getattr(rule, key)
            if listed is not None:
                place: Location = ("rules", name, key)
                return kind(tuple(self._part((*place, index), part) for index, part in enumerate(listed)))
        return nothing if rule.period is None else Calendar(rule.period, rule.from_, self.retention.financial_year_ends_in)

    def _part(self, place: Location, part: str) -> Limit:
        """A part of several: the name of a rule, or a period."""
        if part in self._open:
            self.document.report(place, f"rule '{part}' is made of itself: take it out")
        elif part in self.retention.rules:
            return self._limit(part)
        else:
            try:
                return Calendar(Period.parse(part))
            except ValueError:
                hint = nearest(part, self.retention.rules)
                self.document.report(place, f"'{part}' is neither a rule of this file nor a period such as P3M: {hint}")
        return Calendar(Period(0, 0))


def _spoken(label: Label, limit: Limit) -> Label:
    """A text whose `{period}` is the rule's own period in words."""
    words = {each: label.in_language(each).replace(PERIOD, own_period_in_words(limit, each)) for each in LANGUAGES}
    return label.model_copy(update=words)


def _reason(rule: RuleShape, limit: Limit) -> Label:
    """The reason as people read it: its period in words, then what the law demands, and what is kept afterwards."""
    return rule.reason.model_copy(update={language: " ".join(_sentences(rule, limit, language)) for language in LANGUAGES})


def _sentences(rule: RuleShape, limit: Limit, language: str) -> Iterator[str]:
    reason = rule.reason.in_language(language)
    wish = limit.wish if isinstance(limit, ByLaw) else limit
    is_known = not isinstance(wish, Calendar) or bool(wish.period.months or wish.period.days)
    yield reason.replace(PERIOD, own_period_in_words(limit, language)) if is_known else reason
    if rule.minimum is not None and isinstance(limit, ByLaw):
        yield law_in_words(limit.law[-1], rule.minimum.source.in_language(language).rstrip("."), language)
    if action := action_in_words(rule.action, language):
        yield action
