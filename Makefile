# Needs Python 3.11 or newer and make; everything else is set up in .venv.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test lint docs bench clean

demo: .venv/ready
	$(BIN)/python demo/run.py

test: .venv/ready
	$(BIN)/python -m pytest -n auto --cov --cov-report=term-missing

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/ready
	$(BIN)/sphinx-build -n -W -b html docs docs/_build/html

bench: .venv/ready
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m benchmarks

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[demo]" --group dev
	touch $@

clean:
	rm -rf .venv .bench .tox .coverage* htmlcov build dist docs/_build
