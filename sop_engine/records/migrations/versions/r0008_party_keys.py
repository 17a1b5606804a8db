"""Parties and numbers of papers by one key, however they are spelled; each party by the name first written."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from sop_engine.freight.party_keys import party_key
from sop_engine.records.columns import UtcInstant

revision = "0008"
down_revision = "0007"

_KEYS = (
    ("open_items", "item_id", "reference", "reference_key", False),
    ("invoices", "entry_id", "number", "number_key", False),
    ("invoices", "entry_id", "refers_to", "refers_key", True),
    ("supplier_bills", "entry_id", "bill_no", "bill_key", False),
    ("supplier_bills", "entry_id", "refers_to", "refers_key", True),
)
"""Table, primary key, number, its key, and whether a paper may have none."""
_INDEXES = (
    ("open_items", "reference", "reference_key"),
    ("invoices", "number", "number_key"),
    ("invoices", "refers_to", "refers_key"),
)
_PARTIES = (
    ("open_items", "party", "item_id"),
    ("invoices", "customer", "entry_id"),
    ("supplier_bills", "supplier", "entry_id"),
    ("cash_on_delivery", "sender", "entry_id"),
    ("cost_claims", "supplier", "entry_id"),
    ("cost_lines", "supplier", "recorded_at"),
    ("credit_terms", "customer", "since_at"),
    ("credit_lifts", "customer", "approved_at"),
    ("payment_requests", "supplier", "requested_at"),
)
"""Table, the party in it, and what tells when it was written: an instant, or the entry that has one."""


def upgrade() -> None:
    op.create_table(
        "party_names",
        sa.Column("party_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("party_key", name=op.f("pk_party_names")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("match_key", sa.String(), nullable=True))
    for table in ("open_items", "invoices", "supplier_bills"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _, _, key, _ in _KEYS:
                if name == table:
                    batch_op.add_column(sa.Column(key, sa.String(), nullable=True))
    _match_entries()
    for name, identity, number, key, _ in _KEYS:
        _key_numbers(name, identity, number, key)
    _name_parties()
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.alter_column("match_key", existing_type=sa.String(), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_ledger_entries_match_key"), ["entry", "match_key"])
    for table in ("open_items", "invoices", "supplier_bills"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _, _, key, is_optional in _KEYS:
                if name == table and not is_optional:
                    batch_op.alter_column(key, existing_type=sa.String(), nullable=False)
            for name, number, key in _INDEXES:
                if name == table:
                    batch_op.drop_index(batch_op.f(f"ix_{table}_{number}"))
                    batch_op.create_index(batch_op.f(f"ix_{table}_{key}"), [key], unique=False)


def _match_entries() -> None:
    """Of entries that were booked under two spellings, the first has the key; the others keep one of their own."""
    entries = _table("ledger_entries", "entry_id", "entry", "business_key", "match_key", posted_at=UtcInstant())
    items = _table("open_items", "item_id")
    connection = op.get_bind()
    opened = {item_id for (item_id,) in connection.execute(sa.select(items.c.item_id))}
    known: set[tuple[str, str]] = set()
    posted = sa.select(entries).order_by(entries.c.posted_at, entries.c.entry_id)
    for entry in connection.execute(posted).mappings().all():
        key = party_key(entry["business_key"]) if entry["entry_id"] in opened else entry["business_key"]
        if (entry["entry"], key) in known:
            key = f"{key}\n{entry['entry_id']}"
        known.add((entry["entry"], key))
        connection.execute(entries.update().where(entries.c.entry_id == entry["entry_id"]).values(match_key=key))


def _key_numbers(name: str, identity: str, number: str, key: str) -> None:
    table = _table(name, identity, number, key)
    connection = op.get_bind()
    for row in connection.execute(sa.select(table).where(table.c[number].is_not(None))).mappings().all():
        found = table.c[identity] == row[identity]
        connection.execute(table.update().where(found).values({key: party_key(row[number])}))


def _name_parties() -> None:
    """Keeps each party's first name, and writes it wherever a later spelling of it stands."""
    connection = op.get_bind()
    entries = _table("ledger_entries", "entry_id", posted_at=UtcInstant())
    posted = {row.entry_id: row.posted_at for row in connection.execute(sa.select(entries))}
    written: list[tuple[datetime, str]] = []
    for name, column, told_by in _PARTIES:
        kinds = {told_by: UtcInstant()} if told_by.endswith("_at") else {told_by: sa.String()}
        table = _table(name, column, **kinds)
        for party, told in connection.execute(sa.select(table.c[column], table.c[told_by])):
            if party:
                written.append((told if isinstance(told, datetime) else posted[told], party))
    names: dict[str, str] = {}
    for _, party in sorted(written):
        names.setdefault(party_key(party), party)
    if names:
        kept = _table("party_names", "party_key", "name")
        rows = [{"party_key": key, "name": name} for key, name in names.items()]
        connection.execute(kept.insert(), rows)
    for later in sorted({party for _, party in written if names[party_key(party)] != party}):
        for name, column, _ in _PARTIES:
            _rename(name, column, later, names[party_key(later)])


def _rename(name: str, column: str, later: str, first: str) -> None:
    """A cost line of a charge that stands under both spellings stays as it is: it was contracted twice."""
    table = _table(name, column, *(("shipment", "charge") if name == "cost_lines" else ()))
    found = table.c[column] == later
    if name == "cost_lines":
        other = table.alias()
        standing = sa.select(other.c.charge).where(
            other.c.supplier == first, other.c.shipment == table.c.shipment, other.c.charge == table.c.charge
        )
        found &= ~sa.exists(standing)
    op.get_bind().execute(table.update().where(found).values({column: first}))


def _table(name: str, *texts: str, **others: Any) -> sa.Table:
    columns: list[sa.Column[Any]] = [sa.Column(column, sa.String()) for column in texts]
    columns += [sa.Column(column, kind) for column, kind in others.items()]
    return sa.Table(name, sa.MetaData(), *columns)
