"""What others see of a case: views, the card of the Web UI, its last steps."""
