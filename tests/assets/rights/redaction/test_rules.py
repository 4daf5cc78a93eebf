"""Single rules: network addresses, addresses that are read out, staff, titles and initials, decisions, and what is pointed at."""

from __future__ import annotations

import pytest

from assets.rights import patterns
from assets.rights.inflection import folded, is_form
from assets.rights.names import Known
from assets.rights.own import Own
from assets.rights.redact import KINDS, Redactor, Text
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.model import SETTING, Voikko, name_model
from assets.rights.redaction.staff import Staff
from resources.errors import AnsvarError

MARKS = {kind: f"[{kind}]" for kind in KINDS}
OWN = Own(frozenset(), frozenset(), frozenset({"198.51.100.7", "fi2112345600000785"}), frozenset({"maija", "korhonen"}), ("FI",))
KNOWN = Known({}, {}, frozenset({"matti", "lumi", "saara", "anna"}), frozenset({"virtanen", "korhonen"}))
STAFF = Staff(frozenset({"saara.kuutti@firma.example", "+358 9 765 4321"}), frozenset({"+35897654321"}), (frozenset({"saara", "kuutti"}),))


def redactor(decided: Decided | None = None) -> Redactor:
    """Knows some names, and one of staff."""
    return Redactor(OWN, KNOWN, frozenset(), MARKS, STAFF, decided or Decided())


def redacted(text: str, decided: Decided | None = None) -> str:
    """A text without others."""
    return redactor(decided).redact(Text(text, "chats"))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("osoite 203.0.113.9.", "osoite [ip]."),
        ("from 2001:db8::8a2e:370:7334, port 80", "from [ip], port 80"),
        ("oma 198.51.100.7", "oma 198.51.100.7"),
        ("10.0.0.1, 192.168.1.1, 127.0.0.1, ::1", "10.0.0.1, 192.168.1.1, 127.0.0.1, ::1"),
        ("klo 12:30:15 ja std::vector", "klo 12:30:15 ja std::vector"),
        ("matti.meri miukumauku posti piste example", "[email]"),
        ("matti.meri at posti.example", "[email]"),
        ("look at example.com", "look at example.com"),
        ("tili FI21 1234 5600 0007 85", "tili FI21 1234 5600 0007 85"),
        ("tili DE89 3704 0044 0532 0130 00 ON UUSI", "tili [code] ON UUSI"),
        ("tilausnumero 4500123456", "tilausnumero 4500123456"),
        ("laskutusosoite 003712345671", "laskutusosoite 003712345671"),
        ("soita 040 765 4321 ext. 12", "soita [phone]"),
    ],
)
def test_what_has_a_form_of_its_own(text: str, expected: str) -> None:
    """Public network addresses, addresses that are read out and numbers with their extension go; what only looks so stays."""
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tapasin Matti Tuntemattoman", "Tapasin [name]"),
        ("soitin Matti-Pekka Oudolle", "soitin [name]"),
        ("kuulin Matilta asiasta", "kuulin Matilta asiasta"),
        ("kerroin asian eilen Matti sanoi", "kerroin asian eilen [name] sanoi"),
        ("nähtiin kun Lumi suli", "nähtiin kun Lumi suli"),
        ("Anna Oy laskutti", "Anna Oy laskutti"),
        ("asiasta V. Virtanen", "asiasta [name]"),
        ("asiasta M. Korhonen", "asiasta M. Korhonen"),
        ("asiasta O. Korhonen", "asiasta [name]"),
        ("kysy: rouva Tuntematon Outo tietää", "kysy: rouva [name] tietää"),
        ("kysy: rouva Korhonen tietää", "kysy: rouva Korhonen tietää"),
        ("kiitos Saara Kuutille ja Saaralle", "kiitos Saara Kuutille ja Saaralle"),
        ("saara.kuutti@firma.example, 09 765 4321, oma 050 111 2222", "saara.kuutti@firma.example, 09 765 4321, oma [phone]"),
    ],
)
def test_names(text: str, expected: str) -> None:
    """A first name of the register with a last name after it goes, staff in its role and the person's own name stay."""
    assert redacted(text) == expected


def test_a_private_number_of_staff_goes() -> None:
    """What names staff in its role stays; another number or address of the same person is as anybody's."""
    assert redacted("Saara Kuutti, 040 111 2222, saara@koti.example") == "Saara Kuutti, [phone], [email]"


def test_a_releaser_decides() -> None:
    """Words that were added go in every form, words that may stay do, and the later decision on the same words counts."""
    text = "Pikku Myy ja Matti Virtanen, soita 050 111 2222. Pikku Myyn talo"
    assert redacted(text) == "Pikku Myy ja [name], soita [phone]. Pikku Myyn talo"
    decided = Decided(("pikku myy",), ("Matti Virtanen", "050 111 2222"))
    assert redacted(text, decided) == "[decided] ja Matti Virtanen, soita 050 111 2222. [decided] talo"


def test_what_may_be_a_name_is_pointed_at() -> None:
    """Two words in capitals, an initial before a word and a name that is a word are pointed at; what goes or was decided to stay is not."""
    text = Text("Hei Oksana Kovalenko! Tapasin Lumi, T. Outo, Matti Meikin ja Maija Korhosen", "chats")
    pointed = [text.text[span.start : span.end] for span in redactor().suspects(text)]
    assert pointed == ["Oksana Kovalenko", "Tapasin Lumi", "T. Outo"]
    decided = Decided((), ("Oksana Kovalenko",))
    assert [span.value for span in redactor(decided).suspects(text)] == ["Tapasin Lumi", "T. Outo"]


@pytest.mark.parametrize(
    "forms",
    [
        "Virtanen Virtasen Virtasta Virtasessa Virtasesta Virtaseen Virtasella Virtaselta Virtaselle Virtasena Virtaseksi Virtasetta",
        "Virtasineen Virtasin Virtasien Virtasilla Virtasilleni Virtaseni Virtasensa Virtasellesi Virtasellanne",
    ],
)
def test_cases_of_finnish(forms: str) -> None:
    """All fifteen cases are known, with possessive suffixes."""
    assert [form for form in forms.split() if not is_form(folded(form), "virtanen")] == []


@pytest.mark.parametrize(("word", "name"), [("the", "thi"), ("virtase", "virtanen"), ("mae", "maki")])
def test_a_bare_stem_is_no_form(word: str, name: str) -> None:
    """What endings are put to is no word of its own."""
    assert not is_form(word, name)


def test_searching_takes_linear_time() -> None:
    """Long texts made to be hard on the patterns are searched in linear time."""
    for piece in ("a-", "a.", "1:", "FI2", "Aa ", "a at "):
        text = piece * (100_000 // len(piece))
        for search in (patterns.emails, patterns.addresses, patterns.codes, patterns.tokens):
            list(search(text))
        redacted(text[:20_000])


class _Word:
    def __init__(self, name: str) -> None:
        self.CLASS = name


def test_a_model_tells_names() -> None:
    """Words that may be given names, family names, and those of the first that are ordinary words too."""
    classes = {"pekka": ["etunimi"], "onni": ["etunimi", "nimisana"], "lehto": ["sukunimi", "nimisana"], "talo": ["nimisana"]}
    model = Voikko(lambda word: [_Word(each) for each in classes[word]], "0")
    assert model.names(classes) == ({"pekka", "onni"}, {"lehto"}, {"onni"})


def test_a_model_that_is_not_there_stops() -> None:
    """No model is used unless one is named; one that is unknown, or not installed, is an error."""
    assert name_model({}) is None
    with pytest.raises(AnsvarError, match="names no model"):
        name_model({SETTING: "oracle"})
