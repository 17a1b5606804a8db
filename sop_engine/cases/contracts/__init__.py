"""Every model that crosses Temporal: one per message, in and out, even for a single field."""
