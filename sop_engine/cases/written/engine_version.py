"""The ladder of engine versions: what each changed in the commands that a case issues.

A case keeps the version it was loaded with; the interpreter asks once per change. Each rung has a recorded history
under `tests/replay/histories`. A worker that does not know a version fails the workflow task, never the case.
"""

FOUNDATION = 1
"""One timer, one publishing local activity per step, children by signal."""

HARDENED = 2
"""A run hands over within a bounded number of events; a message of the engine is believed only when proven."""

KEEPS_FILES = 3
"""A file is one whose content is kept: what is only named is refused, to a machine in the journal."""

KNOWS_THE_SAME = 4
"""Reference data that a case has already makes no step."""

ENGINE_VERSION = KNOWS_THE_SAME
"""The version that new cases are loaded with."""

KNOWN_VERSIONS = (FOUNDATION, HARDENED, KEEPS_FILES, KNOWS_THE_SAME)
