"""Declares the documents that say what is promised, and the page that says whether it is kept."""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg

from assets.accountability.documents.write import Document, map_documents, notice_documents, processing_documents, write_documents
from assets.accountability.promises.commitments import keep_version
from assets.accountability.promises.finding import State
from assets.accountability.promises.page import evidence_in_words, promises_documents
from assets.accountability.promises.status import Status, status_of
from assets.declare import Opener, guarded
from resources.catalogue import Catalogue

GROUP = "accountability"
_DOCUMENTS: dict[str, tuple[Callable[[Catalogue, Sequence[str]], Iterator[Document]], set[str], str]] = {
    "notice": (
        notice_documents,
        {"html", "pdf", "markdown"},
        "The privacy notice (GDPR Art. 13 and 14), as people read it.",
    ),
    "record_of_processing": (
        processing_documents,
        {"html", "csv", "json"},
        "The record of processing activities (GDPR Art. 30(1)): one activity is a purpose.",
    ),
    "data_map": (
        map_documents,
        {"html", "svg", "json"},
        "From which sources data of which categories go to which purposes and recipients.",
    ),
}


def document_assets(catalogue: Catalogue, register: Opener, upstream: Sequence[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The documents, each written into the home's folder `documents` in every language of the register."""
    return [_document(name, catalogue, register, upstream) for name in _DOCUMENTS]


def _document(name: str, catalogue: Catalogue, register: Opener, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    documents, kinds, description = _DOCUMENTS[name]

    @dg.asset(key=[GROUP, name], group_name=GROUP, deps=upstream, kinds=kinds, description=description, code_version=catalogue.digest[:12])
    def document(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            opened = register(context.run.run_id)
            notice = opened.catalogue.notice
            keep_version(opened)
            written = write_documents(opened.documents, documents(opened.catalogue, notice.languages))
            return dg.MaterializeResult(
                metadata=_metadata(written) | {"version": notice.version.version, "date": notice.version.date.isoformat()}
            )

    return document


def promises_asset(catalogue: Catalogue, register: Opener, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The page of promises; made last, for it tells of all that the run did."""

    @dg.asset(
        key=[GROUP, "promises"],
        group_name=GROUP,
        deps=upstream,
        kinds={"html"},
        description="Every promise of the privacy notice: kept, broken or not yet applicable, with the evidence.",
        code_version=catalogue.digest[:12],
    )
    def promises(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            opened = register(context.run.run_id)
            keep_version(opened)
            status = status_of(opened)
            written = write_documents(opened.documents, promises_documents(status, opened.catalogue))
            counts = {state.value: status.count(state) for state in State}
            return dg.MaterializeResult(metadata=_metadata(written) | counts | {"promises": dg.MetadataValue.md(_at_a_glance(status))})

    return promises


def _at_a_glance(status: Status) -> str:
    rows = [f"| {name} | {each.state.value} | {evidence_in_words(each.evidence, 'en')} |" for name, each in status.standings.items()]
    return "\n".join(["| promise | state | evidence |", "|---|---|---|", *rows])


def _metadata(written: list[Document]) -> dict[str, dg.MarkdownMetadataValue | int]:
    rows = "\n".join(f"| {each.name} | {len(each.content)} | {each.sha256} |" for each in written)
    table = dg.MetadataValue.md(f"| file | bytes | sha256 |\n|---|---|---|\n{rows}")
    return {"files": len(written), "bytes": sum(len(each.content) for each in written), "written": table}
