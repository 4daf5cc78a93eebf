"""Orders and invoices in the customer register."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.texts import PRODUCTS
from demo.times import later_day, past_day
from demo.world import LAST_DAY, chance

if TYPE_CHECKING:
    import random
    from datetime import date

    from demo.sources.crm_tables import Rows
    from demo.truth import Truth
    from demo.world import Person

_MOST_ORDERS = 3


def add(rows: Rows, rng: random.Random, person: Person, truth: Truth) -> None:
    """One to three orders of a person, each with its invoice.

    A company's order names the contact person who made it, a sole trader's or consumer's the customer number.
    """
    of_company = person.kind == "company_contact"
    contact_id = person.contact_id if of_company else None
    customer_number = None if of_company else person.customer_number
    company_id = person.company.company_id if person.company and of_company else None
    for number in range(rng.randint(1, _MOST_ORDERS)):
        product, price = rng.choice(PRODUCTS)
        quantity = rng.choice((1, 1, 1, 2, 6, 12))
        amount = round(price * quantity, 2)
        ordered = _ordered(rng, person)
        delivered = later_day(rng, ordered, 60) if chance(rng, 0.95) else None
        order_id, invoice_id = f"O{person.number:07d}-{number + 1}", f"L{person.number:07d}-{number + 1}"
        customer = (contact_id, customer_number)
        order = (
            order_id,
            *customer,
            company_id,
            product,
            quantity,
            amount,
            ordered.isoformat(),
            delivered.isoformat() if delivered else None,
        )
        rows["orders"].append((*order, person.street, person.postal_code, person.city))
        truth.record("crm.orders", order_id, person, ordered)
        invoiced = ordered if person.edge else later_day(rng, ordered, 14)
        due = invoiced + timedelta(days=14)
        paid = later_day(rng, invoiced, 20).isoformat() if chance(rng, 0.93) else None
        rows["invoices"].append((invoice_id, order_id, *customer, amount, invoiced.isoformat(), due.isoformat(), paid))
        truth.record("crm.invoices", invoice_id, person, invoiced)


def _ordered(rng: random.Random, person: Person) -> date:
    drawn = past_day(rng, person, "accounting")
    return drawn if person.edge else max(person.started, min(drawn, person.ended or LAST_DAY))
