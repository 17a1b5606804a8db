"""Who acts: the firm, its organisation with roles and persons, and whose name stands in a journal."""
