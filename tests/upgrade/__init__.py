"""Data folders that earlier releases made, opened and gone on with by the present code. See README.md."""
