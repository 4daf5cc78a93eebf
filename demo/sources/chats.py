"""Chats with customer service: a conversation a line, its messages inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo import texts
from demo.identifiers import email_as_written, phone_given
from demo.planted import EXAMPLE, MENTIONED
from demo.sources.lines import document, write_lines
from demo.sources.staff import agent
from demo.times import local_date, past, utc
from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_CONVERSATIONS = "chats.conversations"
_MESSAGES = "chats.messages"
_CUT_AT, _PAGE_AT, _BAD_TIME_AT = 5, 9, 12


@dataclass
class _Chat:
    """A conversation: whose it is, as the source gives it out, when it ended, and whom its messages mention."""

    person: Person
    given: dict[str, Any]
    ended: int
    mentions: list[tuple[int, Person, list[str]]]


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's conversations."""
    rng = chunk.rng("chats")
    chats: list[_Chat] = []
    for person in chunk.persons:
        if has(rng, person, 0.5):
            chat = _chat(rng, person, chunk, f"ch-{chunk.index + 1:03d}-{len(chats) + 1:06d}")
            chats.append(chat)
            _tell(truth, chat)
    name = chunk.file("chats", "ndjson")
    lines = [document(chat.given) for chat in chats]
    if chunk.index == 0:
        lines = _plant(rng, chunk, name, chats, truth)
    write_lines(folder / name, lines)


def _chat(rng: random.Random, person: Person, chunk: Chunk, key: str) -> _Chat:
    ended = past(rng, person, "chats")
    number = rng.randint(2, 7)
    before_end = sorted(rng.sample(range(1, 900), number), reverse=True)
    messages: list[dict[str, str]] = []
    mentions: list[tuple[int, Person, list[str]]] = []
    for index in range(number):
        text = _text(rng, person, index)
        other = _other(rng, person, chunk, index)
        if other is not None:
            text, words = texts.mention(rng, person.language, other)
            if person.number == EXAMPLE:
                words = [other.name, other.phone, other.email]
                text = ", ".join(words)
            mentions.append((index, other, words))
        messages.append({"sender": "agent" if index % 2 else "visitor", "at": utc(ended - before_end[index]), "text": text})
    given = {
        "id": key,
        "started": utc(ended - before_end[0] - 20),
        "ended": utc(ended),
        "page": rng.choice(texts.PAGES),
        "visitor": _visitor(rng, person),
        "agent": agent(rng),
        "messages": messages,
    }
    return _Chat(person, given, ended, mentions)


def _visitor(rng: random.Random, person: Person) -> dict[str, str | None]:
    logged_in = person.user_id is not None and has(rng, person, 0.5)
    return {
        "user_id": person.user_id if logged_in else None,
        "name": person.name if has(rng, person, 0.7) else person.first,
        "email": email_as_written(rng, person) if not logged_in or has(rng, person, 0.8) else None,
        "phone": phone_given(rng, person, 0.3),
    }


def _text(rng: random.Random, person: Person, index: int) -> str:
    if index % 2:
        return texts.answer(rng, person.language)
    if index == 0:
        return texts.question(rng, person.language)
    return texts.with_identifier(rng, person.language) if chance(rng, 0.05) else texts.thanks(rng, person.language)


def _other(rng: random.Random, person: Person, chunk: Chunk, index: int) -> Person | None:
    """Whom a message mentions, if anybody: only the visitor's first one does."""
    if index != 0:
        return None
    if person.number == EXAMPLE:
        return chunk.persons[MENTIONED - 1]
    return chunk.another(rng, person) if chance(rng, 0.1) else None


def _tell(truth: Truth, chat: _Chat, *, known: bool = True) -> None:
    key, day, person = chat.given["id"], local_date(chat.ended), chat.person if known else None
    truth.record(_CONVERSATIONS, key, person, day)
    for index in range(len(chat.given["messages"])):
        truth.record(_MESSAGES, f"{key}/{index}", person, day)
    for index, other, words in chat.mentions:
        if known:
            truth.mention(_MESSAGES, f"{key}/{index}", chat.person, other, words)


def _plant(rng: random.Random, chunk: Chunk, name: str, chats: list[_Chat], truth: Truth) -> list[str]:
    """The first file's lines: with some broken, one conversation given out before it is complete, one twice, and one of nobody's."""
    stranger = _chat(rng, chunk.persons[-1], chunk, "ch-anonymous")
    stranger.given |= {"visitor": {"user_id": None, "name": None, "email": None, "phone": None}}
    stranger.given["messages"] = [message | {"text": "Hei!"} for message in stranger.given["messages"]]
    _tell(truth, stranger, known=False)
    incomplete = chats[0].given | {"messages": chats[0].given["messages"][:1]}
    lines = [document(given) for given in (incomplete, *(chat.given for chat in chats), stranger.given, chats[1].given)]
    truth.repeated(_CONVERSATIONS, 2)
    truth.repeated(_MESSAGES, 1 + len(chats[1].given["messages"]))
    bad = _chat(rng, chunk.persons[-1], chunk, "ch-bad-timestamp").given | {"ended": "2026-09-31T12:00:00Z"}
    cut = next(chat.person for chat in chats if chat.given["id"] in lines[_CUT_AT])
    lines.insert(_CUT_AT, lines[_CUT_AT][: len(lines[_CUT_AT]) // 2])
    lines.insert(_PAGE_AT, "<html><body>502 Bad Gateway</body></html>")
    lines.insert(_BAD_TIME_AT, document(bad))
    for at, messages, person in ((_CUT_AT, 1, cut), (_PAGE_AT, 1, None), (_BAD_TIME_AT, len(bad["messages"]), chunk.persons[-1])):
        truth.broken(_CONVERSATIONS, f"{name}:{at + 1}", person)
        for _ in range(messages):
            truth.broken(_MESSAGES, f"{name}:{at + 1}", person)
    return lines
