"""Scenarios: a case as data, played on the core with time as an argument, and judged by what was expected of it."""
