"""One fault each, planted in the shipped files: what lint must find, and where."""
