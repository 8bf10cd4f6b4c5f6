# Everything this project can be told in one word. `make` alone lists it.
PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lab app bench lint clean

BIN := .venv/bin
NEEDS := pyproject.toml constraints.txt

help:  ## this list
	@grep -E '^[a-z]+:.*  ## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*  ## /  make \1|/' \
		| while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

demo: .venv/installed  ## sample bars, two strategies, a recorded backtest and a report each
	@$(BIN)/bitstockerz demo

test: .venv/installed-dev  ## every test, the notebooks among them
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lab: .venv/installed  ## JupyterLab on notebooks/
	@$(BIN)/bitstockerz lab

app: .venv/installed-app  ## the dashboard and the widgets as a page of their own (Voilà)
	@$(BIN)/bitstockerz app

bench: .venv/installed-dev  ## speed: the parts, and ratios to peers measured in the same run
	@$(BIN)/python -m benchmarks

lint: .venv/installed-dev  ## ruff, mypy and notebooks without output
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/nbstripout --keep-id --verify $$(find notebooks -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*')

clean:  ## removes .venv and what tools left behind; data/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist ./*.egg-info
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
	@echo "Removed .venv and the caches. data/ is untouched."

# Three stamps: a user's environment, the same with Voilà, and with what tests and linting need on top.
# All are older than nothing they depend on, so a second call costs no time.
.venv/installed: .venv/bin/python $(NEEDS)
	@$(call install,.)
	@touch $@

.venv/installed-app: .venv/bin/python $(NEEDS)
	@$(call install,.[app])
	@touch .venv/installed $@

.venv/installed-dev: .venv/bin/python $(NEEDS)
	@$(call install,.[dev])
	@touch .venv/installed .venv/installed-app $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "BitStockerz Lab needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)." \
		"Name another one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# pip, with a line of progress now and then instead of a page; the whole of it is in .venv/install.log
define install
echo "Installing the pinned packages into .venv (a few minutes the first time)"; \
$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -c constraints.txt -e '$(1)' 2>&1 \
	| tee .venv/install.log | { found=0; while read -r line; do case "$$line" in \
		Collecting*|Processing*) found=$$((found + 1)); if (( found % 30 == 0 )); then echo "  $$found packages found"; fi ;; \
		"Installing collected"*) echo "  $$found packages found, installing them" ;; \
	esac; done; } \
	|| { tail -n 15 .venv/install.log >&2; echo "Installing failed; the whole story is in .venv/install.log" >&2; exit 1; }; \
$(BIN)/python -m compileall -qq -j 0 bitstockerz_lab .venv/lib || true  # without it each new process compiles
endef
