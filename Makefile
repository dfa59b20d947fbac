# The two commands of the README: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DEMO := build/demo
STAMP := $(VENV)/.installed

.PHONY: demo test check drill bench clean setup

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

# Lay the demonstration register into a repository of its own and serve it.
demo: $(STAMP)
	$(BIN)/python -m ccm_site.demo $(DEMO)
	$(BIN)/ccm serve --root $(DEMO) --port $(PORT)

# Everything. Installs Chromium where it may; without it the browser tests are left out, loudly.
test: $(STAMP)
	@tests/chromium.sh
	$(BIN)/pytest -n 2 --dist loadfile --durations=10

# What a developer runs before every commit.
check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ccm check
	$(BIN)/ccm fmt --check
	$(MAKE) test

# Load and crash drills: none yet.
drill:
	@echo "No drills yet."

bench: $(STAMP)
	$(BIN)/python -m bench

clean:
	rm -rf build $(VENV)
