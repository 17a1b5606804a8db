"""Recurring duties: what is in force, its pauses, and the periods that are planned, started or skipped."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "applied_duties",
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("since", UtcInstant(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("applied_at", UtcInstant(), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_applied_duties")),
    )
    op.create_table(
        "duty_pauses",
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("paused_at", UtcInstant(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("resumed_at", UtcInstant(), nullable=True),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("duty", "paused_at", name=op.f("pk_duty_pauses")),
    )
    op.create_table(
        "duty_periods",
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sop", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("due_at", UtcInstant(), nullable=True),
        sa.Column("start_at", UtcInstant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("settled_at", UtcInstant(), nullable=True),
        sa.PrimaryKeyConstraint("duty", "period", "subject", name=op.f("pk_duty_periods")),
    )
    op.create_index(op.f("ix_duty_periods_status_start_at"), "duty_periods", ["status", "start_at"], unique=False)
