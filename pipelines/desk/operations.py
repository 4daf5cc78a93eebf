"""What of Dagster's GraphQL a role may ask: every mutation that is not listed here is refused, those of later Dagsters too.

What a mutation brings along is kept by Dagster for good. So it may bring ids of Dagster's making, dates, requests' ids, names of things
that are defined, and configurations and tags that are listed here: no text of its own, and no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, GraphQLError, OperationDefinitionNode, parse, visit
from graphql.language import (
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ObjectValueNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    Visitor,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipelines.jobs import QUIET
from pipelines.launch.coordinator import LANE_TAG, ON_DEMAND
from resources.roles import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
_RUN = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDS = re.compile(rf"{_RUN}|[0-9a-f]{{40}}(:[0-9a-f]{{40}})?")
_RUN_ID = re.compile(_RUN)
_BACKFILL = re.compile(r"[a-z]{8}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_PARTITION = re.compile(r"(r[0-9a-f]{20}|\d{4}-\d\d-\d\d)(\.\.\.(r[0-9a-f]{20}|\d{4}-\d\d-\d\d))?")
_PARTITIONS = {"partitionNames", "partitionKeys", "partitionKey", "start", "end"}
_SILENT = {"title", "description", "preset", "cursor"}
_CHOICES = {
    *("FROM_FAILURE", "FROM_ASSET_FAILURE", "ALL_STEPS"),
    *("SAFE_TERMINATE", "MARK_AS_CANCELED_IMMEDIATELY"),
}
_FEW_DIGITS = 3  # as in `ticks(limit: 1)`, which is asked of the answer
_MOMENT = "timestamp"  # of a dry run, of which nothing is kept
_NAMING = ("runId", "parentRunId", "backfillId", "jobName", "pipelineName", "scheduleName", "sensorName", "partitionSetName", "id")
_MODE = "default"  # what Dagster calls the one way in which a job runs, and the configuration that it comes with
_BETWEEN_NAMES = re.compile(r"[*+,\s\"]+")
_PLAIN_YAML = re.compile(r"[A-Za-z_:{}\[\]\"',\s]{0,500}")  # and so without comments, anchors, tags and escapes
_PURGES = [{}, *({"ops": {"retention__purge": {"config": {"dry_run": dry}}}} for dry in (True, False))]
_CONFIGURATIONS = [loggers | purge for loggers in ({}, QUIET) for purge in _PURGES]


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


def asked(query: object, variables: object, role: Role, names: Callable[[], set[str]], *, subscription: bool = False) -> Asked:
    """What a request asks for, where the role may ask it.

    Args:
        query: the document.
        variables: what it is given.
        role: who asks.
        names: gives the names of all that is defined.
        subscription: whether it comes by websocket, by which subscriptions come and nothing else.

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
    if _has_values(document):
        raise RefusedError(fields[0], "What a mutation is about is given in variables.")
    given = variables if isinstance(variables, dict) else {}
    if not _is_opaque(given, names()):
        raise RefusedError(
            fields[0],
            "Dagster keeps what it is told, so it is told ids, dates, names of definitions, tags of its own, and the configurations of our "
            "jobs: text of your own may hold personal data. While the register's code is loaded anew, no names are known: try again then.",
        )
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


class _Values(Visitor):
    """Looks for values that stand in a document, where names and numbers could be hidden, too."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter(self, node: object, *_: object) -> None:
        """A value of a kind that can say something."""
        if isinstance(node, EnumValueNode):
            self.found = self.found or node.value not in _CHOICES
        elif isinstance(node, (StringValueNode, FloatValueNode, ObjectValueNode)):
            self.found = True
        elif isinstance(node, IntValueNode):
            self.found = self.found or len(node.value) > _FEW_DIGITS


def _has_values(document: DocumentNode) -> bool:
    values = _Values()
    visit(document, values)
    return values.found


def _is_opaque(value: object, names: set[str], key: str = "") -> bool:
    """Whether a mutation's variables hold what may be held alone."""
    if isinstance(value, dict):
        if set(value) == {"key", "value"}:
            return _is_tag(value["key"], value["value"], names)
        return all(_is_own(inner) if each == "runConfigData" else _is_opaque(inner, names, each) for each, inner in value.items())
    if isinstance(value, list):
        return all(_is_opaque(each, names, key) for each in value)
    if isinstance(value, str):
        return not value or _may_be(value, names, key)
    return value is None or isinstance(value, bool) or key == _MOMENT


def _may_be(text: str, names: set[str], key: str) -> bool:
    if key in _SILENT:
        return False
    if key in _PARTITIONS:
        return bool(_PARTITION.fullmatch(text))
    if key == "backfillId":
        return bool(_BACKFILL.fullmatch(text))
    return bool(_IDS.fullmatch(text)) or text in _CHOICES or text == _MODE or text in names


def _is_own(configuration: object) -> bool:
    """Whether the configuration of a run is one that our jobs come with, or none."""
    if isinstance(configuration, str):
        if not _PLAIN_YAML.fullmatch(configuration):
            return False
        try:
            configuration = YAML(typ="safe", pure=True).load(configuration)
        except YAMLError:
            return False
    return configuration is None or configuration in _CONFIGURATIONS


def _is_tag(key: object, value: object, names: set[str]) -> bool:
    """Whether a run's tag is one that Dagster's pages and our jobs give, with a value as they give it."""
    if not isinstance(key, str) or not isinstance(value, str) or key not in _TAGS:
        return False
    return _TAGS[key](value, names)


def _one(pattern: re.Pattern[str]) -> Callable[[str, set[str]], bool]:
    return lambda value, _: bool(pattern.fullmatch(value))


def _flag(value: str, _: set[str]) -> bool:
    return value in {"true", "false"}


def _known(value: str, names: set[str]) -> bool:
    return value in names or value == _MODE


def _selection(value: str, names: set[str]) -> bool:
    """Whether steps are selected by their names, as `*table+`."""
    return all(each in names for each in _BETWEEN_NAMES.split(value) if each)


_TAGS: Mapping[str, Callable[[str, set[str]], bool]] = {
    "dagster/asset_partition_range_end": _one(_PARTITION),
    "dagster/asset_partition_range_start": _one(_PARTITION),
    "dagster/backfill": _one(_BACKFILL),
    "dagster/code_location": _known,
    "dagster/from_ui": _flag,
    "dagster/is_resume_retry": _flag,
    "dagster/op_selection": _selection,
    "dagster/parent_run_id": _one(_RUN_ID),
    "dagster/partition": _one(_PARTITION),
    "dagster/partition_set": _known,
    "dagster/preset_name": _known,
    "dagster/root_run_id": _one(_RUN_ID),
    "dagster/schedule_name": _known,
    "dagster/sensor_name": _known,
    "dagster/solid_selection": _selection,
    "dagster/step_selection": _selection,
    "dagster/tick": _one(_NUMBER),
    LANE_TAG: lambda value, _: value == ON_DEMAND,
}


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
