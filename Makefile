# make run · make test · make check · make bench · make card · make help. From another folder: make -C CHECKOUT run (or -f).
.DEFAULT_GOAL := help
HERE := $(shell dirname "$(strip $(MAKEFILE_LIST))")

ifeq ($(wildcard feedback/settings.py),)
# Called with -f from elsewhere: begin again in the checkout, so that every path below may be relative.
.PHONY: help run test check bench card
help run test check bench card:
	@$(MAKE) --no-print-directory -C "$(HERE)" $@
else

PYTHON ?= python3
PORT   ?= 8000
VAR    ?= var
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
MODEL  := classifier/city-model/model.json
export MINSHENG_VAR = $(VAR)

.PHONY: help run test check bench card

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | sort

run: .venv/.installed  ## set up and serve the demo city (PORT=8000, VAR=var)
	@MINSHENG_DEMO=$${MINSHENG_DEMO-1} $(BIN)/minsheng demo --port $(PORT)

test: check $(MODEL)  ## set up and run every test (browser tests skip, and say so, without chromium)
	@$(BIN)/python -m coverage run --branch --source=feedback/rules --data-file=.venv/.coverage -m pytest -q tests/rules
	@$(BIN)/python -m coverage report --data-file=.venv/.coverage --skip-covered --fail-under=100
	@$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal --ignore=tests/rules $(PYTEST)

check: .venv/.developing  ## lint and types
	@$(BIN)/ruff check . && $(BIN)/mypy

bench: .venv/.developing $(MODEL)  ## benchmarks: a table on screen, JSON in var/bench.json
	@$(BIN)/python -m tests.bench

card: $(MODEL)  ## write classifier/MODEL_CARD.md again, after the corpus or the classifier changed
	@$(BIN)/python -m classifier card

$(MODEL): .venv/.installed $(wildcard data/*.csv data/corpus/*.csv classifier/*.py)
	@$(BIN)/minsheng train --corpus

# A half-made environment is no environment: the stamp is written last.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Minsheng needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages (about half a minute) …"
	@$(PIP) -r requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.developing: .venv/.installed tests/requirements.lock
	@$(PIP) -r tests/requirements.lock
	@touch $@

endif
