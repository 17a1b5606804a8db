"""A month of a small forwarder: generated from a seed, played through the SOPs on a server, closed, and recomputed."""
