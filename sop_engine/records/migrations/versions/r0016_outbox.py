"""The outbox."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("out_id", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("begun_at", UtcInstant(), nullable=False),
        sa.Column("sent_at", UtcInstant(), nullable=True),
        sa.Column("settled_at", UtcInstant(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("leased_until", UtcInstant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("out_id", name=op.f("uq_outbox_out_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for column in ("case_id", "channel", "digest", "notice"):
            batch_op.create_index(batch_op.f(f"ix_outbox_{column}"), [column], unique=False)
