"""Load a register's YAML, strictly: every mistake at once, each with its place."""

from __future__ import annotations

import hashlib
from importlib import resources as package_data
from pathlib import Path
from typing import TYPE_CHECKING

from resources.catalogue.model import Catalogue, Dataset, Field, Source
from resources.catalogue.notice_rules import PERIOD, check_promises
from resources.catalogue.notice_shapes import NoticeShape
from resources.catalogue.positions import Document, Problem, read
from resources.catalogue.rules import Rules
from resources.catalogue.shapes import (
    CONNECTIONS,
    READS,
    DatasetShape,
    Label,
    RetentionShape,
    SourceShape,
    VocabularyShape,
)
from resources.catalogue.validation import shaped
from resources.errors import AnsvarError
from resources.wording import LANGUAGES, period_in_words

if TYPE_CHECKING:
    from resources.calendar import Period
    from resources.catalogue.positions import Location
    from resources.catalogue.shapes import RecordsRead


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


def load_register(folder: Path | str) -> Catalogue:
    """Load the register in a folder.

    Raises:
        CatalogueError: with every mistake in every file.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise AnsvarError(f"There is no register at {folder}: name the folder that holds notice.yaml with --register or ANSVAR_REGISTER.")
    vocabulary, text = load_vocabulary()
    names = ["notice.yaml", "retention.yaml", *(f"sources/{path.name}" for path in sorted((folder / "sources").glob("*.yaml")))]
    documents = {name: read(folder / name, name) for name in names}
    retention = _retention(shaped(documents["retention.yaml"], RetentionShape))
    notice = _notice(shaped(documents["notice.yaml"], NoticeShape), retention)
    sources = {name: shaped(document, SourceShape) for name, document in documents.items() if name.startswith("sources/")}
    if not sources:
        documents["notice.yaml"].report((), "the register has no source: describe one in sources/<source>.yaml")
    loaded: dict[str, Source] = {}
    if notice is not None and retention is not None:
        rules = Rules(vocabulary, notice, retention)
        rules.check_notice(documents["notice.yaml"])
        rules.check_retention(documents["retention.yaml"])
        for name, shape in sources.items():
            if shape is not None:
                rules.check_source(documents[name], shape)
                source = _source(documents[name], shape, rules, folder)
                if source is not None:
                    loaded[source.name] = source
        if len(loaded) == len(sources):
            check_promises(documents["notice.yaml"], notice, retention, loaded.values())
    problems = [problem for document in documents.values() for problem in document.problems]
    problems += _same_tables(loaded, documents)
    if problems or notice is None or retention is None:
        raise CatalogueError(folder, problems)
    digest = hashlib.sha256(text)
    for name in names:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes())
    return Catalogue(folder, notice, retention, vocabulary, loaded, digest.hexdigest())


def _retention(shape: RetentionShape | None) -> RetentionShape | None:
    """The rules, with each one's period put into words where its reason speaks of it: a period stands in one place."""
    if shape is None:
        return None
    rules = {name: rule.model_copy(update={"reason": _spoken(rule.reason, rule.period)}) for name, rule in shape.rules.items()}
    return shape.model_copy(update={"rules": rules})


def _notice(shape: NoticeShape | None, retention: RetentionShape | None) -> NoticeShape | None:
    """The notice, with the period of the rule that keeps a promise put into words where the promise speaks of it."""
    if shape is None or retention is None:
        return shape
    promises = dict(shape.promises)
    for name, promise in promises.items():
        periods = {rule.period for rule in retention.rules.values() if rule.promise == name}
        if len(periods) == 1:
            promises[name] = promise.model_copy(update={"label": _spoken(promise.label, periods.pop())})
    return shape.model_copy(update={"promises": promises})


def _spoken(label: Label, period: Period) -> Label:
    words = {language: label.in_language(language).replace(PERIOD, period_in_words(period, language)) for language in LANGUAGES}
    return Label(**words)


def _source(document: Document, shape: SourceShape, rules: Rules, folder: Path) -> Source | None:
    connection = shaped(document, CONNECTIONS[shape.connector], ("connection",))
    datasets: dict[str, Dataset] = {}
    for name, dataset in shape.datasets.items():
        place: Location = ("datasets", name, "read")
        if "read" not in document.data["datasets"][name]:
            document.report(place, "'read' is missing: say how its records are read")
            continue
        read_shape = shaped(document, READS[shape.connector], place)
        if read_shape is not None:
            rules.check_read(document, place, read_shape)
        if read_shape is not None and dataset.retention in rules.retention.rules:
            datasets[name] = _dataset(document, name, dataset, read_shape, rules)
    return None if connection is None or document.problems else Source(shape.source, shape, connection, datasets, folder)


def _dataset(document: Document, name: str, shape: DatasetShape, read_shape: RecordsRead, rules: Rules) -> Dataset:
    fields: dict[str, Field] = {}
    for field_name, field in shape.fields.items():
        category = rules.vocabulary.categories.get(field.category)
        purposes = tuple(field.purposes or shape.purposes)
        bases = sorted({rules.notice.purposes[purpose].legal_basis for purpose in purposes if purpose in rules.notice.purposes})
        fields[field_name] = Field(
            name=field_name,
            shape=field,
            purposes=purposes,
            legal_bases=(field.legal_basis,) if field.legal_basis else tuple(bases),
            retention=shape.retention,
            label=field.label or (category.label if category else shape.label),
            file=document.name,
            line=document.places[("datasets", name, "fields", field_name)][0],
        )
    return Dataset(document.data["source"], name, shape, read_shape, rules.retention.rules[shape.retention], fields)


def _same_tables(sources: dict[str, Source], documents: dict[str, Document]) -> list[Problem]:
    """Two data sets whose tables would bear one name (`a_b` + `c`, `a` + `b_c`)."""
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for source in sources.values():
        for dataset in source.datasets.values():
            if dataset.table in seen:
                document = documents[f"sources/{source.name}.yaml"]
                message = f"the table '{dataset.table}' is that of {seen[dataset.table]} already: rename the data set"
                problems.append(document.problem(("datasets", dataset.name), message))
            seen[dataset.table] = dataset.id
    return problems
