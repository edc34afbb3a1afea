# The two commands are `make demo` and `make test`; each sets up everything it needs on a fresh machine.
SHELL := /bin/sh
PYTHON := .venv/bin/python

.PHONY: demo test lint bench pictures texts package lock clean

demo:
	@sh tools/setup.sh demo
	@$(PYTHON) -m fm_desktop demo $(ARGS)

test:
	@sh tools/setup.sh test
	@$(PYTHON) -m pytest -n auto --dist loadfile $(ARGS)

lint:
	@sh tools/setup.sh test
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

bench:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.benchmarks $(ARGS)

# Every window, drawn from the samples of the tests into docs/pictures.
pictures:
	@sh tools/setup.sh test
	@$(PYTHON) tools/pictures.py $(ARGS)

# Brings the translations up to date with the texts of the program, and names those that are missing.
texts:
	@sh tools/setup.sh test
	@$(PYTHON) tools/texts.py $(ARGS)

# The program with all that it needs, to be copied to other computers: dist/fm-desktop.
package:
	@sh tools/setup.sh test
	@sh tools/package.sh

# Writes the locks in requirements/ anew from pyproject.toml; needs uv.
lock:
	@sh tools/lock.sh

clean:
	@rm -rf .venv build dist .demo
