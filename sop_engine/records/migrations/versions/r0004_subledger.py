"""The sub-ledger: open items and their moves, registers of papers, costs, payments, credit, accounting months.

Entries posted before get their month and shipment, and on control accounts an item of a party still to be named.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import ExactDecimal, UtcInstant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "credit_lifts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("up_to", ExactDecimal(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("approved_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_credit_lifts")),
    )
    with op.batch_alter_table("credit_lifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_lifts_customer"), ["customer"], unique=False)

    op.create_table(
        "credit_terms",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("credit_limit", ExactDecimal(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_credit_terms")),
    )
    with op.batch_alter_table("credit_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_terms_customer"), ["customer"], unique=False)

    op.create_table(
        "month_changes",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_month_changes")),
    )
    with op.batch_alter_table("month_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_month_changes_month"), ["month"], unique=False)

    op.create_table(
        "cash_on_delivery",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("cod_no", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("agreed", ExactDecimal(), nullable=False),
        sa.Column("collected", ExactDecimal(), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("settle_by", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_cash_on_delivery_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_cash_on_delivery")),
    )
    with op.batch_alter_table("cash_on_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cash_on_delivery_cod_no"), ["cod_no"], unique=False)

    op.create_table(
        "cost_lines",
        sa.Column("shipment", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("charge", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("contracted", ExactDecimal(), nullable=False),
        sa.Column("executed", ExactDecimal(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.Column("billed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["billed_by"], ["ledger_entries.entry_id"], name=op.f("fk_cost_lines_billed_by_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("shipment", "supplier", "charge", name=op.f("pk_cost_lines")),
    )
    op.create_table(
        "invoices",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("refers_to", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("taxpayer_no", sa.String(), nullable=False),
        sa.Column("tax_invoice_no", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", ExactDecimal(), nullable=False),
        sa.Column("vat", ExactDecimal(), nullable=False),
        sa.Column("disbursements", ExactDecimal(), nullable=False),
        sa.Column("gross", ExactDecimal(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_invoices_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_invoices")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoices_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_refers_to"), ["refers_to"], unique=False)

    op.create_table(
        "open_items",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("balance", ExactDecimal(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("disputed", ExactDecimal(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("settles", sa.JSON(), nullable=False),
        sa.Column("takes_credit", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["ledger_entries.entry_id"], name=op.f("fk_open_items_item_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_open_items")),
    )
    with op.batch_alter_table("open_items", schema=None) as batch_op:
        batch_op.create_index("ix_open_items_account_party", ["account", "party", "is_open"], unique=False)
        batch_op.create_index(batch_op.f("ix_open_items_reference"), ["reference"], unique=False)

    op.create_table(
        "paper_lines",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("shipment", sa.String(), nullable=True),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("vat_rate", ExactDecimal(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_paper_lines_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_paper_lines")),
    )
    op.create_table(
        "payment_requests",
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("book_amount", ExactDecimal(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", UtcInstant(), nullable=False),
        sa.Column("paid_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["paid_by"], ["ledger_entries.entry_id"], name=op.f("fk_payment_requests_paid_by_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("request_no", name=op.f("pk_payment_requests")),
    )
    op.create_table(
        "supplier_bills",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("bill_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", ExactDecimal(), nullable=False),
        sa.Column("vat", ExactDecimal(), nullable=False),
        sa.Column("gross", ExactDecimal(), nullable=False),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_supplier_bills_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_supplier_bills")),
    )
    with op.batch_alter_table("supplier_bills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_bills_supplier"), ["supplier"], unique=False)

    op.create_table(
        "item_disputes",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("disputed_at", UtcInstant(), nullable=False),
        sa.Column("settled_at", UtcInstant(), nullable=True),
        sa.Column("settled_by_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["open_items.item_id"], name=op.f("fk_item_disputes_item_id_open_items")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_item_disputes")),
    )
    with op.batch_alter_table("item_disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_disputes_item_id"), ["item_id"], unique=False)

    op.create_table(
        "item_moves",
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("against", sa.String(), nullable=True),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("moved_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["open_items.item_id"], name=op.f("fk_item_moves_item_id_open_items")),
        sa.PrimaryKeyConstraint("cause", "number", name=op.f("pk_item_moves")),
    )
    with op.batch_alter_table("item_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_moves_item_id"), ["item_id"], unique=False)

    op.create_table(
        "payment_approvals",
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("approved_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_no"],
            ["payment_requests.request_no"],
            name=op.f("fk_payment_approvals_request_no_payment_requests"),
        ),
        sa.PrimaryKeyConstraint("request_no", "role", name=op.f("pk_payment_approvals")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("month", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("shipment", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("rate", ExactDecimal(), nullable=True))
    _complete_entries()
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.alter_column("month", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("shipment", existing_type=sa.String(), nullable=False)
        batch_op.create_index(batch_op.f("ix_ledger_entries_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entries_shipment"), ["shipment"], unique=False)


def _complete_entries() -> None:
    connection = op.get_bind()
    tables = sa.MetaData()
    entries, lines, items, moves = (
        sa.Table(name, tables, *(sa.Column(column, kind) for column, kind in columns))
        for name, columns in _COLUMNS.items()
    )
    for entry in connection.execute(sa.select(entries)).mappings().all():
        posted_on = (entry["posted_at"] + timedelta(hours=8)).date()
        connection.execute(
            entries.update()
            .where(entries.c.entry_id == entry["entry_id"])
            .values(month=f"{posted_on:%Y-%m}", shipment=entry["case_id"].partition(".")[0])
        )
        posted = connection.execute(sa.select(lines).where(lines.c.entry_id == entry["entry_id"])).mappings().all()
        controlled = [line for line in posted if line["account"] in ("1122", "2202")]
        if not controlled:
            continue
        amount = sum((line["amount"] if line["side"] == "debit" else -line["amount"] for line in controlled), Decimal())
        connection.execute(
            items.insert().values(
                item_id=entry["entry_id"],
                account=controlled[0]["account"],
                party="",
                kind=entry["entry"],
                reference=entry["business_key"],
                currency=controlled[0]["currency"],
                amount=amount,
                balance=amount,
                is_open=True,
                disputed=Decimal(),
                dated_on=posted_on,
                due_on=posted_on,
                settles=[],
                takes_credit=False,
            )
        )
        connection.execute(
            moves.insert().values(
                cause=entry["entry_id"],
                number=0,
                item_id=entry["entry_id"],
                amount=amount,
                moved_on=posted_on,
                moved_at=entry["posted_at"],
            )
        )


_TEXT = sa.String()
_COLUMNS: dict[str, tuple[tuple[str, Any], ...]] = {
    "ledger_entries": (
        ("entry_id", _TEXT),
        ("entry", _TEXT),
        ("business_key", _TEXT),
        ("case_id", _TEXT),
        ("posted_at", UtcInstant()),
        ("month", _TEXT),
        ("shipment", _TEXT),
    ),
    "ledger_lines": (
        ("entry_id", _TEXT),
        ("account", _TEXT),
        ("side", _TEXT),
        ("amount", ExactDecimal()),
        ("currency", _TEXT),
    ),
    "open_items": (
        ("item_id", _TEXT),
        ("account", _TEXT),
        ("party", _TEXT),
        ("kind", _TEXT),
        ("reference", _TEXT),
        ("currency", _TEXT),
        ("amount", ExactDecimal()),
        ("balance", ExactDecimal()),
        ("is_open", sa.Boolean()),
        ("disputed", ExactDecimal()),
        ("dated_on", sa.Date()),
        ("due_on", sa.Date()),
        ("settles", sa.JSON()),
        ("takes_credit", sa.Boolean()),
    ),
    "item_moves": (
        ("cause", _TEXT),
        ("number", sa.Integer()),
        ("item_id", _TEXT),
        ("amount", ExactDecimal()),
        ("moved_on", sa.Date()),
        ("moved_at", UtcInstant()),
    ),
}
