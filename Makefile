# Everything that is typed on a fresh machine with Python 3.11+ and make.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked

export ANSVAR_REGISTER ?= $(CURDIR)/register
export ANSVAR_HOME ?= $(CURDIR)/.ansvar
export PYTHONUNBUFFERED := 1

.PHONY: demo test ui install lint

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

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
