"""The tables of the customer register."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

Rows = dict[str, list[tuple[object, ...]]]

# Columns end with `!` where they must have a value; the first is the primary key.
_COLUMNS = {
    "companies": "company_id! customer_number! business_id! name! kind! street postal_code city switchboard mailbox "
    "relation_started_on! relation_ended_on",
    "contacts": "contact_id! customer_number customer_kind! first_name last_name email phone position language interests "
    "user_settings company_id relation_started_on! relation_ended_on updated_at",
    "contact_periods": "period_id! contact_id! company_id! role started_on! ended_on",
    "consents": "consent_id! contact_id! channel! decision! given_at! given_through ended_at",
    "subscriptions": "subscription_id! contact_id! list! ordered_on! cancelled_on",
    "orders": "order_id! contact_id customer_number company_id product! quantity! amount! ordered_on! delivered_on "
    "delivery_street delivery_postal_code delivery_city",
    "invoices": "invoice_id! order_id! contact_id customer_number amount! invoiced_on! due_on! paid_on",
}
_TYPES = {"quantity": "INTEGER", "amount": "NUMERIC"}
TABLES = tuple(_COLUMNS)


def insert(connection: sqlite3.Connection, rows: Rows) -> None:
    """Make the tables where they are not there yet, and add rows."""
    for table, text in _COLUMNS.items():
        names = text.split()
        columns = ", ".join(_column(name) for name in names)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}, PRIMARY KEY ({names[0].rstrip('!')})) WITHOUT ROWID")
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608 - names of this module


def _column(name: str) -> str:
    bare = name.removesuffix("!")
    return f"{bare} {_TYPES.get(bare, 'TEXT')}" + (" NOT NULL" if bare != name else "")
