"""Renders documents and notices from a case's data with Jinja2; templates live in sop_definitions/documents."""
