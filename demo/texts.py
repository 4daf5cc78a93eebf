"""What people and customer service write to each other, in Finnish, Swedish and English.

Sentences with `{name}`, `{genitive}`, `{email}` or `{phone}` mention another person of the world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.identifiers import phone_as_written
from demo.names import genitive

if TYPE_CHECKING:
    import random

    from demo.world import Language, Person

_QUESTIONS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Hei, invertteri näyttää vikakoodia 32. Mitä teen?",
        "Milloin paneelit toimitetaan? Tilausvahvistuksessa luki viikko 20.",
        "Laskussa on väärä viite, voisitteko lähettää uuden?",
        "En pääse kirjautumaan tuotantoseurantaan.",
        "Voiko paneelit asentaa tiilikatolle myös talvella?",
        "Kuinka paljon akusto maksaa omakotitaloon?",
        "Haluaisin siirtää sopimuksen puolisoni nimiin.",
        "Sovellus ei näytä eilisen tuotantoa lainkaan.",
        "Osoitteemme on muuttunut, mihin ilmoitan uuden?",
        "Hakisin kotitalousvähennystä. Saanko laskusta erittelyn työn osuudesta?",
    ),
    "sv": (
        "Hej, växelriktaren visar felkod 32. Vad ska jag göra?",
        "När levereras panelerna? I bekräftelsen stod det vecka 20.",
        "Fakturan har fel referens, kan ni skicka en ny?",
        "Jag kan inte logga in i produktionsuppföljningen.",
        "Går det att montera paneler på tegeltak också på vintern?",
        "Vad kostar ett batteri till ett egnahemshus?",
        "Jag vill överföra avtalet på min makes namn.",
        "Appen visar inte gårdagens produktion över huvud taget.",
        "Vi har flyttat, vart anmäler jag den nya adressen?",
    ),
    "en": (
        "Hello, the inverter shows error code 32. What should I do?",
        "When will the panels be delivered? The confirmation said week 20.",
        "The invoice has a wrong reference, could you send a new one?",
        "I cannot log in to the production monitor.",
        "Can the panels be fitted to a tiled roof in winter, too?",
        "How much is a battery for a detached house?",
        "I would like to transfer the contract to my wife's name.",
        "The app does not show yesterday's production at all.",
    ),
}
_ANSWERS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Hei ja kiitos viestistänne! Tarkistan asian heti.",
        "Käynnistäkää laite uudelleen pääkytkimestä ja odottakaa viisi minuuttia.",
        "Lähetin uuden laskun sähköpostitse, vanhan voi jättää maksamatta.",
        "Asentajamme ottaa teihin yhteyttä tämän viikon aikana.",
        "Vaihdoin salasananne, saatte linkin sähköpostiinne.",
        "Toimitus lähtee varastosta perjantaina.",
    ),
    "sv": (
        "Hej och tack för ert meddelande! Jag kontrollerar saken genast.",
        "Starta om apparaten med huvudströmbrytaren och vänta fem minuter.",
        "Jag sände en ny faktura per e-post, den gamla behöver inte betalas.",
        "Vår montör kontaktar er under den här veckan.",
        "Jag återställde ert lösenord, ni får en länk till er e-post.",
        "Leveransen går från lagret på fredag.",
    ),
    "en": (
        "Hello and thank you for your message! I will look into it at once.",
        "Please restart the device by the main switch and wait for five minutes.",
        "I have sent a new invoice by e-mail, you need not pay the old one.",
        "Our fitter will contact you this week.",
        "I have reset your password, a link is on its way to your e-mail.",
        "The delivery leaves our store on Friday.",
    ),
}
_THANKS: dict[Language, tuple[str, ...]] = {
    "fi": ("Kiitos, se auttoi!", "Selvä, jään odottamaan.", "Hienoa, kiitos avusta 😊", "Ok. Hyvää päivänjatkoa!"),
    "sv": ("Tack, det hjälpte!", "Bra, då väntar jag.", "Fint, tack för hjälpen 😊", "Ok. Ha en bra dag!"),
    "en": ("Thank you, that helped!", "All right, I will wait.", "Great, thanks for your help 😊", "OK. Have a nice day!"),
}
_MENTIONS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Voisitteko soittaa asiasta myös kollegalleni? {name}, puhelin {phone}.",
        "Lähettäkää kopio osoitteeseen {email}, kiitos.",
        "{name} lupasi, että paneelit tulevat jo ensi viikolla.",
        "Puhuin eilen {genitive} kanssa, hän tuntee asian.",
        "Avaimen saa naapurilta: {name}, {phone}.",
    ),
    "sv": (
        "Kunde ni ringa också min kollega? {name}, telefon {phone}.",
        "Skicka en kopia till {email}, tack.",
        "{name} lovade att panelerna kommer redan nästa vecka.",
        "Jag pratade med {name} i går, hen känner till saken.",
        "Nyckeln finns hos grannen: {name}, {phone}.",
    ),
    "en": (
        "Could you call my colleague as well? {name}, telephone {phone}.",
        "Please send a copy to {email}.",
        "{name} promised that the panels would come next week.",
        "I talked with {name} yesterday, who knows about it.",
        "The neighbour has the key: {name}, {phone}.",
    ),
}
# Structured identifiers that are nobody's: the example IBAN of Finnish banks, and a personal identity code of the range 900 to 999,
# which is for tests.
_IDENTIFIERS: dict[Language, tuple[str, ...]] = {
    "fi": ("Palautus tilille FI21 1234 5600 0007 85, kiitos.", "Henkilötunnukseni on 010190-900P."),
    "sv": ("Återbetala till kontot FI21 1234 5600 0007 85, tack.", "Min personbeteckning är 010190-900P."),
    "en": ("Please refund to account FI21 1234 5600 0007 85.", "My personal identity code is 010190-900P."),
}
_SUBJECTS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Invertterin vikakoodi",
        "Toimitusaika",
        "Virheellinen lasku",
        "Kirjautuminen ei onnistu",
        "Asennus",
        "Tarjouspyyntö",
        "Osoitteenmuutos",
    ),
    "sv": (
        "Felkod på växelriktaren",
        "Leveranstid",
        "Felaktig faktura",
        "Inloggningen fungerar inte",
        "Montering",
        "Offertförfrågan",
        "Adressändring",
    ),
    "en": (
        "Inverter error code",
        "Time of delivery",
        "Wrong invoice",
        "Cannot log in",
        "Fitting",
        "Request for a quote",
        "Change of address",
    ),
}
_RESOLUTIONS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Neuvottu puhelimessa.",
        "Lasku korjattu ja lähetetty uudelleen.",
        "Laite vaihdettu takuuna.",
        "Salasana vaihdettu.",
        "Osoite päivitetty.",
    ),
    "sv": (
        "Gav råd per telefon.",
        "Fakturan rättades och sändes på nytt.",
        "Apparaten byttes på garanti.",
        "Lösenordet återställdes.",
        "Adressen uppdaterades.",
    ),
    "en": (
        "Advised on the telephone.",
        "Invoice corrected and sent again.",
        "Device replaced under warranty.",
        "Password reset.",
        "Address updated.",
    ),
}
SECURITY_REMARKS = (
    "Tunnistaminen epäonnistui kahdesti, kysytty varmistuskysymys 3.",
    "Kirjautuminen estetty säännön F7 perusteella.",
    "Login from a new device, second factor forced.",
)
PRICE_REMARKS = ("Kate 31 %, alennusvaraa 4 %.", "Sisäänostohinta noussut, ei lisäalennusta.", "Kilpailijan tarjous 9 % halvempi.")
_COMMENTS: dict[Language, tuple[str, ...]] = {
    "fi": (
        "Nopea ja ystävällinen palvelu.",
        "Jouduin odottamaan turhan kauan.",
        "Asia hoitui kerralla; kiitos!",
        "En saanut vastausta kysymykseeni.",
    ),
    "sv": ("Snabb och vänlig betjäning.", "Jag fick vänta för länge.", "Saken sköttes genast; tack!", "Jag fick inget svar på min fråga."),
    "en": ("Quick and friendly service.", "I had to wait too long.", "Settled at once; thanks!", "My question was not answered."),
}
_MAILINGS: dict[Language, tuple[tuple[str, str], ...]] = {
    "fi": (
        ("Kevään aurinkotarjoukset", "marketing"),
        ("Uutiskirje: akustot vertailussa", "marketing"),
        ("Tilausvahvistus", "customer"),
        ("Huoltokatko", "customer"),
    ),
    "sv": (
        ("Vårens solerbjudanden", "marketing"),
        ("Nyhetsbrev: vi jämför batterier", "marketing"),
        ("Orderbekräftelse", "customer"),
        ("Serviceavbrott", "customer"),
    ),
    "en": (
        ("Sunny offers of the spring", "marketing"),
        ("Newsletter: batteries compared", "marketing"),
        ("Order confirmation", "customer"),
        ("Maintenance", "customer"),
    ),
}
PRODUCTS = (
    *(("Aurinkopaneeli 440 W", 129.0), ("Hybridi-invertteri 10 kW", 2190.0), ("Akusto 10 kWh", 4990.0), ("Tuotantoseuranta, vuosi", 59.0)),
    *(("Asennus, omakotitalo", 1890.0), ("Kattokiinnikesarja", 89.5), ("Latausasema 11 kW", 990.0), ("Huoltosopimus, vuosi", 199.0)),
)
BROCHURES = ("aurinkosahko-kotiin", "solel-till-gården", "akustot", "yritysten-ratkaisut", "latausasemat")
INTERESTS = ("aurinkopaneelit", "akustot", "latausasemat", "lämpöpumput", "energianeuvonta", "rahoitus")
PAGES = (
    "/",
    "/tuotteet/",
    "/tuotteet/paneelit",
    "/sv/produkter/",
    "/yhteys",
    "/hinnasto",
    "/en/contact",
    "/esitteet/akustot.pdf",
    "/tietosuoja",
    "/blogi/säästö",
)
POSITIONS = (
    "toimitusjohtaja",
    "hankintapäällikkö",
    "kiinteistöpäällikkö",
    "ekonomichef",
    "talouspäällikkö",
    "project manager",
    "isännöitsijä",
    "inköpare",
)


def question(rng: random.Random, language: Language) -> str:
    """What a customer asks."""
    return rng.choice(_QUESTIONS[language])


def answer(rng: random.Random, language: Language) -> str:
    """What customer service answers."""
    return rng.choice(_ANSWERS[language])


def thanks(rng: random.Random, language: Language) -> str:
    """What a customer says in the end."""
    return rng.choice(_THANKS[language])


def subject(rng: random.Random, language: Language) -> str:
    """The subject of a ticket."""
    return rng.choice(_SUBJECTS[language])


def resolution(rng: random.Random, language: Language) -> str:
    """How a ticket was handled."""
    return rng.choice(_RESOLUTIONS[language])


def comment(rng: random.Random, language: Language) -> str:
    """A comment on customer service."""
    return rng.choice(_COMMENTS[language])


def with_identifier(rng: random.Random, language: Language) -> str:
    """A sentence that holds a structured identifier of nobody's."""
    return rng.choice(_IDENTIFIERS[language])


def mailing(rng: random.Random, language: Language) -> tuple[str, str]:
    """The subject of a mailed message, and whether it is a marketing or a customer message."""
    return rng.choice(_MAILINGS[language])


def mention(rng: random.Random, language: Language, other: Person) -> tuple[str, list[str]]:
    """A sentence that mentions another person, and the words in it that do."""
    inflected = genitive(other.last)
    words = {
        "name": other.name,
        "genitive": f"{other.first} {inflected}" if inflected else other.name,
        "email": other.email,
        "phone": phone_as_written(rng, other.phone),
    }
    if inflected is None and language == "fi":
        sentence = rng.choice([text for text in _MENTIONS["fi"] if "{genitive}" not in text])
    else:
        sentence = rng.choice(_MENTIONS[language])
    return sentence.format(**words), [word for key, word in words.items() if f"{{{key}}}" in sentence]
