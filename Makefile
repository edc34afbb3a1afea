# The two commands are `make demo` and `make test`; each sets up everything it needs on a fresh machine.
SHELL := /bin/sh
PYTHON := .venv/bin/python

.PHONY: audit demo test lint bench mutants simulate soak fleet crashes fuzz pictures providers network texts package lock clean

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

# Random histories of the simulated world, with figures: make simulate N=1000.
simulate:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.simulation N=$(or $(N),1000) FIRST=$(FIRST) $(ARGS)

# One computer over weeks of working days: what it takes, day by day.
soak:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.soak $(ARGS)

# Many computers on one tenant's limit.
fleet:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.fleet $(ARGS)

# Breaks the engine on purpose, one defect at a time: the simulated world or the crash sweep must notice each.
mutants:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.mutants $(ARGS)

# What comes from outside, damaged at random: N examples for each input (CI tries few, and always the same).
fuzz:
	@sh tools/setup.sh test
	@FUZZ_EXAMPLES=$(or $(N),2000) $(PYTHON) -m pytest tests/fuzz -n auto --timeout 0 --hypothesis-show-statistics $(ARGS)

# Kills the program at every moment of every scenario, and writes docs/reliability-crashes.md.
crashes:
	@sh tools/setup.sh test
	@$(PYTHON) -m tests.crash $(ARGS)

# Every window, drawn from the samples of the tests into docs/pictures.
pictures:
	@sh tools/setup.sh test
	@$(PYTHON) tools/pictures.py $(ARGS)

# Runs the contract suite on every provider's stage and writes what they offer into docs/providers.md.
providers:
	@sh tools/setup.sh test
	@$(PYTHON) tools/providers_table.py $(ARGS)

# Runs every client over networks that lie and fail and writes what becomes of it into docs/reliability-network.md.
network:
	@sh tools/setup.sh test
	@$(PYTHON) tools/network_table.py $(ARGS)

# Brings the translations up to date with the texts of the program, and names those that are missing.
texts:
	@sh tools/setup.sh test
	@$(PYTHON) tools/texts.py $(ARGS)

# The program with all that it needs, to be copied to other computers: dist/fm-desktop.
package:
	@sh tools/setup.sh test
	@sh tools/package.sh

# Known weaknesses of the libraries in the locks; needs pip-audit, npm and their databases.
audit:
	@sh tools/audit.sh

# Writes the locks in requirements/ anew from pyproject.toml; needs uv.
lock:
	@sh tools/lock.sh

clean:
	@rm -rf .venv build dist .demo
