# Everything that is typed on a fresh machine with Python 3.11+ and make.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked

export ANSVAR_REGISTER ?= $(CURDIR)/register
export ANSVAR_HOME ?= $(CURDIR)/.ansvar
export PYTHONUNBUFFERED := 1

INSTALL := -m pip install --quiet --disable-pip-version-check

.PHONY: demo test ui install service lint spark lock

install: $(STAMP) ## all that this file needs: what runs, and what it is developed and tested with

$(STAMP): requirements.dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(INSTALL) --require-hashes -r requirements.dev.lock
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(STAMP)

service: ## what runs in service, and nothing else: not the packages of tests, nor those that build this one
	rm -rf dist
	$(PYTHON) -m venv dist/venv
	dist/venv/bin/python $(INSTALL) --require-hashes -r requirements.build.lock
	dist/venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python $(INSTALL) --require-hashes -r requirements.lock
	$(BIN)/python $(INSTALL) --no-deps dist/ansvar-*.whl
	rm -rf dist

demo: $(STAMP) ## the daily job on the demonstration company
	$(BIN)/python -m demo run

ui: $(STAMP) ## the web entrance on the same home, Dagster's UI behind its login
	$(BIN)/python -m demo ui

test: $(STAMP) ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## what must hold beside the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

spark: $(STAMP) ## the warehouse on Apache Spark, and both registers on Sail compared with DuckDB to the row: minutes
	.ci/spark whole

UV ?= uv
LOCKING := --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-strip-extras --quiet

lock: ## anew, what is installed: of each package the same version in the first three; a server of Spark stands apart
	$(UV) pip compile pyproject.toml --group dev $(LOCKING) -o requirements.dev.lock
	$(UV) pip compile pyproject.toml $(LOCKING) -c requirements.dev.lock -o requirements.lock
	$(UV) pip compile --group build $(LOCKING) -c requirements.dev.lock -o requirements.build.lock
	$(UV) pip compile --group spark-server $(LOCKING) -o requirements.spark.lock
