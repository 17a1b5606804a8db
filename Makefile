.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OURS := activities benchmarks cli.py sop_definitions sop_engine tests worker.py workflows
COMPILE = $(BIN)/python -m compileall -q $(wildcard $(OURS))

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@touch $@

# Each worker and each command of a test is a process of its own, and each case is imported into a sandbox: what was
# compiled once is kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo month chaos mutants test check lock bench record
help: ## what you can type
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(READY) ## create .venv with everything the project needs
	@$(COMPILE)

demo: $(READY) ## watch two shipments go from commission to collection (KEEP=1 leaves the stack up)
	$(BIN)/sop demo $(if $(KEEP),--keep)

month: $(READY) ## play a month of 300 shipments and check its books (SHIPMENTS=20 for fewer, SEED=7 for others)
	$(BIN)/python -m tests.month $(if $(SHIPMENTS),--shipments $(SHIPMENTS)) $(if $(SEED),--seed $(SEED))

chaos: $(READY) ## kill workers and server under 200 cases for ten minutes, then audit (MINUTES or KILLS, CASES, SEED, DATABASE=postgresql, REPORT)
	$(BIN)/python -m tests.chaos $(if $(MINUTES),--minutes $(MINUTES)) $(if $(KILLS),--kills $(KILLS)) $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED)) $(if $(DATABASE),--database $(DATABASE)) $(if $(REPORT),--report $(REPORT))

mutants: $(READY) ## put faults into a pure room and count those that tests notice (ROOM=timekeeping, SAMPLE=50 for fewer, SEED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	$(BIN)/python -m tests.mutants --room $(or $(ROOM),timekeeping) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

# What keeps the servers of tests busy is little, and lives for a minute: they clear up more rarely.
test: export GOGC := 400
test: check ## run every check and every test
	$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder tests

check: $(READY) ## formatting, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## timed comparisons; never part of the tests
	$(BIN)/python -m benchmarks

record: $(READY) ## record histories for replay tests (WHAT="hold incident" for some)
	$(BIN)/python -m tests.replay.recording $(WHAT)

lock: ## refresh requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock
