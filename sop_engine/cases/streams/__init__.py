"""Streams of readings: which episodes are in them, and of which a case is to hear."""
