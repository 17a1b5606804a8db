"""Reads the content under sop_definitions (YAML 1.2, with line numbers) into the models of the pure rooms."""
