# The commands that people type. `make help` lists them; ARGS= passes further arguments to pytest, as in
#   make readiness ARGS="--level nightly -k finance"
#   make detection DEFECTS="redis or kafka/"
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup readiness test detection lint format bench requirements clean

ARGS ?=
DEFECTS ?=
python := .venv/bin/python
pytest := .venv/bin/pytest

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

setup: ## all that a run needs: virtual environment, engine, images
	@setup/setup.sh

readiness: setup ## judge the reference platform: READY, NOT READY or UNKNOWN
	@$(pytest) -m readiness $(ARGS)

test: ## the project's own tests: unit, then those that need the engine
	@setup/setup.sh --dev
	@$(pytest) tests/unit $(ARGS)
	@$(pytest) tests/engine $(ARGS)

detection: ## platforms with a known defect each: is it found, and is its cause right?
	@setup/setup.sh --dev
	@$(python) -m readiness images --contract=tests/detection/platforms/nest/readiness.yaml
	@$(pytest) tests/detection -n $(shell expr $$(nproc) + 1) $(if $(DEFECTS),-k "$(DEFECTS)") $(ARGS)

lint: ## format, lint and types
	@setup/setup.sh --dev --no-engine
	@.venv/bin/ruff format --check
	@.venv/bin/ruff check
	@.venv/bin/mypy

format: ## write the format, and the fixes that are safe
	@setup/setup.sh --dev --no-engine
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix

bench: ## measure against Docker Compose in the same run
	@setup/setup.sh
	@$(python) -m benchmarks

requirements: ## pin the requirement files anew, with hashes (needs uv)
	@for name in setup/requirements-build requirements requirements-dev; do \
	    uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --upgrade \
	        --custom-compile-command "make requirements" --output-file "$$name.txt" "$$name.in" || exit; \
	done

clean: ## remove what set-up and runs have written here, not the engine's images
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis readiness-report
	@rm -f fixtures/platform/images/certificates/*.crt tests/detection/nest/certificates/*.crt
