"""The books: balanced entries, open items, registers, costs, payments, credit, and month close."""
