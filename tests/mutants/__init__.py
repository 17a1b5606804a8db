"""Faults put into the pure rooms one by one, to see which of them the tests notice: `make mutants`."""
