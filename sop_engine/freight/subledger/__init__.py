"""PURE. What parties owe and are owed: papers, open items, allocation, matching, credit, and accounting months."""
