"""Typer command groups and Rich renderers used by cli.py. No rule of the business."""
