"""The automated activities that `work:` may name. The worker registers them; lint knows them by this list."""

WORK_ACTIVITIES = (
    "cargo_acceptance",
    "compare_documents",
    "document_checklist",
    "import_taxes",
    "late_payment_surcharge",
    "next_number",
)
