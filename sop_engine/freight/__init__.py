"""PURE. What freight people count and number: identifiers, money, weights, charges, customs taxes."""
