"""The texts of an answer side by side, as they are held and as they are given, for whoever releases it; written page by page."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from assets.page import environment, visible
from assets.rights.gather import gather
from assets.rights.headings import headings_of
from assets.rights.redact import KINDS, Redactor, Text, normal, texts, texts_of, unread_texts
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.model import name_model
from assets.rights.requests import meant
from assets.rights.wording import LANGUAGES, Wording
from resources.home import write_private
from resources.ledger.redactions import RedactionLedger
from resources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from assets.rights.holding import Holding
    from resources.ledger import Request
    from resources.ledger.redactions import Decision
    from resources.register import Register

TEXTS_A_PAGE = 200
SUSPECT = "suspect"


@dataclass(frozen=True)
class Piece:
    """A stretch of a text as it is held: plain, of one of the kinds that go, or suspect; `mark` is what stands in its place."""

    text: str
    kind: str | None = None
    mark: str = ""


@dataclass(frozen=True)
class Shown:
    """A text of which something goes, or may have to: where it stands, and its pieces."""

    dataset: str
    field: str
    number: int
    pieces: list[Piece]


@dataclass
class Reviewed:
    """What was written: the files, how many texts there are and how many are shown, what goes by kind, and what may have to go."""

    files: list[Path] = field(default_factory=list)
    texts: int = 0
    shown: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    suspects: int = 0


@dataclass(frozen=True)
class _Texts:
    """The texts of a holding, to be gone through again and again without being kept."""

    holding: Holding

    def __iter__(self) -> Iterator[Text]:
        """Each text."""
        return texts_of(self.holding)


def review(register: Register, request_id: str, output: Path, language: str | None = None) -> Reviewed:
    """Write the texts of a request's answer side by side, 200 texts a file of mode 0600.

    Args:
        register: the register.
        request_id: the request; the look at it is recorded already.
        output: the first file; the next ones bear a number before the ending.
        language: the page's; by default the first of the notice.

    Raises:
        UnclearError: where the identifiers do not tell who the person is.
    """
    with sides(register, request_id, language) as both:
        told = {"request": both.request, "decisions": both.decisions, "made": register.clock.now()}
        return _written(both.found, both.texts, output, both.wording, told)


@dataclass(frozen=True)
class Page:
    """One page of the texts: those on it, which page it is of how many, what there is in all, and the decisions in force."""

    texts: list[Shown]
    number: int
    pages: int
    found: Reviewed
    decisions: list[Decision]


def page_of(register: Register, request_id: str, number: int, language: str, size: int) -> Page:
    """One page of the texts of a request's answer side by side, and nothing of it in a file.

    Args:
        register: the register.
        request_id: the request; the look at it is recorded already.
        number: which page, from 1; where there are fewer, there is nothing on it.
        language: the page's.
        size: how many texts stand on a page.

    Raises:
        UnclearError: where the identifiers do not tell who the person is.
    """
    first = (number - 1) * size
    with sides(register, request_id, language) as both:
        texts = [each for place, each in enumerate(both.texts) if first <= place < first + size]
    return Page(texts, number, max(1, ceil(both.found.shown / size)), both.found, both.decisions)


@dataclass(frozen=True)
class Sides:
    """The texts of an answer, to be gone through once: `found` counts them as they come."""

    request: Request
    wording: Wording
    decisions: list[Decision]
    found: Reviewed
    texts: Iterator[Shown]


@contextmanager
def sides(register: Register, request_id: str, language: str | None = None) -> Iterator[Sides]:
    """The texts of a request's answer of which something goes or may have to, out of what is published.

    Raises:
        UnclearError: where the identifiers do not tell who the person is.
    """
    notice, request = register.catalogue.notice, register.ledger.request(request_id)
    wording = Wording(language if language in LANGUAGES else notice.languages[0], notice.time_zone)
    decisions = RedactionLedger(register.ledger).decisions(request_id)
    marks = wording.marks(KINDS)
    with register.warehouse.reading() as engine, Spool(register.warehouse.temporary) as spool:
        subjects = {request.id: meant(engine, register, request)}
        gathered = gather(engine, register, spool, [request], subjects)[request.id]
        holding, own = gathered.holding, gathered.own(register.catalogue)
        held = _Texts(holding)
        names, decided = name_model(register.home.settings()), Decided.of(decisions)
        redactor = Redactor.of(engine, register.catalogue, own, held, marks, decided=decided, names=names)
        found = Reviewed()
        yield Sides(request, wording, decisions, found, _shown(redactor, holding, wording, found))


def _shown(redactor: Redactor, holding: Holding, wording: Wording, found: Reviewed) -> Iterator[Shown]:
    """The texts of which something goes or may have to, counted as they come."""
    headings: dict[str, dict[str, str]] = {}
    table_before, number, row_before = "", 0, None
    for table, row, name, text in texts(holding):
        if table.dataset.table != table_before:
            table_before, number, row_before = table.dataset.table, 0, None
            headings[table_before] = headings_of(table.dataset, wording.language)
        number, row_before = number + (row is not row_before), row
        pieces = _pieces(redactor, text, found)
        if pieces:
            yield Shown(table.dataset.shape.label.in_language(wording.language), headings[table_before][name], number, pieces)
    for number, (unread, text) in enumerate(unread_texts(holding), start=1):
        pieces = [] if redactor.tells_of_others(text) else _pieces(redactor, text, found)
        if pieces:
            yield Shown(unread.dataset.shape.label.in_language(wording.language), wording.text("unread_title"), number, pieces)


def _pieces(redactor: Redactor, text: Text, found: Reviewed) -> list[Piece]:
    """A text in pieces; none where all of it is plain."""
    found.texts += 1
    written, hits, suspects = normal(text.text), redactor.hits(text), redactor.suspects(text)
    if not hits and not suspects:
        return []
    found.shown += 1
    found.taken.update(hit.kind for hit in hits)
    found.suspects += len(suspects)
    met = sorted([(hit.start, hit.end, hit.kind) for hit in hits] + [(span.start, span.end, SUSPECT) for span in suspects])
    pieces, end = [], 0
    for start, stop, kind in met:
        pieces += [Piece(written[end:start]), Piece(written[start:stop], kind, redactor.marks.get(kind, ""))]
        end = stop
    return [piece for piece in (*pieces, Piece(written[end:])) if piece.text]


def _written(found: Reviewed, shown: Iterator[Shown], output: Path, wording: Wording, told: Mapping[str, object]) -> Reviewed:
    """Write the pages as they fill; the first one last, for it tells what there is in all."""
    first: list[Shown] = []
    page: list[Shown] = []
    for each in shown:
        if len(first) < TEXTS_A_PAGE:
            first.append(each)
            continue
        if len(page) == TEXTS_A_PAGE:
            _write(found, page, output, wording, told, is_last=False)
            page = []
        page.append(each)
    if page:
        _write(found, page, output, wording, told, is_last=True)
    pages = len(found.files) + 1
    write_private(output, _html(found, first, output, wording, told, number=1, is_last=pages == 1))
    found.files.insert(0, output)
    return found


def _write(  # noqa: PLR0913 - a page and what it tells
    found: Reviewed, page: list[Shown], output: Path, wording: Wording, told: Mapping[str, object], *, is_last: bool
) -> None:
    number = len(found.files) + 2
    path = _numbered(output, number)
    write_private(path, _html(found, page, output, wording, told, number=number, is_last=is_last))
    found.files.append(path)


def _html(  # noqa: PLR0913 - a page and what it tells
    found: Reviewed, page: list[Shown], output: Path, wording: Wording, told: Mapping[str, object], *, number: int, is_last: bool
) -> str:
    return visible(
        environment("assets.rights")
        .get_template("redactions.html")
        .render(
            **told,
            language=wording.language,
            t=wording.text,
            wording=wording,
            number=number,
            page=page,
            found=found,
            kinds=[kind for kind in KINDS if found.taken[kind]],
            suspect=SUSPECT,
            before=_numbered(output, number - 1).name if number > 1 else None,
            after=None if is_last else _numbered(output, number + 1).name,
        )
    )


def _numbered(output: Path, number: int) -> Path:
    return output if number == 1 else output.with_name(f"{output.stem}-{number}{output.suffix}")
