"""Everything that is neither content, workflow, activity nor entry point."""
