"""A soak: cases at work while workers and the server are killed, then an auditor who compares everything.

`make chaos` starts the embedded server on its file and worker processes (`stack`), opens cases and acts in them
(`lives`, `hands`), asks them all the time (`readers`), and kills a worker, all workers or the server every few seconds
(`killer`). Whatever is sent is written down with its answer (`evidence`). Then nothing is killed any more; once all is
at rest (`resting`), the auditor (`auditing`, `audit_journal`, `audit_effects`, `audit_replays`) looks for differences
between what was answered, Temporal's histories, the cases' own state and the records, and replays every run of every
case cold. `report` writes down what was found; any difference is exit code 1.
"""
