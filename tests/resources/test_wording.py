"""Dates, numbers and periods in the three languages."""

from __future__ import annotations

import datetime as dt

import pytest

from resources.calendar import Period
from resources.catalogue.shapes import Label
from resources.wording import Wording, period_in_words

NARROW = "\u00a0"
TEXTS = {"kept": Label(en="Kept for {period}", sv="Bevaras i {period}", fi="Säilytetään {period}")}


@pytest.mark.parametrize(
    ("period", "en", "sv", "fi"),
    [
        ("P3M", "three months", "tre månader", "kolme kuukautta"),
        ("P7M", "seven months", "sju månader", "seitsemän kuukautta"),
        ("P1M", "one month", "en månad", "yhden kuukauden"),
        ("P12M", "one year", "ett år", "yhden vuoden"),
        ("P13M", "thirteen months", "tretton månader", "kolmetoista kuukautta"),
        ("P17M", "17 months", "17 månader", "17 kuukautta"),
        ("P6Y", "six years", "sex år", "kuusi vuotta"),
        ("P2Y6M", "two years and six months", "två år och sex månader", "kaksi vuotta ja kuusi kuukautta"),
        ("P1D", "one day", "en dag", "yhden päivän"),
        ("P2W", "14 days", "14 dagar", "14 päivää"),
        ("P1M10D", "one month and ten days", "en månad och tio dagar", "yhden kuukauden ja kymmenen päivää"),
    ],
)
def test_a_period_in_words(period: str, en: str, sv: str, fi: str) -> None:
    """A period reads as it is said in each language, in Finnish as the object of a verb."""
    words = {language: period_in_words(Period.parse(period), language) for language in ("en", "sv", "fi")}
    assert words == {"en": en, "sv": sv, "fi": fi}


def test_texts_numbers_and_times() -> None:
    """A text is filled in; numbers, dates and times are written as the language does, times in the time zone."""
    finnish, english = (Wording(language, "Europe/Helsinki", TEXTS) for language in ("fi", "en"))
    moment = dt.datetime.fromisoformat("2026-10-14T22:05:00")
    assert finnish.text("kept", period=finnish.period(Period.parse("P3M"))) == "Säilytetään kolme kuukautta"
    assert (finnish.integer(12345), english.integer(12345)) == (f"12{NARROW}345", "12,345")
    assert (finnish.local_date(moment), english.local_date(moment)) == ("15.10.2026", f"15{NARROW}October{NARROW}2026")
    assert finnish.moment(moment) == f"15.10.2026{NARROW}klo{NARROW}1.05"
    assert english.moment(moment) == f"15{NARROW}October{NARROW}2026,{NARROW}01:05"
    assert (finnish.has("kept"), finnish.has("lost")) == (True, False)
