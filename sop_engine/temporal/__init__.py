"""Plugin, client factory, search attributes, queue names, embedded server: what is Temporal's alone."""
