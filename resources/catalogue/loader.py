"""Load a register's YAML, strictly: every mistake at once, each with its place."""

from __future__ import annotations

import hashlib
from importlib import resources as package_data
from pathlib import Path
from typing import TYPE_CHECKING

from resources.catalogue.model import Catalogue
from resources.catalogue.names import Names, check_zone
from resources.catalogue.notice_rules import check_notice, check_promises
from resources.catalogue.notice_shapes import NoticeShape
from resources.catalogue.outreach_rules import check_outreach
from resources.catalogue.outreach_shapes import OutreachShape
from resources.catalogue.placeholders import PERIOD
from resources.catalogue.positions import Document, Problem, read
from resources.catalogue.request_shapes import RequestsShape
from resources.catalogue.retention_rules import RELATIONS, check_retention, relation_texts, resolved
from resources.catalogue.retention_shapes import RetentionShape
from resources.catalogue.salvage import salvaged
from resources.catalogue.shapes import SourceShape, VocabularyShape
from resources.catalogue.source_loader import load_source
from resources.catalogue.validation import shaped
from resources.errors import AnsvarError
from resources.spoken import limit_in_words
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.model import Dataset, Source
    from resources.catalogue.shapes import Label
    from resources.limits import Limit


class CatalogueError(AnsvarError):
    """A register's YAML is wrong; `problems` lists every place."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        """Hold the problems, sorted by file and line."""
        self.problems = sorted(set(problems))
        count = len(self.problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"{count} {'mistake' if count == 1 else 'mistakes'} in the register {folder}:\n{lines}")


def load_vocabulary() -> tuple[VocabularyShape, bytes]:
    """The vocabulary that comes with Ansvar, and its text; `CatalogueError` where it is wrong."""
    with package_data.as_file(package_data.files("resources.catalogue") / "vocabulary.yaml") as path:
        document = read(path, "vocabulary.yaml")
        shape = shaped(document, VocabularyShape) if not document.problems else None
        if shape is not None:
            for key in shape.categories:
                parent = key.rpartition(".")[0]
                if parent and parent not in shape.categories:
                    document.report(("categories", key), f"the parent '{parent}' of '{key}' is missing")
        if shape is None or document.problems:
            raise CatalogueError(path, document.problems)
        return shape, path.read_bytes()


NOTICE, RETENTION, REQUESTS, OUTREACH = "notice.yaml", "retention.yaml", "requests.yaml", "outreach.yaml"
_LIKE_SOURCES = {".yaml", ".yml", ".json"}


def load_register(folder: Path | str) -> Catalogue:
    """Load the register in a folder.

    Raises:
        CatalogueError: with every mistake in every file.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise AnsvarError(f"There is no register at {folder}: name the folder that holds notice.yaml with --register or ANSVAR_REGISTER.")
    vocabulary, text = load_vocabulary()
    stated = [name for name in (REQUESTS, OUTREACH) if (folder / name).exists()]
    names = [NOTICE, RETENTION, *stated, *(f"sources/{path.name}" for path in sorted((folder / "sources").glob("*.yaml")))]
    documents = {name: read(folder / name, name) for name in names}
    loading = _Loading(folder, vocabulary, documents)
    loading.check()
    problems = [problem for document in documents.values() for problem in document.problems] + [*_not_read(folder), *loading.problems]
    if problems:
        raise CatalogueError(folder, problems)
    digest = hashlib.sha256(text)
    for name in names:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes())
    for name, relation in sorted(loading.relations.items()):
        digest.update(f"{RELATIONS}/{name}.sql\0{relation}".encode())
    return loading.catalogue(digest.hexdigest())


