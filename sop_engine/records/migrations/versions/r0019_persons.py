"""Whose a task is beside its role, for whom a deputy acted, and to whom tasks were given by themselves."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import Names, UtcInstant

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("person", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("completed_for", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("barred", Names(), nullable=False, server_default=""))
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.alter_column("barred", existing_type=Names(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("on_behalf_of", sa.String(), nullable=True))
    op.create_table(
        "choices",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("chosen_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_choices")),
    )
    with op.batch_alter_table("choices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_choices_person"), ["person"], unique=False)
