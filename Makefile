# Every verb of the project. PYTHON chooses the interpreter of the virtual environment (3.11 or newer): the system's own
# first, which gets its security updates and is built a third faster than what version switchers compile.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.14 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11) python3)
BIN := .venv/bin
LAB := scripts/packages-lab.txt
# Programs that tests start need not compile Ropeway anew each time, whatever the environment says.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -q
WORKERS ?= 2
MINUTES ?= 10
FAST := $(wildcard tests/unit tests/contract)
REAL := $(wildcard tests/journeys tests/integration tests/crash)

.PHONY: help install demo check test endure bench docs

help: ## List the verbs.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: ## Install what is missing: Debian packages, and .venv from hash-pinned requirements.
	@scripts/install $(PYTHON) requirements/develop.txt $(LAB) scripts/packages-tests.txt

demo: ## Show it: a Samba domain with a company, its first synchronization, then changes as they arrive.
	@scripts/install $(PYTHON) requirements/runtime.txt $(LAB)
	@scripts/demo

check: install ## Format, lint, types, and which package may import which.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

test: check ## Everything that must hold: check, the fast tests, then those with real servers.
	$(PYTEST) -n $(WORKERS) $(FAST)
	$(PYTEST) -n $(WORKERS) --dist loadscope $(REAL)

endure: install ## Kill services, agents and controllers for MINUTES=10, and compare the directory with the domain.
	ROPEWAY_ENDURANCE=$$(( $(MINUTES) * 60 )) ROPEWAY_SEED=$(SEED) $(PYTEST) -s tests/crash/test_endurance.py

bench: install ## Measure, and write the table of docs/performance.md.
	$(BIN)/python -m benchmarks

docs: install ## Try every example of the documentation.
	$(PYTEST) -k "documentation or docs or readme or examples" $(FAST)
