"""What must hold within `notice.yaml`, and between it and the rest: each promise has what it speaks of, and each name a meaning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phonenumbers import SUPPORTED_REGIONS
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fi import ytunnus

from resources.catalogue.placeholders import PERIOD, check_placeholders
from resources.catalogue.positions import nearest
from resources.catalogue.shapes import in_language
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue.model import Dataset, Field, Source
    from resources.catalogue.notice_shapes import NoticeShape, PromiseShape, RecipientShape
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.retention_shapes import RetentionShape
    from resources.catalogue.shapes import VocabularyShape

# What every notice promises beside what it holds and for how long; each has its check. The articles are those of the GDPR.
DUTIES = {
    "controller": "Art. 13(1)(a)",
    "contact": "Art. 12",
    "subjects": "Art. 30(1)(c)",
    "purposes": "Art. 5(1)(b)",
    "basis": "Art. 6",
    "origins": "Art. 14(2)(f)",
    "completeness": "Art. 5(1)(a)",
    "processors": "Art. 28",
    "partners": "Art. 21(3)",
    "authorities": "Art. 6(1)(c)",
    "eea": "Art. 44",
    "access": "Art. 15",
    "rectify": "Art. 16",
    "erase": "Art. 17",
    "limits": "Art. 15(4)",
    "object": "Art. 21",
    "restrict": "Art. 18",
    "complain": "Art. 77",
    "named_users": "Art. 32(4)",
    "at_rest": "Art. 32",
    "versions": "Art. 12(1)",
}
CONTROLLER = "controller"  # the operator of what no processor runs
RIGHTS = ("access", "rectify", "erase", "object", "restrict", "complain")
# The European Union, and Iceland, Liechtenstein and Norway (ISO 3166-1).
EEA = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU"),
        *("LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
_EMAIL = r"[^@\s]+@[^@\s]+[.][^@\s]+"
_ADDRESS = r"https?://[^\s]+"


def check_notice(document: Document, notice: NoticeShape, vocabulary: VocabularyShape) -> None:
    """What can be told from the notice and the vocabulary alone."""
    _check_addresses(document, notice)
    _check_purposes(document, notice, vocabulary)
    for name in notice.origins:
        _known(document, ("origins", name), name, vocabulary.origins, "origin")
    for name, recipient in notice.recipients.items():
        _check_recipient(document, ("recipients", name), recipient, notice)
    for name, article in DUTIES.items():
        if name not in notice.promises:
            document.report(("promises",), f"the promise '{name}' is missing: every notice makes it (GDPR {article})")
    for name in (each for each in RIGHTS if each not in notice.rights):
        document.report(("rights",), f"the right '{name}' is missing: say how a person uses it (GDPR {DUTIES[name]})")
    _check_versions(document, notice)


def _check_addresses(document: Document, notice: NoticeShape) -> None:
    """Who answers, and to whom one complains."""
    try:
        ytunnus.validate(notice.controller.business_id)
    except StdnumError:
        document.report(("controller", "business_id"), "is not a Finnish business id: its check digit is wrong")
    for key, value, pattern in (
        (("controller", "data_protection_officer", "email"), notice.controller.data_protection_officer.email, _EMAIL),
        (("authority", "url"), notice.authority.url, _ADDRESS),
    ):
        stated = {key: value} if isinstance(value, str) else {(*key, each): in_language(value, each) for each in LANGUAGES}
        for place, text in stated.items():
            if not document.is_broken(place) and not re.fullmatch(pattern, text):
                document.report(place, f"'{text}' is not one: write it as {'name@company.example' if pattern is _EMAIL else 'https://…'}")


def _check_purposes(document: Document, notice: NoticeShape, vocabulary: VocabularyShape) -> None:
    """The legal bases, and that each purpose rests on one of them."""
    for index, basis in enumerate(notice.legal_bases):
        _known(document, ("legal_bases", index), basis, vocabulary.legal_bases, "legal basis")
    for name, purpose in notice.purposes.items():
        place: Location = ("purposes", name)
        known = _known(document, (*place, "legal_basis"), purpose.legal_basis, vocabulary.legal_bases, "legal basis")
        if known and purpose.legal_basis not in notice.legal_bases and document.is_whole(("legal_bases",)):
            document.report(
                (*place, "legal_basis"), f"'{purpose.legal_basis}' is none of the notice's 'legal_bases': name it there, and in 'basis'"
            )
        if purpose.legal_basis == "legitimate_interest" and purpose.balancing is None:
            document.report(place, "'balancing' is missing: say how the legitimate interest was weighed against the persons' own")


def check_promises(  # noqa: PLR0913 - the notice is held against all the rest
    document: Document,
    notice: NoticeShape,
    vocabulary: VocabularyShape,
    retention: RetentionShape,
    sources: Iterable[Source],
    *,
    complete: bool = True,
) -> None:
    """Each promise speaks of data, of a retention rule, or of a duty; or says that nothing is held under it.

    Where mistakes leave open which fields and rules bear which promise, `complete` is false, and no promise is said to be without them.
    """
    datasets = [dataset for source in sources for dataset in source.datasets.values()]
    fields = [field for dataset in datasets for field in dataset.fields.values()]
    if complete and document.is_whole(("legal_bases",)) and document.is_whole(("purposes",)):
        _check_bases(document, notice, vocabulary, fields)
    held = {field.shape.promise for field in fields}
    ruled = {rule.promise for rule in retention.rules.values()}
    for name, promise in notice.promises.items():
        place: Location = ("promises", name)
        check_placeholders(document, (*place, "label"), promise.label)
        if name in DUTIES or name in ruled:
            if promise.nothing_held is not None:
                document.report((*place, "nothing_held"), "'nothing_held' has no meaning here: only a promise of what is held may say so")
        elif complete and name not in held and promise.nothing_held is None:
            document.report(place, "no field and no rule bears it: state 'nothing_held' with the reason, or tag what it speaks of")
        elif name in held and promise.nothing_held is not None:
            bearing = next(field for field in fields if field.shape.promise == name)
            document.report(
                (*place, "nothing_held"), f"says that nothing is held, and {bearing.file}:{bearing.line} holds '{bearing.name}'"
            )
        if complete:
            _check_coverage(document, place, promise, retention, datasets)
            _check_followed(document, place, name, retention, datasets)
        if complete and any(PERIOD in promise.label.in_language(language) for language in ("en", "sv", "fi")):
            periods = {str(rule.limit) for rule in retention.rules.values() if rule.promise == name}
            if len(periods) != 1:
                document.report((*place, "label"), f"'{PERIOD}' needs one period, and {len(periods)} are kept under this promise")


def _check_bases(document: Document, notice: NoticeShape, vocabulary: VocabularyShape, fields: Iterable[Field]) -> None:
    """No field states a legal basis that the notice does not name; those of purposes are told of at the purpose."""
    stated = {field.shape.legal_basis: field for field in fields if field.shape.legal_basis in vocabulary.legal_bases}
    for basis, field in stated.items():
        if basis not in notice.legal_bases:
            document.report(("legal_bases",), f"'{basis}' is missing: {field.file}:{field.line} holds '{field.name}' on it")


def _check_coverage(
    document: Document, place: Location, promise: PromiseShape, retention: RetentionShape, datasets: Iterable[Dataset]
) -> None:
    """What a promise of a period covers is kept by a rule under it, wherever it stands."""
    for index, covered in enumerate(promise.covers):
        fields = (field for dataset in datasets for field in dataset.fields.values() if field.retention in retention.rules)
        bearing = [field for field in fields if field.shape.promise == covered]
        if not bearing:
            document.report((*place, "covers", index), f"no field bears '{covered}': name a promise of what is held")
        for field in bearing:
            rule = retention.rules[field.retention]
            if rule.promise != place[-1]:
                what = f"{field.file}:{field.line} holds '{field.name}' under '{covered}'"
                document.report(
                    (*place, "covers", index), f"{what}, and its rule '{field.retention}' is under '{rule.promise}': use one under this"
                )
                break


def _check_followed(document: Document, place: Location, name: str, retention: RetentionShape, datasets: Iterable[Dataset]) -> None:
    """A promise of a period has a data set, or our own records, that are kept by it."""
    rules = {rule for rule, shape in retention.rules.items() if shape.promise == name}
    used = {field.retention for dataset in datasets for field in dataset.fields.values()} | {each.shape.retention for each in datasets}
    if rules and not rules & {*used, *retention.own.model_dump().values()}:
        document.report(
            place, f"nothing is kept by its rule ({', '.join(sorted(rules))}): take both away, or use the rule for the data it is about"
        )


def _check_recipient(document: Document, place: Location, recipient: RecipientShape, notice: NoticeShape) -> None:
    for index, promise in enumerate([] if document.is_broken(("promises",)) else recipient.receives):
        _known(document, (*place, "receives", index), promise, notice.promises, "promise of this notice")
    for index, purpose in enumerate(recipient.purposes):
        _known(document, (*place, "purposes", index), purpose, notice.purposes, "purpose of this notice")
    if recipient.kind == "partner" and not recipient.receives:
        document.report(place, "'receives' is missing: say which promises' data the partner is given")
    if recipient.country not in SUPPORTED_REGIONS:
        document.report((*place, "country"), f"'{recipient.country}' is no country: write its ISO 3166-1 code, as FI, SE or GB")
    elif recipient.country not in EEA and recipient.transfer is None:
        document.report(
            place, f"'transfer' is missing: {recipient.country} is outside the EEA, so name the ground and the safeguard (Art. 44–49)"
        )


def _check_versions(document: Document, notice: NoticeShape) -> None:
    seen: set[str] = set()
    for index, version in enumerate(notice.versions):
        if version.version in seen:
            document.report(
                ("versions", index, "version"), f"the version '{version.version}' stands here again: give each a name of its own"
            )
        seen.add(version.version)
        if index and version.date >= notice.versions[index - 1].date:
            document.report(("versions", index, "date"), "is not before the version above it: versions stand newest first")


def _known(document: Document, place: Location, word: str, known: Iterable[str], what: str) -> bool:
    names = list(known)
    if word not in names:
        document.report(place, f"'{word}' is no {what}: {nearest(word, names)}")
    return word in names
