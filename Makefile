# For everybody: `make demo`, `make test`. For those who change it: `make check`, `make bench`, `make fuzz`.
# PYTHON is the interpreter that the environment is made with; ARGS goes to pytest, or to the fuzzer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test check bench fuzz clean

demo: $(VENV)/.installed
	@$(BIN)/automailer demo

test: $(VENV)/.installed-dev
	$(BIN)/pytest -rs $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python -m bench

fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m tests.fuzz $(ARGS)

clean:
	rm -rf $(VENV) demo

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is not Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "$(PYTHON) can't make environments: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing automailer into $(VENV)" >&2
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# `pip install --group` came with pip 25.1.
$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing the tools for tests into $(VENV)" >&2
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --constraint constraints.txt --group dev
	@touch $@
