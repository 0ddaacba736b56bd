# One entry for everything. Each target does its own set-up; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types layers migrations rules bench doctor faults screenshots clean setup setup-pdf setup-browser

PORT ?= 8000
BIN := .venv/bin
TYPED = lottery $(wildcard config/embedded*.py) config/native.py $(wildcard */rules */services */selectors)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: setup setup-pdf ## set up if needed, then serve http://127.0.0.1:8000 (PORT=…) until Ctrl-C; data is kept
	@exec $(BIN)/python scripts/demo.py --port "$(PORT)"

test: setup setup-pdf setup-browser ## set up if needed, then run all tests on the embedded servers (ARGS="tests/setup -x")
	@SSJ_TEST=1 $(BIN)/python -m pytest $(ARGS)

check: setup ## format, lint, types, layers, migrations, rules table
	@status=0; for part in format lint types layers migrations rules; do \
	  echo "== $$part"; $(MAKE) --no-print-directory $$part || status=1; done; exit $$status

format:
	@$(BIN)/ruff format --check .
lint:
	@$(BIN)/ruff check .
types:
	@SSJ_TEST=1 $(BIN)/mypy $(TYPED)
layers:
	@$(BIN)/lint-imports --no-cache
migrations:
	@SSJ_TEST=1 $(BIN)/python manage.py makemigrations --check --dry-run
rules:
	@$(BIN)/python scripts/rules_table.py --check

bench: setup ## measure draw, import, public lists and queries per page (ARGS="draw" for one of bench/)
	@$(BIN)/python scripts/bench.py $(ARGS)

doctor: ## say in one sentence each what works here and what is missing
	@$$( [ -x $(BIN)/python ] && echo $(BIN)/python || command -v python3 ) scripts/doctor.py --port "$(PORT)"

faults: setup ## plant faults in the draw, each must turn a named test red (ARGS=all: portal, browser, killed servers too)
	@$(BIN)/python -m tests.lottery.faults $(ARGS)
	@if [ "$(ARGS)" = all ]; then $(BIN)/python -m tests.browser.verify_faults && $(BIN)/python scripts/faults.py; fi

screenshots: setup setup-browser ## take the README's pictures of a freshly seeded demo
	@$(BIN)/python scripts/screenshots.py $(ARGS)

clean: ## remove .venv, caches and all local data of this checkout, the demo's data too (asks first; YES=1 does not)
	@scripts/clean.sh

setup: ## only create .venv with the pinned requirements
	@scripts/setup.sh
setup-pdf:
	@scripts/pdf_libs.sh
setup-browser:
	@scripts/browser.sh
