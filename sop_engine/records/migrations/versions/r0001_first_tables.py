"""The first tables."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import ExactDecimal, Names, UtcInstant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "case_references",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("folded", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "field", "value", name=op.f("pk_case_references")),
    )
    with op.batch_alter_table("case_references", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_references_folded"), ["folded"], unique=False)

    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("first_run_id", sa.String(), nullable=False),
        sa.Column("sop", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition_hash", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("sla", sa.String(), nullable=False),
        sa.Column("states", Names(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.Column("closed_at", UtcInstant(), nullable=True),
        sa.Column("due_at", UtcInstant(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("written_at", UtcInstant(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_parent"), ["parent"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_sop_status"), ["sop", "status"], unique=False)

    op.create_table(
        "children",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sop", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "child_id", name=op.f("pk_children")),
    )
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", UtcInstant(), nullable=False),
        sa.Column("due_at", UtcInstant(), nullable=False),
        sa.Column("stopped_at", UtcInstant(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("fired", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_clocks")),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "definitions",
        sa.Column("sop", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("published_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("sop", "version", "content_hash", name=op.f("pk_definitions")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("posted_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("entry", "business_key", name=op.f("uq_ledger_entries_entry_business_key")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entries_key")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entries_case_id"), ["case_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.Column("sent_at", UtcInstant(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", "recipient", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_case_id"), ["case_id"], unique=False)

    op.create_table(
        "steps",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("first_run_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("written_at", UtcInstant(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("happened_at", UtcInstant(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("entered", Names(), nullable=False),
        sa.Column("exited", Names(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "first_run_id", "step", "written_at", name=op.f("pk_steps")),
    )
    op.create_table(
        "tasks",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("first_run_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcInstant(), nullable=False),
        sa.Column("due_at", UtcInstant(), nullable=True),
        sa.Column("completed_at", UtcInstant(), nullable=True),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcomes", Names(), nullable=False),
        sa.Column("suspended_until", UtcInstant(), nullable=True),
        sa.Column("candidates", Names(), nullable=False),
        sa.Column("written_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_assignee"), ["assignee"], unique=False)
        batch_op.create_index(batch_op.f("ix_tasks_status_role"), ["status", "role"], unique=False)

    op.create_table(
        "documents",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rendered_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_documents_sha256_contents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_documents")),
        sa.UniqueConstraint("case_id", "template", "version", name=op.f("uq_documents_case_id_template_version")),
        sa.UniqueConstraint("key", name=op.f("uq_documents_key")),
    )
    op.create_table(
        "ledger_lines",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.entry_id"], name=op.f("fk_ledger_lines_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_ledger_lines")),
    )
