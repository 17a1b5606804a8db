"""Renders papers with Typst and notices with Jinja2 from a case's data; templates live in sop_definitions."""
