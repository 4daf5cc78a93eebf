"""What must hold within `notice.yaml`, and between it and the rest: each promise has what it speaks of, and each name a meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fi import ytunnus

from resources.catalogue.positions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue.model import Source
    from resources.catalogue.notice_shapes import NoticeShape, RecipientShape
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import RetentionShape, VocabularyShape

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
PERIOD = "{period}"


def check_notice(document: Document, notice: NoticeShape, vocabulary: VocabularyShape) -> None:
    """What can be told from the notice and the vocabulary alone."""
    try:
        ytunnus.validate(notice.controller.business_id)
    except StdnumError:
        document.report(("controller", "business_id"), "is not a Finnish business id: its check digit is wrong")
    for name, purpose in notice.purposes.items():
        place: Location = ("purposes", name)
        _known(document, (*place, "legal_basis"), purpose.legal_basis, vocabulary.legal_bases, "legal basis")
        if purpose.legal_basis == "legitimate_interest" and purpose.balancing is None:
            document.report(place, "'balancing' is missing: say how the legitimate interest was weighed against the persons' own")
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


def check_promises(
    document: Document, notice: NoticeShape, retention: RetentionShape, sources: Iterable[Source], *, complete: bool = True
) -> None:
    """Each promise speaks of data, of a retention rule, or of a duty; or says that nothing is held under it.

    Where mistakes leave open which fields and rules bear which promise, `complete` is false, and no promise is said to be without them.
    """
    fields = [field for source in sources for dataset in source.datasets.values() for field in dataset.fields.values()]
    held = {field.shape.promise for field in fields}
    ruled = {rule.promise for rule in retention.rules.values()}
    for name, promise in notice.promises.items():
        place: Location = ("promises", name)
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
        if complete and any(PERIOD in promise.label.in_language(language) for language in ("en", "sv", "fi")):
            periods = {str(rule.period) for rule in retention.rules.values() if rule.promise == name}
            if len(periods) != 1:
                document.report((*place, "label"), f"'{PERIOD}' needs one period, and {len(periods)} are kept under this promise")


def _check_recipient(document: Document, place: Location, recipient: RecipientShape, notice: NoticeShape) -> None:
    for index, promise in enumerate([] if document.is_broken(("promises",)) else recipient.receives):
        _known(document, (*place, "receives", index), promise, notice.promises, "promise of this notice")
    for index, purpose in enumerate(recipient.purposes):
        _known(document, (*place, "purposes", index), purpose, notice.purposes, "purpose of this notice")
    if recipient.kind == "partner" and not recipient.receives:
        document.report(place, "'receives' is missing: say which promises' data the partner is given")
    if recipient.country not in EEA and recipient.transfer is None:
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


def _known(document: Document, place: Location, word: str, known: Iterable[str], what: str) -> None:
    names = list(known)
    if word not in names:
        document.report(place, f"'{word}' is no {what}: {nearest(word, names)}")
