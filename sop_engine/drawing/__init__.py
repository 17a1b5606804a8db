"""Lays diagrams out and writes them: as BPMN 2.0 files and as pictures."""
