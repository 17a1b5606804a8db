"""Temporal workflow classes and nothing else; every file here is executed anew for each run."""