class _Loading:
    """The documents of a register on their way into a catalogue."""

    def __init__(self, folder: Path, vocabulary: VocabularyShape, documents: dict[str, Document]) -> None:
        """Put the documents into their shapes, as far as they fit."""
        self.folder = folder
        self.vocabulary = vocabulary
        self.documents = documents
        self.notice = salvaged(documents[NOTICE], NoticeShape)
        self.retention = resolved(documents[RETENTION], salvaged(documents[RETENTION], RetentionShape))
        self.requests = salvaged(documents[REQUESTS], RequestsShape) if REQUESTS in documents else RequestsShape()
        self.relations, self.problems = relation_texts(documents[RETENTION], self.retention, folder)
        self.shapes = {name: salvaged(document, SourceShape) for name, document in documents.items() if name.startswith("sources/")}
        self.outreach = salvaged(documents[OUTREACH], OutreachShape) if OUTREACH in documents else None
        self.sources: dict[str, Source] = {}

    def check(self) -> None:
        """Report what is wrong in each document, and load the sources."""
        notice, retention = self.documents[NOTICE], self.documents[RETENTION]
        names = Names(self.vocabulary, (notice, self.notice), (retention, self.retention))
        check_zone(notice, ("time_zone",), self.notice.time_zone)
        check_notice(notice, self.notice, self.vocabulary)
        check_retention(retention, self.retention, names)
        for name, shape in self.shapes.items():
            self.sources[name] = load_source(self.documents[name], shape, names, notice, self.folder)
        if not self.shapes:
            notice.problems.append(notice.problem((), "the register has no source: describe one in sources/<source>.yaml"))
        check_promises(notice, self.notice, self.vocabulary, self.retention, self.sources.values(), complete=self._are_promises_known())
        if self.outreach is not None:
            check_outreach(self.documents[OUTREACH], self.outreach, self.notice.purposes, self.sources)
        self._check_tables()

    def catalogue(self, digest: str) -> Catalogue:
        """The catalogue of documents in which nothing is wrong."""
        promises = dict(self.notice.promises)
        for name, promise in promises.items():
            limits = {rule.limit for rule in self.retention.rules.values() if rule.promise == name}
            if len(limits) == 1:
                promises[name] = promise.model_copy(update={"label": _spoken(promise.label, limits.pop())})
        notice = self.notice.model_copy(update={"promises": promises})
        sources = {source.name: source for source in self.sources.values()}
        return Catalogue(
            self.folder, notice, self.retention, self.vocabulary, sources, digest, self.relations, self.requests, self.outreach
        )

    def _are_promises_known(self) -> bool:
        """Whether no mistake leaves open which promise some field or rule bears."""
        fields = (field for source in self.sources.values() for dataset in source.datasets.values() for field in dataset.fields.values())
        borne = {field.shape.promise for field in fields} | {rule.promise for rule in self.retention.rules.values()}
        others = [document for name, document in self.documents.items() if name not in (NOTICE, REQUESTS)]
        are_all_read = bool(self.shapes) and not any(_not_read(self.folder)) and not any(map(_hides_promises, others))
        return are_all_read and borne - {None} <= self.notice.promises.keys()

    def _check_tables(self) -> None:
        """Two data sets whose tables would bear one name (`a_b` + `c`, `a` + `b_c`)."""
        seen: dict[str, str] = {}
        counted: dict[str, str] = {}
        for name, source in self.sources.items():
            for dataset in source.datasets.values():
                if dataset.table in seen:
                    message = f"the table '{dataset.table}' is that of {seen[dataset.table]} already: rename the data set"
                    self.documents[name].report(("datasets", dataset.name), message)
                seen.setdefault(dataset.table, dataset.id)
                self._check_counts(name, dataset, counted)

    def _check_counts(self, name: str, dataset: Dataset, counted: dict[str, str]) -> None:
        """Two data sets that would be counted in one table."""
        counts = dataset.rule.counts
        if counts is not None and counts.table in counted:
            message = f"'counts.{counts.table}' counts the records of {counted[counts.table]} already: use a rule of its own"
            self.documents[name].report(("datasets", dataset.name, "retention"), message)
        elif counts is not None:
            counted[counts.table] = dataset.id


def _hides_promises(document: Document) -> bool:
    """Whether something that is broken in a document may have borne a promise, or said for how long it holds."""
    for location in document.broken | document.unread:
        match location:
            case () | ("datasets" | "rules",) | ("datasets" | "rules", _) | ("datasets", _, "fields") | ("datasets", _, "fields", _):
                return True
            case (*_, "promise" | "period" | "while" | "grace" | "longest" | "shortest" | "category"):
                return True
    return False


def _not_read(folder: Path) -> Iterator[Problem]:
    """Files that would be taken for sources, and are not read: of another suffix, or in a folder below."""
    sources = folder / "sources"
    for path in sorted(each for each in sources.rglob("*") if each.suffix.lower() in _LIKE_SOURCES):
        name = path.relative_to(folder).as_posix()
        if path.parent != sources:
            yield Problem(name, 1, 1, "is not read: put it into sources/ itself, where every source is described")
        elif path.suffix != ".yaml":
            yield Problem(name, 1, 1, f"is not read: name it {path.stem}.yaml")


def _spoken(label: Label, limit: Limit) -> Label:
    words = {language: label.in_language(language).replace(PERIOD, limit_in_words(limit, language)) for language in LANGUAGES}
    return label.model_copy(update=words)
