"""The site's forms: contact forms as separated values, brochures asked for as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import email_as_written, phone_given
from demo.sources.lines import document, write_csv, write_lines
from demo.times import local, local_date, past, with_offset
from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_FORMS = "forms.contact_forms"
_BROCHURES = "forms.brochures"
_HEADER = ("form_id", "sent_at", "name", "email", "phone", "company", "topic", "message", "language")
_FIRST_CONTACT = 0.6
_LATER_CONTACT = 0.15


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's forms; one contact form was sent twice by its sender's browser."""
    rng = chunk.rng("forms")
    forms: list[tuple[object, ...]] = []
    brochures: list[str] = []
    for person in chunk.persons:
        share = _FIRST_CONTACT if person.kind == "prospect" else _LATER_CONTACT
        if has(rng, person, share):
            form_id, at = f"f{chunk.index + 1:03d}-{len(forms) + 1:06d}", past(rng, person, "forms")
            message = f'{texts.question(rng, person.language)}\nTerveisin, "{person.first}"'
            if chance(rng, 0.06):
                other = chunk.another(rng, person)
                sentence, words = texts.mention(rng, person.language, other)
                message = f"{message}\n{sentence}"
                truth.mention(_FORMS, form_id, person, other, words)
            forms.append((form_id, *_form(rng, person, at, message)))
            truth.record(_FORMS, form_id, person, local_date(at))
        if has(rng, person, share / 2):
            request_id, at = f"b{chunk.index + 1:03d}-{len(brochures) + 1:06d}", past(rng, person, "forms")
            brochures.append(document({"id": request_id, "at": with_offset(at), **_brochure(rng, person)}))
            truth.record(_BROCHURES, request_id, person, local_date(at))
    if chunk.index == 0:
        forms.insert(2, forms[1])
        truth.repeated(_FORMS)
    write_csv(folder / chunk.file("contact", "csv"), _HEADER, forms)
    write_lines(folder / chunk.file("brochures", "ndjson"), brochures)


def _form(rng: random.Random, person: Person, at: int, message: str) -> tuple[object, ...]:
    email = person.other_email or email_as_written(rng, person)
    phone = phone_given(rng, person, 1.0 if person.other_email else 0.5)
    company = person.company.name if person.company else None
    return local(at), person.name, email, phone, company, rng.choice(texts.INTERESTS), message, person.language


def _brochure(rng: random.Random, person: Person) -> dict[str, object]:
    return {
        "email": email_as_written(rng, person),
        "name": person.name,
        "cookie": person.cookies[0] if person.cookies and has(rng, person, 0.6) else None,
        "brochure": rng.choice(texts.BROCHURES),
        "address": {"street": person.street, "postal_code": person.postal_code, "city": person.city} if has(rng, person, 0.5) else None,
    }
