"""`retention.yaml`: the forms of a rule, what they are made of, and every mistake in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assets.lineage.build import assemble
from resources.catalogue import CatalogueError
from resources.catalogue.lineage import LineageError
from resources.limits import ByLaw, Calendar, Event, Longest, Shortest
from tests.resources.catalogue.described import CHAT, Described

if TYPE_CHECKING:
    from pathlib import Path

LABEL = {"en": "one talks", "sv": "man samtalar", "fi": "puhutaan"}
LAW = {"period": "P6Y", "from": "end_of_year", "source": {"en": "An act.", "sv": "En lag", "fi": "Laki"}}
TALKING = "SELECT chats._record, CAST(chats.ended_at AS DATE) AS held_until FROM register.chats_conversations AS chats"
AT = "retention.yaml: rule chats"
OF_DATA = f"{CHAT}: data set conversations: rule 'chats'"
FIELDS = ["user_id", "email", "phone", "cookie", "agent_email", "text"]


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A register of chats."""
    return Described(tmp_path)


def _form(described: Described, **form: Any) -> None:
    """Give the chats' rule another form."""
    rule = described.retention["rules"]["chats"]
    del rule["period"]
    rule |= {key.removesuffix("_"): value for key, value in form.items()}


def _waits(described: Described, sql: str = TALKING) -> None:
    described.retention["relations"] = {"talking": {"label": LABEL}}
    _form(described, while_="talking", grace="P1M")
    (described.folder / "relations").mkdir()
    (described.folder / "relations" / "talking.sql").write_text(sql, encoding="utf-8")


def test_what_rules_come_to(described: Described) -> None:
    """Names are resolved into limits, and the reason tells the period, the law and what is kept afterwards."""
    _waits(described)
    rules, described.retention["own"]["backups"] = described.retention["rules"], "bundles"
    rules["calls"] = rules["calls"] | {"minimum": LAW, "reason": dict.fromkeys(LABEL, "{period}.")}
    rules["month"] = rules["month"] | {"shortest": ["calls", "P14D"]}
    rules["year"] = rules["year"] | {"longest": ["chats", "month"]}
    del rules["month"]["period"], rules["year"]["period"]
    found = described.load().retention.rules
    chats, calls = found["chats"].limit, found["calls"].limit
    assert isinstance(chats, Event)
    assert isinstance(calls, ByLaw)
    assert found["month"].limit == Shortest((calls, Calendar(found["fortnight"].limit.period)))  # type: ignore[union-attr] # P14D
    assert found["year"].limit == Longest((chats, found["month"].limit))
    assert [str(chats), str(calls)] == ["while talking then P1M", "P7M at least P6Y from end_of_year"]
    assert found["calls"].reason.en == ("seven months. The law demands at least six years from the end of the year: An act.")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, f"{AT}: 'period' is missing: state it, or 'while', 'longest' or 'shortest'"),
        ({"period": "P1M", "longest": ["calls", "P1Y"]}, f"{AT}: 'period' and 'longest' do not go together: a rule has one form"),
        ({"longest": ["cals", "P1Y"]}, f"{AT}: 'cals' is neither a rule of this file nor a period such as P3M: did you mean 'calls'?"),
        ({"longest": ["chats", "P1Y"]}, f"{AT}: rule 'chats' is made of itself: take it out"),
        ({"longest": ["P1Y"]}, f"{AT}: 'longest' has too few items"),
        ({"period": "P1M", "grace": "P1M"}, f"{AT}: 'grace' has no meaning without 'while'"),
        ({"longest": ["calls", "P1Y"], "from": "end_of_year"}, f"{AT}: 'from' has no meaning without 'period'"),
        ({"period": "P1M", "action": "blank"}, f"{AT}: 'fields' is missing: 'action: blank' needs it"),
        ({"period": "P1M", "counts": {"table": "t", "by": ["id"]}}, f"{AT}: 'counts' has no meaning without 'action: aggregate'"),
    ],
)
def test_mistakes_of_form(described: Described, form: dict[str, Any], said: str) -> None:
    """Each is told once, with what to do."""
    _form(described, **form)
    assert described.problems() == [said]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            {"action": "blank", "fields": FIELDS},
            "leaves what is about a person (ended_at): name it in 'fields', or let the rule delete the record",
        ),
        ({"action": "blank", "fields": [*FIELDS, "shoe"]}, "empties 'shoe', which is no field of this data set: use a rule of its own"),
        (
            {"action": "aggregate", "counts": {"table": "t", "by": ["email"]}},
            "counts by 'email', which identifies persons: count by something else",
        ),
        (
            {"action": "aggregate", "counts": {"table": "t", "by": ["text"]}},
            "counts by 'text', a free text in which persons may stand: count by something else",
        ),
    ],
)
def test_what_an_action_leaves_behind(described: Described, form: dict[str, Any], said: str) -> None:
    """Nothing that is about a person may stay."""
    _form(described, period="P3M", **form)
    assert f"{OF_DATA} {said}" in described.problems()


