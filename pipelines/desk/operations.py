"""What of Dagster's GraphQL a role may ask: every mutation that is not listed here is refused, those of later Dagsters too.

What a mutation brings along is kept by Dagster for good. So it may bring ids and names of definitions, and no text of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, GraphQLError, OperationDefinitionNode, parse, visit
from graphql.language import OperationType, SelectionSetNode, StringValueNode, Visitor

from resources.roles import Right

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.roles import Role

ALLOWED: Mapping[str, Right] = dict.fromkeys(
    (
        "launchRun",
        "launchMultipleRuns",
        "launchPipelineExecution",
        "launchRunReexecution",
        "launchPipelineReexecution",
        "terminateRun",
        "terminateRuns",
        "terminatePipelineExecution",
        "launchPartitionBackfill",
        "resumePartitionBackfill",
        "reexecutePartitionBackfill",
        "cancelPartitionBackfill",
        "startSchedule",
        "stopRunningSchedule",
        "resetSchedule",
        "scheduleDryRun",
        "startSensor",
        "stopSensor",
        "resetSensor",
        "sensorDryRun",
        "reloadRepositoryLocation",
        "reloadWorkspace",
    ),
    Right.RUN,
)
"""Mutations, and the right that each needs."""

_LONGEST_QUERY = 60_000
_DEEPEST = 200
_ID = re.compile(r"[A-Za-z0-9_./:=-]{0,200}")
_CONFIGURATION = re.compile(r"[A-Za-z0-9_./:{}\[\]\"',\s-]{0,20000}")
_PARTITION = re.compile(r"(r[0-9a-f]{20}|\d{4}-\d\d-\d\d)(\.\.\.(r[0-9a-f]{20}|\d{4}-\d\d-\d\d))?")
_PARTITIONS = {"partitionNames", "partitionKeys", "partitionKey", "start", "end"}
_SILENT = {"title", "description", "preset", "cursor"}
_NAMING = ("runId", "parentRunId", "backfillId", "jobName", "pipelineName", "scheduleName", "sensorName", "partitionSetName", "id")


@dataclass(frozen=True)
class Asked:
    """What a document asks for: its mutations, if any, and what they are about."""

    mutations: tuple[str, ...] = ()
    thing: str = ""


class RefusedError(Exception):
    """A request that is not let through; `what` says which, in fixed words and names of Dagster's schema."""

    def __init__(self, what: str, reason: str) -> None:
        """Say what was refused, and why."""
        super().__init__(reason)
        self.what, self.reason = what, reason


def asked(query: object, variables: object, role: Role, *, subscription: bool = False) -> Asked:
    """What a request asks for, where the role may ask it; by websocket it is a `subscription`, and nothing else is.

    Raises:
        RefusedError: where it may not.
    """
    document = _document(query)
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    kinds = {each.operation for each in operations}
    if (kinds != {OperationType.SUBSCRIPTION}) if subscription else (OperationType.SUBSCRIPTION in kinds):
        raise RefusedError("subscription", "Subscriptions come by websocket, and nothing else does.")
    if OperationType.MUTATION not in kinds:
        return Asked()
    fields = tuple(
        name for each in operations if each.operation is OperationType.MUTATION for name in _fields(each.selection_set, document)
    )
    for name in fields:
        right = ALLOWED.get(name)
        if right is None or not role.may(right):
            raise RefusedError(name, "Your role may not do that.")
    if kinds != {OperationType.MUTATION} or not fields:
        raise RefusedError(fields[0] if fields else "mutation", "A request that changes something asks for nothing else.")
    if _has_text(document):
        raise RefusedError(fields[0], "What a mutation is about is given in variables.")
    given = variables if isinstance(variables, dict) else {}
    if not _is_opaque(given):
        raise RefusedError(fields[0], "Dagster keeps ids, dates and names of definitions alone: text of your own may hold personal data.")
    return Asked(fields, next((each for each in (*_named(given), *_leaves(given)) if each), ""))


def _document(query: object) -> DocumentNode:
    if not isinstance(query, str) or len(query) > _LONGEST_QUERY or _depth(query) > _DEEPEST:
        raise RefusedError("query", "That is no query.")
    try:
        return parse(query)
    except (GraphQLError, RecursionError):
        raise RefusedError("query", "That is no query.") from None


def _depth(query: str) -> int:
    """How deep a query is nested: a parser that follows it any deeper would fall."""
    deepest = depth = 0
    for letter in query:
        depth += (letter in "{[(") - (letter in "}])")
        deepest = max(deepest, depth)
    return deepest


def _fields(selections: SelectionSetNode, document: DocumentNode, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of the fields at the top of an operation, whatever they are called there, and through all fragments."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value != "__typename":
                yield selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name in fragments and name not in seen:
                yield from _fields(fragments[name].selection_set, document, seen | {name})
        else:
            yield from _fields(selection.selection_set, document, seen)  # type: ignore[attr-defined] # an inline fragment


class _Texts(Visitor):
    """Looks for text that stands in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        """A text."""
        self.found = self.found or bool(node.value)


def _has_text(document: DocumentNode) -> bool:
    texts = _Texts()
    visit(document, texts)
    return texts.found


def _is_opaque(value: object, key: str = "", kind: re.Pattern[str] = _ID) -> bool:
    """Whether a mutation's variables hold ids and names alone."""
    if isinstance(value, dict):
        if set(value) == {"key", "value"}:
            return _is_tag(value["key"], value["value"])
        below = [(each, _CONFIGURATION if each == "runConfigData" else kind) for each in value]
        return all(isinstance(each, str) and kind.fullmatch(each) and _is_opaque(value[each], each, inner) for each, inner in below)
    if isinstance(value, list):
        return all(_is_opaque(each, key, kind) for each in value)
    if isinstance(value, str):
        return not value if key in _SILENT else bool((_PARTITION if key in _PARTITIONS else kind).fullmatch(value))
    return True


def _is_tag(key: object, value: object) -> bool:
    """Whether a run's tag is one of Dagster's own, with an id; a partition's is a request's id or a date."""
    if not isinstance(key, str) or not isinstance(value, str) or not key.startswith("dagster/"):
        return False
    return bool((_PARTITION if "partition" in key and key != "dagster/partition_set" else _ID).fullmatch(value) and _ID.fullmatch(key))


def _leaves(value: object) -> Iterator[str]:
    """Every text in a mutation's variables."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _leaves(each)


def _named(value: object) -> Iterator[str]:
    """What a mutation is about, as the ids in its variables say."""
    if isinstance(value, dict):
        for name in _NAMING:
            if isinstance(value.get(name), str):
                yield value[name]
        for each in value.values():
            yield from _named(each)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)
