# Everything a person needs to run, test and change classbridge. `make help` lists the targets.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PYTHON ?= python3

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) scripts/make_venv.py $(VENV)

$(STAMP): $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV_STAMP): $(STAMP) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $@

.PHONY: install
install: $(STAMP) ## make .venv with .venv/bin/classbridge

.PHONY: demo
demo: install ## run the main job once on made-up data and leave the pages up
	$(BIN)/classbridge demo $(DEMO)

.PHONY: dev
dev: $(DEV_STAMP) ## install what tests and checks need into .venv

.PHONY: system
system: ## install Chromium and PostgreSQL with apt where that is possible
	@scripts/system_packages

.PHONY: test
test: dev system ## all tests, on SQLite and PostgreSQL and in a browser
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not exhaustive" $(ARGS)

.PHONY: test-all
test-all: dev system ## the same and the exhaustive ones (long)
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: openapi-official
openapi-official: dev ## compare the provider with the files below ONEROSTER_OPENAPI_DIR (official/, derived/)
	@: $${ONEROSTER_OPENAPI_DIR:?names the directory that holds the files}
	$(BIN)/pytest -rP tests/official/openapi.py $(ARGS)

.PHONY: chaos
chaos: dev system ## kill the worker at random points of exports, again and again
	$(BIN)/pytest -m exhaustive tests/chaos $(ARGS)

.PHONY: bench
bench: dev ## measure, each figure beside a floor measured in the same run
	$(BIN)/classbridge bench

.PHONY: check
check: dev ## lint, types, import rules, translations, spelling
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/ruff check src tests scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint src/classbridge/web/templates
	$(BIN)/codespell src tests docs scripts README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/python -m classbridge.text.check

.PHONY: audit
audit: dev ## look the pinned packages up among known vulnerabilities (needs the network)
	$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip

.PHONY: fmt
fmt: dev ## put the code into the house's form
	$(BIN)/ruff format src tests scripts
	$(BIN)/ruff check --fix src tests scripts

.PHONY: lock
lock: dev ## pin every package to the versions that pyproject.toml allows now
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock

.PHONY: screenshots
screenshots: dev system ## take the pictures in docs/ again
	$(BIN)/python -m scripts.screenshots
