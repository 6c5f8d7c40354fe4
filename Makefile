# Needs Python 3.11 or newer and make; everything else is set up in .venv.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test lint docs bench clean

demo: .venv/demo
	@$(BIN)/python demo/run.py

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

# What the demo needs: Django and a mail server, but none of the tools.
.venv/demo: pyproject.toml
	@echo "Making an environment in .venv."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Django, this library and a small mail server into it, once."
	@$(DEMO_INSTALL) && touch $@ || { $(DEMO_IS_THERE) && \
	  echo "That failed, but an earlier installation is there, which will do."; }

# In the environment, so that the pip that builds the library hears of it, too.
DEMO_INSTALL = PIP_RETRIES=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
  $(BIN)/python -m pip install --editable ".[demo]"
DEMO_IS_THERE = $(BIN)/python -c "import aiosmtpd, django, django_plugin_system"

# All tools, and with them what the demo needs.
.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[demo]" --group dev
	touch .venv/demo $@

clean:
	rm -rf .venv .bench .tox .coverage* htmlcov build dist docs/_build
