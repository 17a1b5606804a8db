"""Contents in pieces, which cases hold which files, and the key of receipts."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0015"
down_revision = "0014"

PIECE_BYTES = 480 * 1024


def upgrade() -> None:
    op.create_table(
        "pieces",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "number", name=op.f("pk_pieces")),
    )
    op.create_table(
        "file_uses",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind", "name", "version", name=op.f("pk_file_uses")),
    )
    op.create_index(op.f("ix_file_uses_sha256"), "file_uses", ["sha256"], unique=False)
    op.create_table(
        "signing_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signing_keys")),
    )
    with op.batch_alter_table("contents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("media_type", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("touched_at", UtcInstant(), nullable=True))
        batch_op.add_column(sa.Column("is_whole", sa.Boolean(), nullable=True))
    _cut_into_pieces()
    with op.batch_alter_table("contents", schema=None) as batch_op:
        batch_op.alter_column("touched_at", existing_type=UtcInstant(), nullable=False)
        batch_op.alter_column("is_whole", existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_column("content")
        batch_op.create_index(batch_op.f("ix_contents_touched_at"), ["touched_at"], unique=False)


def _cut_into_pieces() -> None:
    connection = op.get_bind()
    contents = sa.table(
        "contents", sa.column("content", sa.LargeBinary()), sa.column("touched_at", UtcInstant()), sa.column("is_whole")
    )
    whole = {"touched_at": datetime.now(UTC), "is_whole": contents.c.content.is_not(None)}
    connection.execute(contents.update().values(whole))
    cut = sa.text(
        "INSERT INTO pieces (sha256, number, content) "
        "SELECT sha256, :number, substr(content, :first, :length) FROM contents "
        "WHERE content IS NOT NULL AND size >= :first"
    )
    longest = connection.execute(sa.text("SELECT max(size) FROM contents")).scalar() or 0
    for number in range(-(-longest // PIECE_BYTES)):
        given = {"number": number, "first": number * PIECE_BYTES + 1, "length": PIECE_BYTES}
        connection.execute(cut, given)
