"""Propose persons who may be one, by how much their records resemble each other: the model of Fellegi and Sunter, as Splink estimates it.

It is trained on the register itself, without labels: how often two persons agree by chance from random pairs, how often one person's
records agree by expectation maximisation (R. Linacre and others, Splink, https://doi.org/10.23889/ijpds.v7i3.1794). It only proposes:
nobody is joined by it. I. Fellegi and A. Sunter, A theory for record linkage, 1969.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from assets.identity.features import compared

if TYPE_CHECKING:
    import pyarrow as pa
    from splink.internals.blocking_rule_creator import BlockingRuleCreator
    from splink.internals.comparison_creator import ComparisonCreator

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

LEAST_PROBABILITY = 0.95
FEWEST_PERSONS = 200
_FEWEST_VALUES = 20
_LEAST_FILLED = 0.2
_FEWEST_PAIRS, _MOST_PAIRS = 30, 20_000_000  # to train on, and to look at, by one rule
_MOST_PAIRS_IN_ALL = 40_000_000  # to look at by all rules together
_RANDOM_PAIRS, _TRAINING_PAIRS = 1e6, 2e6  # of more, a sample is trained on
_MEMORY = "1GB"  # of the comparison; what takes more is spilled to disk
_RECALL = 0.8  # of the rules that say who is one for nearly certain
_SEED = 1
_NAMES, _NUMBERS = ("first_name", "last_name", "street", "city"), ("date_of_birth", "postcode", "national_id", "phone")
_CERTAIN = (("national_id",), ("email",), ("date_of_birth", "last_name"), ("phone", "last_name"))
_BLOCKS = (
    *(
        ("national_id",),
        ("email",),
        ("phone",),
        ("date_of_birth", "last_name"),
        ("date_of_birth", "first_name"),
        ("date_of_birth", "postcode"),
    ),
    *(("first_name", "last_name"), ("last_name", "postcode"), ("first_name", "street"), ("last_name", "street"), ("street", "city")),
)
_TRAINING = (("date_of_birth",), ("postcode",), ("email",), ("phone",), ("last_name",), ("national_id",))
_Config = dict[str, str | bool | int | float | list[str]]
_CONFIG: _Config = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": _MEMORY,
}


@dataclass(frozen=True)
class Proposed:
    """How many persons were compared, and how many pairs are probable; `reason` says why none were estimated, where it was not possible."""

    persons: int
    pairs: int
    reason: str | None = None


@dataclass(frozen=True)
class _Plan:
    """The features to compare, and the rules: which pairs to train on, which are nearly certain to be one, and which to look at."""

    columns: list[str]
    training: list[tuple[tuple[str, ...], int]]  # with how many pairs each has
    certain: list[tuple[str, ...]]
    blocks: list[tuple[str, ...]]


def propose(engine: Engine, catalogue: Catalogue, above: float = LEAST_PROBABILITY) -> Proposed:
    """Put the pairs of source persons that are one with a probability of `above` or more into `identity.candidates`.

    Pairs that are one subject already are left out. Where there are too few persons to estimate anything, nothing to compare them by, or
    where the estimate does not succeed, there are none, and the reason is told: a run goes on without proposals.
    """
    people = compared(engine, catalogue)
    config = _CONFIG | {"temp_directory": str(engine.scalar("SELECT current_setting('temp_directory')"))}
    plan = _plan(people, config)
    engine.run("DELETE FROM identity.candidates")
    probable = plan if isinstance(plan, str) else _probable(people, plan, above, config)
    if isinstance(probable, str):
        return Proposed(people.num_rows, 0, probable)
    engine.register("probable", probable)
    engine.run("""
        INSERT INTO identity.candidates
        SELECT probable.one, probable.other, probable.probability FROM probable
        LEFT JOIN identity.persons AS ones ON ones.person = probable.one
        LEFT JOIN identity.persons AS others ON others.person = probable.other
        WHERE ones.subject IS DISTINCT FROM others.subject OR ones.subject IS NULL
    """)
    engine.unregister("probable")
    return Proposed(people.num_rows, engine.count("SELECT count(*) FROM identity.candidates"))


def _plan(people: pa.Table, config: _Config) -> _Plan | str:
    """What the persons can be compared by; or why they cannot be."""
    if people.num_rows < FEWEST_PERSONS:
        return "too few persons"
    with duckdb.connect(config=config) as memory:
        memory.register("people", people)
        columns = [column for column in people.column_names[1:] if _tells(memory, column, people.num_rows)]
        sizes = [(rule, _pairs(memory, rule)) for rule in _within(_TRAINING, columns)]
        training = [(rule, pairs) for rule, pairs in sizes if _FEWEST_PAIRS <= pairs <= _MOST_PAIRS][:2]
        certain = [rule for rule in _within(_CERTAIN, columns) if _pairs(memory, rule)]
        blocks = _affordable([(rule, _pairs(memory, rule)) for rule in _within(_BLOCKS, columns)])
    # Each rule trains all features but its own, so two rules train all.
    enough = len(columns) > len(("one", "another")) and len(training) > 1 and certain and blocks
    return _Plan(columns, training, certain, blocks) if enough else "too little to compare persons by"


def _tells(memory: duckdb.DuckDBPyConnection, column: str, persons: int) -> bool:
    """Whether enough persons have a feature, with enough different values to tell them apart."""
    filled, values = memory.execute(f"SELECT count({column}), count(DISTINCT {column}) FROM people").fetchone() or (0, 0)
    return bool(filled >= _LEAST_FILLED * persons and values >= _FEWEST_VALUES)


def _pairs(memory: duckdb.DuckDBPyConnection, rule: tuple[str, ...]) -> int:
    """How many pairs of persons have the same values of all features of a rule."""
    known = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    groups = f"SELECT count(*) AS persons FROM people WHERE {known} GROUP BY {', '.join(rule)}"
    row = memory.execute(f"SELECT coalesce(sum(persons * (persons - 1) // 2), 0) FROM ({groups}) AS groups").fetchone()
    return int(row[0]) if row else 0


def _affordable(rules: list[tuple[tuple[str, ...], int]]) -> list[tuple[str, ...]]:
    """The rules that give few enough pairs to look at, each and together; the earlier ones tell more."""
    chosen, left = [], _MOST_PAIRS_IN_ALL
    for rule, pairs in rules:
        if pairs <= min(left, _MOST_PAIRS):
            chosen.append(rule)
            left -= pairs
    return chosen


def _within(rules: tuple[tuple[str, ...], ...], columns: list[str]) -> list[tuple[str, ...]]:
    return [rule for rule in rules if set(rule) <= set(columns)]


def _probable(people: pa.Table, plan: _Plan, above: float, config: _Config) -> pa.Table | str:
    """Pairs as `_estimated` gives them; or why they cannot be estimated, by the kind of error alone, for its message may hold data."""
    from splink.internals.exceptions import SplinkException  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        return _estimated(people, plan, above, config)
    except (SplinkException, ValueError, ZeroDivisionError, duckdb.Error) as error:
        if isinstance(error, duckdb.OutOfMemoryException) or isinstance(error.__cause__, duckdb.OutOfMemoryException):
            return f"the comparison takes more than the {_MEMORY} of memory that it may use"
        return f"the comparison could not be trained on these persons ({type(error).__name__})"


def _estimated(people: pa.Table, plan: _Plan, above: float, config: _Config) -> pa.Table:
    """Pairs `one`, `other` (the lesser first) with their `probability`, in a database of its own that ends here."""
    from splink import DuckDBAPI, Linker, block_on  # noqa: PLC0415 - slow to import, and seldom needed

    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect(config=config) as memory:
        memory.register("given", people)
        memory.execute("CREATE TABLE people AS SELECT * FROM given")
        memory.unregister("given")
        linker = Linker(DuckDBAPI(connection=memory).register("people"), _settings(plan), log_level=logging.ERROR)
        training = linker.training
        certain: list[str | BlockingRuleCreator] = [block_on(*rule) for rule in plan.certain]
        training.estimate_probability_two_random_records_match(certain, recall=_RECALL)
        training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        for rule, pairs in plan.training:
            most = _TRAINING_PAIRS if pairs > _TRAINING_PAIRS else None
            training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=most)
        table = linker.inference.predict(threshold_match_probability=above).physical_name
        return memory.execute(f"""
            SELECT least(person_l, person_r) AS one, greatest(person_l, person_r) AS other, round(max(match_probability), 6) AS probability
            FROM "{table}" GROUP BY ALL ORDER BY one, other
        """).to_arrow_table()


def _settings(plan: _Plan) -> Any:
    """How persons are compared: names by Jaro-Winkler, numbers and dates by edits, e-mail addresses by both."""
    import splink.comparison_library as compare  # noqa: PLC0415 - slow to import, and seldom needed
    from splink import SettingsCreator, block_on  # noqa: PLC0415 - the same

    columns = plan.columns
    comparisons: list[ComparisonCreator | dict[str, Any]] = [
        compare.JaroWinklerAtThresholds(column, [0.9, 0.7]) for column in _NAMES if column in columns
    ]
    comparisons += [compare.LevenshteinAtThresholds(column, [1, 2]) for column in _NUMBERS if column in columns]
    comparisons += [compare.JaroWinklerAtThresholds("email", [0.95, 0.88])] if "email" in columns else []
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="person",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in plan.blocks],
        comparisons=comparisons,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
