"""What an SOP asks for in `do`, `entry` and `exit`: one module a kind, and in `kinds` the table of them."""
