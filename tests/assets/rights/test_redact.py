"""What is taken out of texts, and what is not."""

from __future__ import annotations

import pytest

from assets.rights import patterns
from assets.rights.inflection import ACCENTED, PLAIN, folded, is_form
from assets.rights.names import Known, name_of_address
from assets.rights.own import Own
from assets.rights.redact import KINDS, Redactor, Text

REGIONS = ("FI", "US")
MARKS = {kind: f"[{kind}]" for kind in KINDS}
OWN = Own(
    emails=frozenset({"maija@voltti.example"}),
    phones=frozenset({"+358401234567"}),
    values=frozenset({"c-10001", "20260001234", "call-001-00001"}),
    names=frozenset({"maija", "korhonen"}),
    regions=REGIONS,
)


def redacted(text: str, others: tuple[str, ...] = ()) -> str:
    """A text without others, where the register knows Matti Mäki and Oskari Korhonen, and identifier c-10002."""
    matti, oskari = {("matti", "maki")}, {("oskari", "korhonen")}
    pairs = {("matti", "maen"): matti, ("matti", "maki"): matti, ("maki", "matti"): matti, ("oskari", "korhonen"): oskari}
    staff = {("liisa", "lahti"): {("liisa", "lahti")}, ("customer", "service"): {("customer", "service")}}
    known = Known(pairs, staff, frozenset({"britt", "maija"}), frozenset({"svenssonilta", "lahti"}))
    redactor = Redactor(OWN, known, frozenset({"c-10002"}), MARKS)
    given = Text(text, "chats", others)
    redactor.read(given)
    return redactor.redact(given)[0]


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Virtanen", "Virtasen Virtaselle Virtaselta Virtasesta Virtasta Virtanenkin Virtanens"),
        ("Mäki", "Mäen Mäelle Mäeltä Mäkeä Mäkin"),
        ("Lahti", "Lahden Lahdelta"),
        ("Lampi", "Lammen"),
        ("Kangas", "Kankaan Kankaalle"),
        ("Virta", "Virran Virralle"),
        ("Heikki", "Heikin Heikille"),
        ("Andersson", "Anderssons Anderssonin Anderssonille"),
        ("Sibelius", "Sibeliuksen"),
        ("Nyström", "Nystroms Nyströmiltä"),
    ],
)
def test_forms_of_names(name: str, forms: str) -> None:
    """Finnish cases, Swedish genitives and names without their diacritics are known as forms of the name."""
    assert [form for form in forms.split() if not is_form(folded(form), folded(name))] == []


@pytest.mark.parametrize(("word", "name"), [("virta", "virtanen"), ("kaikki", "kai"), ("lahtinen", "lahti"), ("annala", "anna")])
def test_other_words_are_no_forms(word: str, name: str) -> None:
    """A longer or shorter name is another name."""
    assert not is_form(word, name)


def test_folding_keeps_the_length() -> None:
    """Each accented letter has one plain letter."""
    assert len(ACCENTED) == len(PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "0501112222",
        "+358 50 111 2222",
        "050-111 2222",
        "(09) 1234 567",
        "+358(0)50 1112222",
        "00358501112222",
        "0600 12345",
        "050.111.2222",
        "puh.0501112222",
        "253-433-5862",
        "433-5862",
        "50 111 2222",
        "0501112222/0503334444",
        "2/0501112222",
        "+46 70 123 45 67",
        "050\u00a0111\u00a02222",
        "050\u2013111\u20132222",
    ],
)
def test_numbers_are_found(text: str) -> None:
    """However a telephone number is written, its digits do not stay."""
    assert ("1112" in redacted(f"Soita {text} illalla"), "4" in redacted(text)) == (False, False)
    assert "[phone]" in redacted(f"Soita {text} illalla")


