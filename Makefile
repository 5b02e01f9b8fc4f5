# make             set up .venv and run the main job
# make test        set up .venv, pass the tests and reach 95 % branch coverage
# make fuzz        5 000 random Hypothesis examples a test; prints the example that fails
# make lint        ruff, mypy and numpydoc
# make course      the table of the course's rows
# make coverage    the same, and the lines and branches that no test reached
# make clean       remove .venv and all that the other commands leave behind
#
# make PYTHON=python3.12 ... uses another Python; make test ARGS="-k linear -x" passes ARGS on.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
MINIMUM := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)

.PHONY: run test fuzz lint course coverage clean help

run: .venv/ready
	$(BIN)/numnet $(ARGS)

test: .venv/ready
ifeq ($(strip $(ARGS)),)
	@$(BIN)/coverage erase
	PYTHONDONTWRITEBYTECODE= $(BIN)/coverage run -m pytest --numprocesses=auto --dist=worksteal
	@$(BIN)/coverage combine --quiet
	@printf 'Branch coverage of numnet/ in per cent: '
	@$(BIN)/coverage report --format=total
else
	$(BIN)/python -m pytest --numprocesses=auto $(ARGS)
endif

fuzz: .venv/ready
	$(BIN)/python -m pytest --numprocesses=auto --hypothesis-profile=fuzz -m hypothesis $(ARGS)

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	find numnet -name '*.py' -exec $(BIN)/numpydoc lint {} +

course: .venv/ready
	$(BIN)/python -m benchmarks.course $(ARGS)

coverage: test
	$(BIN)/coverage report

# Set-up begins from an empty .venv and writes its mark last: one that broke off is begun again.
.venv/ready: setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "numnet needs Python $(MINIMUM) or newer, and there is no $(PYTHON) here." \
	       "Install one, or name one: make PYTHON=python3.12"; exit 1; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(MINIMUM)".split("."))))' || { \
	  echo "numnet needs Python $(MINIMUM) or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Install a newer one, or name one: make PYTHON=python3.12"; exit 1; } >&2
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module to make .venv with." \
	       "On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; } >&2
	@echo "Setting up .venv; the first time this takes about a minute."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

.venv/ready-dev: .venv/ready
	@echo "Adding the tools for development."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info numnet-out htmlcov .coverage .coverage.*
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile
