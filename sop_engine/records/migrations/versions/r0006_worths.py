"""What lines, items and moves are worth in book currency; what each bill claimed of a cost line; reversals of bills."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import ExactDecimal

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("ledger_lines", "open_items", "item_moves"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("worth", ExactDecimal(), nullable=True))
    with op.batch_alter_table("supplier_bills", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refers_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("disbursements", ExactDecimal(), nullable=True))
    op.create_table(
        "cost_claims",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("shipment", sa.String(), nullable=False),
        sa.Column("charge", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_cost_claims_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", "shipment", "charge", name=op.f("pk_cost_claims")),
    )
    with op.batch_alter_table("cost_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cost_claims_supplier"), ["supplier"], unique=False)
    _complete()


def _complete() -> None:
    """Worths of what was booked in yuan; what was booked in other currencies had none, and stays without."""
    op.execute("UPDATE ledger_lines SET worth = amount WHERE currency = 'CNY'")
    op.execute("UPDATE open_items SET worth = balance WHERE currency = 'CNY'")
    in_yuan = "SELECT item_id FROM open_items WHERE currency = 'CNY'"
    op.execute(f"UPDATE item_moves SET worth = amount WHERE item_id IN ({in_yuan})")
    op.execute(
        "INSERT INTO cost_claims (entry_id, shipment, charge, supplier, currency, amount) "
        "SELECT billed_by, shipment, charge, supplier, currency, contracted FROM cost_lines WHERE billed_by IS NOT NULL"
    )
