# Two commands: `make grade` and `make test`. Each makes the virtual environment when it is missing or when its
# requirements changed. PYTHON chooses the interpreter that makes it (3.11 or newer).
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.requirements
SUBMISSIONS ?= submissions
OUT ?= reports
ARGS ?=
# On Linux the default index has torch for CUDA only, several gigabytes. Set this to the address of PyTorch's index
# of CPU wheels (see its "get started" page), or to a mirror of it, to get the CPU build.
TORCH_INDEX ?=

.PHONY: help venv grade test quick check report selfcheck calibrate bench docs sample clean

help:
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml tools/venv.sh
	@PYTHON="$(PYTHON)" TORCH_INDEX="$(TORCH_INDEX)" sh tools/venv.sh $(VENV)
	@touch $@

venv: $(STAMP)  ## make the virtual environment

grade: $(STAMP)  ## grade every folder of SUBMISSIONS into OUT
	@$(PY) -m grader grade $(SUBMISSIONS) --out $(OUT) $(ARGS)

test: $(STAMP)  ## the project's tests, formatting, lint and types
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(ARGS)

quick: $(STAMP)  ## what takes a minute: formatting, lint, types, the tests that run no submission and open no browser
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "not slow" $(ARGS)

check: $(STAMP)  ## the public checks on one folder: make check SUBMISSION=submissions/ada
	@$(PY) -m grader check $(SUBMISSION) $(ARGS)

report: $(STAMP)  ## judge and render again from stored observations
	@$(PY) -m grader report $(OUT) $(ARGS)

selfcheck: $(STAMP)  ## mutants, honest variants, hostile submissions: the detection matrix
	@$(PY) -m grader selfcheck $(ARGS)

calibrate: $(STAMP)  ## measure the bands of honest work again
	@$(PY) -m grader calibrate $(ARGS)

bench: $(STAMP)  ## ratios of speed and memory, from one run
	@$(PY) -m tools.bench $(ARGS)

docs: $(STAMP)  ## write docs/checks.md from the code
	@$(PY) -m tools.checks_page

sample: $(STAMP)  ## render docs/sample, a report and a class page with their pictures
	@$(PY) -m tools.sample

clean:  ## remove reports and caches, not the environment
	@find $(OUT) -mindepth 1 -not -name .gitkeep -not -path '*/.marks*' -delete  # marks cannot be made again
	@rm -rf .pytest_cache .mypy_cache .ruff_cache build *.egg-info
