"""Bounded exploration: what a procedure can come to, seen by carrying out its moves on the core itself."""
