# Plain `make` lists what there is to do.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Bytecode is written on first import; compiling a gigabyte of packages up front costs a minute.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-compile
# Who watches sees what is downloaded; a log is spared it.
PIP += $(shell test -t 2 || echo --quiet)
# Images and CI often forbid bytecode. Without it each of the tests' processes compiles what it
# imports anew: 3.6 instead of 1.6 seconds of CPU for the SDK, 0.37 instead of 0.14 for boto3.
unexport PYTHONDONTWRITEBYTECODE

# What the SDK has a part in; the rest of the cells' tests would only repeat themselves.
OF_THE_SDK := compare or refused or without_raising or failed_run or alone_is
ON_OLDEST_SDK := PYTHONPATH=$(CURDIR)/.sdk-oldest
define NAME_OLDEST_SDK
from importlib.metadata import version; \
from evalbook.notebook.sdk import MINIMUM_SDK; \
assert version('sagemaker') == MINIMUM_SDK, version('sagemaker'); \
print('The cells once more, on sagemaker', MINIMUM_SDK)
endef

.DEFAULT_GOAL := help
.PHONY: help demo test check fix fuzz bench clean

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.sandbox: requirements/constraints.txt requirements/sandbox.txt pyproject.toml | $(BIN)/python
	@echo "Installing evalbook with its sandbox (about 800 MB, most of it the SageMaker SDK) ..."
	$(filter-out --quiet,$(PIP)) -r requirements/sandbox.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements/development.txt $(VENV)/.sandbox
	@echo "Installing the development tools ..."
	$(PIP) -r requirements/development.txt
	@touch $@

# The oldest SageMaker SDK that the cells run on, laid over the installed one by the tests.
.sdk-oldest/.ready: requirements/sdk-oldest.txt $(VENV)/.development
	rm -rf .sdk-oldest
	$(PIP) --no-deps --target .sdk-oldest -r requirements/sdk-oldest.txt
	@touch $@

demo: $(VENV)/.sandbox ## the whole workflow on a simulated AWS, the notebook executed, the comparison shown
	$(BIN)/evalbook demo

test: check .sdk-oldest/.ready ## everything: make check, then the thorough and the end-to-end tests
	$(BIN)/pytest -m "thorough and not e2e" -n 2
	$(BIN)/pytest -m e2e -n 2 --dist worksteal
	@$(ON_OLDEST_SDK) $(BIN)/python -c "$(NAME_OLDEST_SDK)"
	$(ON_OLDEST_SDK) $(BIN)/pytest -m e2e -n 2 tests/e2e/test_notebook_cells.py -k "$(OF_THE_SDK)"

check: $(VENV)/.development ## the fast part: lint, types, most unit tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python scripts/build_references.py --check
	$(BIN)/pytest -m "not e2e and not thorough" -n 2

fix: $(VENV)/.development ## repair what ruff can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

fuzz: $(VENV)/.development ## odd answers, damaged states and faults by the thousand; `make test` tries some
	EVALBOOK_FUZZ=10000 $(BIN)/pytest -m e2e tests/fuzz

bench: $(VENV)/.development ## measure start-up, validation and results, side by side with a baseline
	@for benchmark in benchmarks/bench_*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit 1; done

clean: ## remove what the other targets made
	rm -rf $(VENV) .sdk-oldest .*_cache build dist evalbook-demo evalbook-demo-[0-9]*
	find . -name __pycache__ -prune -exec rm -rf {} +
