# Every target makes what it needs. Only Python 3.11+ with venv, and make, have to be there.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint fix build bench clean

.venv/.ready: pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@VIRTUAL_ENV= UV_PROJECT_ENVIRONMENT=.venv $(BIN)/python -m uv sync --frozen --quiet --inexact
	@touch $@

demo: .venv/.ready  ## answer a question over the sample library, offline
	@$(BIN)/ragassist demo

test: lint  ## everything CI checks
	@$(BIN)/python -m pytest

lint: .venv/.ready
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/.ready  ## format, and mend what ruff can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

build: .venv/.ready  ## build the wheel and run its demo from a clean venv outside the checkout
	@rm -rf dist && $(BIN)/python -m uv build --quiet --wheel
	@set -e; place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; \
	$(PYTHON) -m venv "$$place/venv"; \
	$(BIN)/python -m uv pip install --quiet --python "$$place/venv/bin/python" dist/*.whl; \
	cd "$$place" && venv/bin/ragassist demo

bench: .venv/.ready  ## speed, as ratios in one run; and a model's sentences against their bar
	@$(BIN)/python -m eval.bench.speed
	@$(BIN)/python -m eval.bench.reading
	@$(BIN)/python -m eval.bench.streaming

clean:
	@rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
