"""The scenarios beside the procedures, each a test; and what reads, plays and judges them."""
