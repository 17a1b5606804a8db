"""Procedures as diagrams in BPMN's words: plain descriptions, which other rooms lay out and write."""
