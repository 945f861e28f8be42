# Everything that a developer or a CI machine runs. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= $(shell n=$$(nproc); echo $$(( n > 6 ? 6 : n < 2 ? 2 : n )))
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: help serve test check proof bench bench-scale bench-rent bench-crowd audit lock vendor clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.venv/run.stamp: setup.cfg
	@echo "Installing; this happens again only after setup.cfg changes."
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) -e .
	@touch $@

# The stamp goes first: pip takes the product out for a moment, and whoever breaks that off has half an environment.
.venv/tools.stamp: .venv/run.stamp
	@rm -f .venv/run.stamp
	@$(PIP) -e '.[test,check]'
	@touch .venv/run.stamp $@

serve: .venv/run.stamp ## Start the site with demo data; PORT=6543 changes the port
	@exec $(BIN)/atlas serve --prepare

test: .venv/tools.stamp ## The whole suite: SQLite, PostgreSQL, Redis, a browser; ARGS= goes to pytest
	@$(BIN)/pytest -n $(WORKERS) --ignore=tests/proofs $(ARGS)

check: .venv/tools.stamp ## Style, types, imports, templates, and the tests of the architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --profile=jinja --lint --quiet src
	$(BIN)/pytest -q tests/architecture

proof: .venv/tools.stamp ## What is long: kills, faults, scale; ARGS= goes to pytest
	@if [ -d tests/proofs ]; then $(BIN)/pytest tests/proofs $(ARGS); else echo "There are no proofs in tests/proofs."; fi

bench: .venv/tools.stamp ## Measure against reference A, alone and through nginx on both databases, and write benchmarks/RESULTS.md
	@failed=0; for part in run through_nginx; do $(BIN)/python benchmarks/$$part.py || failed=1; done; exit $$failed

bench-scale: .venv/tools.stamp ## Measure 100,000 listings against 100, 20,000 leases and 1,000,000 transfers against 200 leases, on both databases
	@failed=0; for part in scale scale_leases scale_ledger; do $(BIN)/python benchmarks/$$part.py || failed=1; done; exit $$failed

bench-rent: .venv/tools.stamp ## Measure a rent run of 100,000 leases on PostgreSQL
	@$(BIN)/python benchmarks/rent_run.py

bench-crowd: .venv/tools.stamp ## Let 500 people who are signed in click at random for five minutes, through nginx and two web processes
	@$(BIN)/python benchmarks/crowd.py

audit: .venv/run.stamp ## Ask whether a library that the product is installed with has a known weakness; needs the network
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip --disable-pip-version-check install --quiet 'pip-audit>=2.10,<3'
	@.venv/audit/bin/pip-audit --strict --skip-editable --path $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

lock: .venv/tools.stamp ## Pin the versions of this environment for deploy/install.sh; run it where the suite has passed
	@$(BIN)/python scripts/lock.py

vendor: ## Renew and verify the vendored front-end files
	@bash scripts/vendor.sh

clean: ## Take away what was installed and made
	@rm -rf .venv var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
