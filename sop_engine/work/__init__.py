"""The contracts of automated work, a module for each subject: what each takes, what it gives, whether it writes.

Pure. Lint, the registration of activities, docs, JSON Schema and the fakes of tests are read from here; `activities/`
says which function carries each out.
"""
