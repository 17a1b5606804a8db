"""Renders papers with Typst (PDF) and Jinja2 (HTML), notices with Jinja2; templates live in sop_definitions."""
