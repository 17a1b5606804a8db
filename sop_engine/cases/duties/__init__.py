"""Recurring duties: procedures that are started again and again, as written, as checked, as planned."""
