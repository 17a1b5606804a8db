"""The PDF beside a document's HTML."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pdf_sha256", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_documents_pdf_sha256_contents"), "contents", ["pdf_sha256"], ["sha256"]
        )
