"""Which records these are, how far they have come, and which errands were carried out; papers that were lost."""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "record_identity",
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=False),
        sa.Column("complete_from", UtcInstant(), nullable=True),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_record_identity")),
    )
    op.create_table(
        "record_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_record_marks")),
    )
    op.create_table(
        "errands",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("done_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_errands")),
    )
    op.create_index(op.f("ix_errands_case_id"), "errands", ["case_id"], unique=False)
    op.create_table(
        "record_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("changed_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_changes")),
    )
    with op.batch_alter_table("contents", schema=None) as batch_op:
        batch_op.alter_column("content", existing_type=sa.LargeBinary(), nullable=True)
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_from", sa.String(), nullable=True))
    _complete()


def _complete() -> None:
    """An identity of its own, each register's last number, and the instant up to which the records are taken as whole:
    their own last write, which a restored copy has too."""
    connection = op.get_bind()
    cases = sa.table("cases", sa.column("written_at", UtcInstant()))
    last = connection.execute(sa.select(sa.func.max(cases.c.written_at))).scalar()
    identity = sa.table(
        "record_identity",
        sa.column("identity", sa.String()),
        sa.column("made_at", UtcInstant()),
        sa.column("complete_from", UtcInstant()),
    )
    op.execute(identity.insert().values(identity=str(uuid4()), made_at=datetime.now(UTC), complete_from=last))
    op.execute(
        "INSERT INTO record_marks (name, value) "
        "SELECT register_name || ' ' || CAST(year AS VARCHAR), max(serial) FROM numbers GROUP BY register_name, year"
    )
