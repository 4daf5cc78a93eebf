"""Records as JSON and CSV."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from assets.rights.tabular import csv_bytes, exact, guarded, json_bytes, json_pieces


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1+1",
        "\u00a0=1",
        "\u200b=1",
        "\uff1dHYPERLINK(1)",
        "\uff0b1+1",
        "\uff0dA1",
        "\uff20SUM(1)",
        "\n=1",
        "+",
        "-",
        "+358 40 x",
    ],
)
def test_formulas_are_guarded(text: str) -> None:
    """What a spreadsheet would take for a formula gets an apostrophe, leading blanks or not."""
    assert f"'{text}" == guarded(text)


@pytest.mark.parametrize("text", ["+358 40 123", "+358 (0)40 123-4567", "-12.5", "+5", "1e-5", "-12,50", "a=b", "Terve!", "", "'=1"])
def test_numbers_and_plain_text_stay(text: str) -> None:
    """Numbers, telephone numbers and texts are written as they are."""
    assert text == guarded(text)


def test_csv_is_read_by_spreadsheets() -> None:
    """UTF-8 with a byte order mark, lines end as RFC 4180 says, cells with quotes and line breaks are quoted."""
    expected = '\ufeffNimi,Viesti,Hinta,Aika\r\nÄijö,"sanoi ""hei""\nja lähti",49.9,2026-10-15T03:00:00Z\r\n,\'=1,true,2026-10-15\r\n'
    moment = dt.datetime(2026, 10, 15, 3)  # noqa: DTZ001 - as the warehouse keeps times
    rows: list[list[object]] = [["Äijö", 'sanoi "hei"\nja lähti', Decimal("49.900000"), moment], [None, "=1", True, moment.date()]]
    assert expected.encode() == csv_bytes(["Nimi", "Viesti", "Hinta", "Aika"], rows)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("49.900000"), 49.9),
        (Decimal("12.000000"), 12),
        (Decimal("123456789012345678.123456"), "123456789012345678.123456"),
        (Decimal(900719925474099300), 900719925474099300),
        (dt.datetime(2026, 10, 15, 3, 0, 0, 120), "2026-10-15T03:00:00.000120Z"),  # noqa: DTZ001 - as the warehouse keeps times
        (True, True),
        (None, None),
        ("=1", "=1"),
    ],
)
def test_json_is_exact(value: object, expected: object) -> None:
    """A decimal is a number where JSON's can hold it, else text; times are UTC; text is not changed."""
    assert expected == exact(value)


def test_json_is_laid_out_as_by_json() -> None:
    """What is written is what Python's own encoder writes: at once, and piece by piece."""
    values: list[object] = [
        {"a": None, "ä": True, "b": [1, -2.5, 1e300, 10**30], "c": {}, "d": [], "e": {"f": [{"g": '\u2028\x00\x1f"\\/é😀'}, [[]], ()]}},
        "text",
        (1, "two"),
        {},
    ]
    assert (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode() == json_bytes(values) == b"".join(json_pieces(values))
    assert [b"".join(json_pieces([])), json_bytes({}), json_bytes(None)] == [b"[]\n", b"{}\n", b"null\n"]
