"""What an SOP file says, read and typed: its definition, fields and places, and the procedure that comes of them."""
