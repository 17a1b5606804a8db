"""A case under way: its state, one turn at a time, its chart, clocks, effects and end."""