def test_a_field_cannot_go_before_the_law_lets_it(described: Described) -> None:
    """A field's shorter period contradicts what the law demands of its record: that is told, and the law is obeyed all the same."""
    described.retention["rules"]["chats"]["minimum"] = LAW
    described.fields["text"]["retention"] = "month"
    what = "the law demands P6Y from end_of_year of the record, by rule 'chats', and P1M of rule 'month' is shorter"
    assert described.problems() == [f"{CHAT}: field conversations.text: {what}: let the field go with its record"]


def test_a_fields_own_rule_is_a_period(described: Described) -> None:
    """A field goes by the calendar alone."""
    described.retention["rules"]["month"] |= {"from": "end_of_year"}
    described.fields["text"]["retention"] = "month"
    what = "rule 'month' cannot be a field's own: that needs a 'period' from the anchor, without 'action'"
    assert described.problems() == [f"{CHAT}: field conversations.text: {what}"]


def test_our_own_records_go_by_the_calendar(described: Described) -> None:
    """Bundles and requests wait for no relation."""
    _waits(described)
    described.retention["own"]["bundles"] = "chats"
    hint = "what the register makes itself is deleted after a calendar period: use a rule with 'period', and no 'action'"
    assert described.problems() == [f"retention.yaml: 'chats' cannot be used here: {hint}"]


def test_relations_and_their_files(described: Described) -> None:
    """A relation without a file, a file without a relation, a name that is none, and a grace that was forgotten."""
    _waits(described)
    (described.folder / "relations" / "talking.sql").rename(described.folder / "relations" / "walking.sql")
    assert described.problems() == [
        "relations/walking.sql: is not read: declare 'walking' under 'relations' in retention.yaml",
        "retention.yaml: relations/talking.sql cannot be read: write the SELECT that gives '_record' and 'held_until' there",
    ]
    (described.folder / "relations" / "walking.sql").rename(described.folder / "relations" / "talking.sql")
    described.retention["rules"]["chats"]["while"] = "talkin"
    del described.retention["rules"]["chats"]["grace"]
    assert set(described.problems()) == {
        "retention.yaml: no rule waits for it: name it in 'while', or remove it",
        f"{AT}: 'grace' is missing: state for how long the record is kept after the relation has ended",
        f"{AT}: 'talkin' is no relation of this file: did you mean 'talking'?",
    }


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "SELECT chats._record FROM register.chats_conversations AS chats",
            "gives _record VARCHAR: give _record VARCHAR and held_until DATE",
        ),
        (
            TALKING.replace("CAST(chats.ended_at AS DATE)", "chats.ended_at"),
            "gives _record VARCHAR, held_until TIMESTAMP: give _record VARCHAR",
        ),
        (TALKING.replace("register.chats_conversations", "register.chats"), "there is no table 'register.chats' that it may read"),
        (TALKING.replace("ended_at", "finished_at"), "finished_at"),
    ],
)
def test_a_relation_that_is_none(described: Described, sql: str, said: str) -> None:
    """What a relation reads and gives is checked as our own models are, with its file."""
    _waits(described, sql)
    with pytest.raises(LineageError, match=r"relations/talking\.sql:\d+:\d+") as error:
        assemble(described.load())
    assert said in str(error.value)


def test_a_relation_that_not_every_engine_reads_alike(described: Described) -> None:
    """A relation keeps to the same part of SQL as our own models; each construct outside it is told with its file and line."""
    read = TALKING.replace("register.chats_conversations", "read_csv('x')")
    _waits(described, f"{read}\nWHERE hash(chats.id) > 0\nGROUP BY ALL")
    with pytest.raises(CatalogueError) as error:
        described.load()
    assert {(each.file, each.line) for each in error.value.problems} == {("relations/talking.sql", line) for line in (1, 2, 3)}


def test_a_relation_bears_the_tags_of_what_it_is_made_of(described: Described) -> None:
    """The date on which it ended is about the person, as the anchor is; and a register with another relation is another register."""
    _waits(described)
    first = described.load()
    assert assemble(first).tags("relation.talking", "held_until").categories == {"user.behavior"}
    (described.folder / "relations" / "talking.sql").write_text(f"{TALKING} WHERE true", encoding="utf-8")
    assert described.load().digest != first.digest