@pytest.mark.parametrize(
    "text",
    [
        "Maija, 040-123 4567, +358401234567",
        "1.1.2026–5.1.2026 klo 12.30",
        "2026-10-15T03:00:00+02:00, 15/10/2026",
        "tilaus 20261234, lasku 20260001234",
        "12 000–15 000 euroa, 1 000 000, 2 500,00 €",
        "Y-tunnus 1234567-1, 00160 Helsinki",
        "osoite 10.0.0.12 tai 192.168.100.200",
        "vikakoodi 32, 12.5 kWh, 0.123456",
        "kello 12:30:15",
        "tallenne call-001-00001.wav",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """The person's own number, dates, sums, postal codes and order numbers are no telephone numbers of others."""
    assert text == redacted(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<matti.maki@posti.example>.", "<[email]>."),
        ("MATTI@Posti.Example, kiitos", "[email], kiitos"),
        ("matti (at) posti.example", "[email]"),
        ("matti[at]posti[dot]example", "[email]"),
        ("?to=matti%40posti.example&x=1", "?to=[email]&x=1"),
        ("Maija@Voltti.Example.", "Maija@Voltti.Example."),
        ("maija@voltti.example/matti@posti.example", "maija@voltti.example/[email]"),
        ("anna-maija@voltti.example", "[email]"),
        ("Meillä (a) vaihto", "Meillä (a) vaihto"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    """Addresses of others go, however they are written; the person's own stays."""
    assert expected == redacted(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Puhuin Matti Mäen kanssa. Matille sopii.", "Puhuin [name] kanssa. [name] sopii."),
        ("matti mäki soitti", "[name] soitti"),
        ("Mäki, Matti", "[name]"),
        ("Matti J. Mäki", "[name]"),
        ("Matti\nMäki", "[name]"),
        ("Ma\u0308ki Matti", "[name]"),
        ("Maija Korhonen ja Maijan auto", "Maija Korhonen ja Maijan auto"),
        ("Oskari Korhonen on poikani", "[name] on poikani"),
        ("Matti oli täällä", "Matti oli täällä"),
        ("Terveisin Liisa Lahti, our customer service", "Terveisin [name], our customer service"),
        ("Kysy Britt Svenssonilta", "Kysy [name]"),
        ("Terveisin Maija. Lahti on kaunis", "Terveisin Maija. Lahti on kaunis"),
        ("Avain: Tuntematon Naapuri, puh. 050 111 2222", "Avain: [name], puh. [phone]"),
        ("Soita Maija Korhonen 050 111 2222", "Soita Maija Korhonen [phone]"),
    ],
)
def test_names(text: str, expected: str) -> None:
    """Full names of others go in every form, and halves of them in the same text; the person's own stays."""
    assert expected == redacted(text)


def test_staff_is_known_by_address() -> None:
    """Whoever stands in another role goes by the identifier and by the name that the address is made of."""
    text = "Liisa Lahti vastasi, tunnus LIISA7. Terveisin Liisa"
    assert redacted(text, ("liisa.lahti@aurinko.example", "liisa7")) == "[name] vastasi, tunnus [identifier]. Terveisin [name]"
    assert [name_of_address(each) for each in ("liisa.lahti2@aurinko.example", "info@aurinko.example")] == [("liisa", "lahti"), None]


def test_identifiers_and_codes() -> None:
    """Identifiers that somebody else bears go, and codes whose owner cannot be told; the person's own identifier stays."""
    text = "C-10001 eikä c-10002. Tili FI21 1234 5600 0007 85, tunnus 010190-900P, kortti 4111 1111 1111 1111, nummer 811218-9876."
    assert redacted(text) == "C-10001 eikä [identifier]. Tili [code], tunnus [code], kortti [code], nummer [code]."


LONG = {
    "letters": "a" * 200_000,
    "letters and an address": "a" * 200_000 + " a@b.example",
    "a line to sign on": "See you at noon.\n" + "_" * 200_000,
    "dots read out": "a piste " * 20_000 + "see you at noon",
    "signs": "a@" * 100_000,
    "digits": "1 " * 100_000,
    "a dashed line of digits": "1-" * 100_000,
    "octets": "1.1.1.1." * 25_000,
    "percentages": "1%" * 100_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_texts_take_linear_time(text: str) -> None:
    """Long texts of one thing over and over are searched in a time that grows with their length."""
    for found in (
        patterns.emails(text),
        patterns.codes(text),
        patterns.addresses(text),
        patterns.phones(text, ("FI", "SE")),
        patterns.tokens(text),
    ):
        assert sum(1 for _ in found) <= len(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("aino.x_virta at posti piste fi", "aino.x_virta@posti.fi"),
        ("Jäin rivi____ miukumauku posti.example", "rivi____@posti.example"),
        ("?to=aino%40posti.example", "aino@posti.example"),
    ],
)
def test_an_address_in_whatever_spelling(text: str, value: str) -> None:
    """An address is found with its underscores, and in a link."""
    assert [span.value for span in patterns.emails(text)] == [value]
