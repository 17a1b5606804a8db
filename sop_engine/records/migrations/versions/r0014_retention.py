"""Legal holds, disposals and their files."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcInstant(), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", UtcInstant(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_holds")),
    )
    with op.batch_alter_table("legal_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_holds_subject_key"), ["subject_key"], unique=False)
    op.create_table(
        "disposals",
        sa.Column("disposal_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", UtcInstant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcInstant(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("carried_out_by", sa.String(), nullable=True),
        sa.Column("ended_at", UtcInstant(), nullable=True),
        sa.PrimaryKeyConstraint("disposal_id", name=op.f("pk_disposals")),
    )
    op.create_table(
        "disposal_files",
        sa.Column("disposal_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("sop", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("disposed_at", UtcInstant(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["disposals.disposal_id"], name=op.f("fk_disposal_files_disposal_id_disposals")
        ),
        sa.PrimaryKeyConstraint("disposal_id", "case_id", name=op.f("pk_disposal_files")),
    )
    with op.batch_alter_table("disposal_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disposal_files_case_id"), ["case_id"], unique=False)
