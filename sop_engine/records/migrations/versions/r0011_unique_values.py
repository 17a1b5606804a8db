"""Values that one case alone may have."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "unique_values",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("value_key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("taken_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "value_key", name=op.f("pk_unique_values")),
    )
    with op.batch_alter_table("unique_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unique_values_case_id"), ["case_id"], unique=False)
