"""The key that the records seal their marks with."""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("record_identity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal_key", sa.String(), nullable=False, server_default=token_hex(32)))
    with op.batch_alter_table("record_identity", schema=None) as batch_op:
        batch_op.alter_column("seal_key", existing_type=sa.String(), server_default=None)
