"""`python -m tests.mutants --room timekeeping --sample 50 --seed 7`: how many faults of a room its tests notice.

mutmut makes the mutants, notes which tests reach each function, and tries each mutant with these tests alone, in a fork
of a process that has imported everything and run nothing: what is remembered, such as the trees of expressions, is
worked out by the mutant too. That takes seconds a mutant. A sample is drawn by the seed, the same each time. A room
is tried by the tests of its own name, the statechart also by the pairs of SCION.

What a test module works out while it is imported is worked out before there is a mutant, so no test that looks at it
notices one. A test is asked for by its id, which must therefore be one that pytest finds again: no backslash in it.
"""

import argparse
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.workers.isolation import ForkServerRunner

TESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "basis": ("unit/basis",),
        "statechart": ("unit/statechart", "conformance"),
        "timekeeping": ("unit/timekeeping",),
        "freight": ("unit/freight",),
        "work": ("unit/work",),
        "cases": ("unit/cases",),
    }
)
"""Of each pure room: the folders of `tests` by which it is tried."""
LEFT_OUT: Mapping[str, tuple[str, ...]] = MappingProxyType({"freight": ("unit/freight/test_ledger_sequences.py",)})
"""What is too long for a mutant: ten thousand sequences of bookings take minutes each time."""
KILLED = ("killed", "timeout", "segfault")
"""What mutmut calls a mutant that was noticed; one that no test reaches was not."""
WANTED = 0.8


class _FastestFirst(ForkServerRunner):  # type: ignore[misc]
    """Forks a process that ran no test, so that a mutant finds nothing that earlier ones remembered; the tests that
    take least come first, as most mutants are noticed by any of them."""

    @classmethod
    def of(cls, children: int) -> "_FastestFirst":
        return cls(max_workers=children, test_runner_class=PytestRunner, test_runner_args={})

    def submit(self, mutant_name: str, tests: list[str], *limits: float) -> None:
        super().submit(mutant_name, sorted(tests, key=lambda test: state().duration_by_test[test]), *limits)


def main() -> int:
    asked = _asked()
    folders = [Path("tests", folder) for folder in TESTS[asked.room]]
    settings = config()
    settings.only_mutate = [f"sop_engine/{asked.room}/*"]
    left_out = [f"--ignore={Path('tests', file)}" for file in LEFT_OUT.get(asked.room, ())]
    settings.pytest_add_cli_args_test_selection = [*map(str, folders), *left_out]
    # Which function calls which is of use where only what changed is tried again, and costs a look at each call.
    settings.track_dependencies = settings.use_git_change_detection = False
    mutmut.get_mutant_runner = _FastestFirst.of
    _make()
    every = sorted(name for _, name, _ in mutmut.collect_source_file_mutation_data(mutant_names=())[0])
    chosen = random.Random(asked.seed).sample(every, min(asked.sample or len(every), len(every)))
    mutmut._run(chosen, asked.children)
    return _tell(asked.room, len(every), chosen)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--room", choices=TESTS, required=True)
    parser.add_argument("--sample", type=int, default=0, help="so many mutants; all of them when left out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    return parser.parse_args()


def _make() -> None:
    """Copies the project into `mutants/` and puts every mutant beside the function that it is one of.

    What an earlier run made goes first: mutmut copies files of another room as they are, and takes them for mutated.
    """
    mutmut.set_mutant_under_test("mutant_generation")
    shutil.rmtree("mutants", ignore_errors=True)
    Path("mutants").mkdir()
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.create_mutants(os.cpu_count() or 1)


def _tell(room: str, every: int, chosen: list[str]) -> int:
    """Prints the score and the survivors with their change; 1 where too few were noticed."""
    found = {name: status for name, status in _statuses().items() if name in set(chosen)}
    killed = sum(status in KILLED for status in found.values())
    print(f"\n{room}: {killed} of {len(found)} mutants noticed ({killed / len(found):.0%}), of {every} there are")
    print(f"  {dict(Counter(found.values()))}")
    for name, status in sorted(found.items()):
        if status not in KILLED:
            print(f"\n{status}: {name}\n{mutmut.get_diff_for_mutant(name)}")
    return 0 if killed >= WANTED * len(found) else 1


def _statuses() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in mutmut.walk_mutatable_files():
        data = mutmut.SourceFileMutationData(path=path)
        data.load()
        found |= {name: mutmut.status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
    return found


if __name__ == "__main__":
    sys.exit(main())
