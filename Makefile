# ML Loop: `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Tools keep caches at home; one that cannot be written to must not stop them.
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/build/home
endif
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_VERSION_CHECK := 1
# Container images of Python often set it; then every one of hundreds of processes compiles all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup lock synth review lint test flows demo story diagram bench browser java clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.ready node_modules/.ready build/wheels/.ready ## Install the pinned tools into .venv and node_modules

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ML Loop needs Python 3.11 or newer; found %s. Name another with PYTHON=python3.12 make setup." % sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt

$(VENV)/.ready: requirements-dev.txt | $(VENV)/bin/uv
	@echo "Installing the Python packages ..."
	@$(VENV)/bin/uv pip sync --quiet --python $(PY) --require-hashes requirements-uv.txt requirements-dev.txt
	@touch $@

node_modules/.ready: package-lock.json $(VENV)/.ready
	@echo "Installing the CDK CLI ..."
	@npm ci --silent
	@touch $@

build/wheels/.ready: $(wildcard pipelines_src/wheels/*.txt) | $(VENV)/.ready
	@echo "Downloading the wheels that jobs bring along ..."
	@$(PY) -m ops wheels build >/dev/null
	@touch $@

lock: ## Resolve requirements*.in, and what jobs bring along, into hashed locks
	@$(PY) -m ops wheels lock
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in $(patsubst %.in,-c %.txt,$(wildcard pipelines_src/wheels/*.in)) -o requirements-dev.txt
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -c requirements-dev.txt -o requirements.txt

synth: setup ## Synthesise every environment into cdk.out
	@CDK_OUTDIR=cdk.out $(PY) app.py

review: $(VENV)/.ready ## What the change to BASE (origin/main) does: dangers, pipelines, price; build/review has it as a page
	@$(PY) -m ops review --against "$(or $(BASE),origin/main)"

lint: setup ## Formatting, lint, types, configuration
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Run: $(VENV)/bin/ruff format ."; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy .
	@$(PY) -m ops config check
	@$(PY) -m ops config schema --check

# The long files come first (tests/conftest.py), so that none is left for the end. Four processes, since many tests
# wait, be there but two CPUs; each imports and deploys anew. Threads that spin while they wait for others would take their place.
PYTEST = OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1 $(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder --durations=10

test: setup browser java ## Pass the tests, but for flows
	@$(PYTEST) -m "not flow" $(PYTEST_ARGS)

flows: setup browser ## Pass those tests that deploy environments into the local cloud, which take minutes each
	@$(PYTEST) -m flow $(PYTEST_ARGS)

demo: setup ## From nothing to a prediction in the local cloud; KEEP=1 leaves it running; USE_CASE=name
	@$(PY) -m ops demo $(if $(filter-out 0 no false,$(KEEP)),--keep) $(if $(USE_CASE),--use-case $(USE_CASE))

story: setup ## Ten to twenty minutes: two models, an experiment, a broken one withdrawn, a loop through the seasons; KEEP=1 leaves it running
	@$(PY) -m ops story $(if $(filter-out 0 no false,$(KEEP)),--keep)

diagram: setup ## Draw the architecture anew, as the templates have it
	@for environment in dev prod; do $(PY) -m ops diagram $$environment || exit 1; done

bench: setup ## Measure, each figure as a ratio against a named peer or bound
	@$(PY) -m benchmarks

browser: # Chromium for the tests of pages, from the system's packages
	@command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || { \
	  sudo=$$([ "$$(id -u)" = 0 ] || command -v sudo) || true; \
	  echo "Installing chromium-headless-shell ..."; \
	  $$sudo apt-get update -qq && for package in chromium-headless-shell chromium; do \
	    $$sudo apt-get install -y -qq --no-install-recommends $$package >/dev/null && break; done; \
	} || { echo "The tests of pages need Chromium: install the package chromium-headless-shell, then run make test again."; exit 1; }

java: # Java 17 or newer for the tests of Spark, from the system's packages
	@command -v java >/dev/null || { \
	  sudo=$$([ "$$(id -u)" = 0 ] || command -v sudo) || true; \
	  echo "Installing Java ..."; \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; \
	} || { echo "The tests of Spark need Java 17: install default-jre-headless, then run make test again."; exit 1; }

clean: ## Stop the local cloud and remove everything that can be made again
	@[ ! -x $(PY) ] || $(PY) -m ops local down || true
	@rm -rf pipelines_src/.new-* pipelines_src/*/.raw-* build cdk.out $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
