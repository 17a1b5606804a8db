"""Reports: rows of exact values drawn from the books and the read model."""
