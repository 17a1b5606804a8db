"""Numbers of registers."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "numbers",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("register_name", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("given_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_numbers_number")),
        sa.UniqueConstraint("register_name", "year", "serial", name=op.f("uq_numbers_register_name_year_serial")),
    )
