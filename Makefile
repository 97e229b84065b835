# make evaluate   the main job: every score on the shipped labelled data (DATA=file.jsonl: on your own)
# make test       the whole test suite
# Both set up .venv by themselves if need be.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: help install test test-lowest lint format train train-large train-teacher check-model evaluate demo docs compiled serve fuzz lock audit clean gate

help:
	@echo "make evaluate [DATA=file.jsonl]   score the classifier and the whole way on labelled data"
	@echo "              [ROSTER=my.toml]      … with the roster that DATA was labelled with"
	@echo "              [MODEL=large]       … with another model   [PLOTS=1] … and pictures in plots/"
	@echo "              [MODEL=folder TRUST=1] … with one of your own"
	@echo "make test                         run the tests"
	@echo "make demo                         analyse an example article"
	@echo "make serve [PORT=8000]            the page and the JSON API on this machine"
	@echo "make train                        rebuild models/ from training/corpus/"
	@echo "make train-large                  the same for models/large (an hour on 2 cores, from the teacher)"
	@echo "make train-teacher                what a larger network thinks of passages (two hours), for both"
	@echo "make gate                         compare the last make evaluate with the pinned floors"
	@echo "make docs                         build the documentation into site/"
	@echo "make compiled                     a wheel in dist/, its rules compiled to C: faster on many articles"
	@echo "make check-model                  rebuild the small model and compare its predictions with the shipped one's"
	@echo "make fuzz [SECONDS=60]            fuzz every target in tests/fuzz for so long"
	@echo "make test-lowest                  run the tests with the oldest versions that pyproject.toml allows"
	@echo "make lock | audit                 write constraints.txt anew | compare it with the published advisories"
	@echo "make lint | format                ruff and mypy | ruff format"

install: $(READY)

$(READY): pyproject.toml
	@echo "Setting up $(VENV): the package and its development tools (once; a minute or two) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "stance needs Python 3.11 or newer; run make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(LOCKED),--constraint constraints.txt) --editable '.[dev]'
	@touch $@

test: $(READY)
	@echo "Running the tests …"
	@$(BIN)/python -m pytest

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train: $(READY)
	@echo "Training the stance model from training/corpus/ …"
	@$(BIN)/python -m training.train
	@$(BIN)/python -m training.large --head

train-large: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train-large]'
	@$(BIN)/python -m training.large

train-teacher: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train-teacher]'
	@$(BIN)/python -m training.teacher

evaluate: $(READY)
	@echo "Evaluating (figures also go to evaluation.json) …"
	@$(BIN)/python -m training.evaluate --json evaluation.json $(if $(DATA),--data '$(DATA)') $(if $(ROSTER),--roster '$(ROSTER)') $(if $(MODEL),--model '$(MODEL)') $(if $(TRUST),--trust-model) $(if $(PLOTS),--plots plots)

check-model: $(READY)
	@echo "Rebuilding the small model from training/corpus/ …"
	@$(BIN)/python -m training.check

fuzz: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@for target in article roster manifest report api; do \
	  echo "Fuzzing $$target for $(or $(SECONDS),60) s …"; \
	  $(BIN)/python -m tests.fuzz $$target --seconds $(or $(SECONDS),60) > fuzz-$$target.log 2>&1 || { tail -40 fuzz-$$target.log; exit 1; }; \
	  rm fuzz-$$target.log; done

test-lowest:
	@echo "Setting up .venv-lowest with the oldest versions that pyproject.toml allows …"
	@$(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[dev]'
	@.venv-lowest/bin/python -m pytest

lock: $(READY)
	@$(BIN)/python -m pip freeze --disable-pip-version-check --exclude-editable > constraints.txt

audit: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

gate: $(READY)
	@echo "Comparing evaluation.json (of make evaluate) with the floors in training/floors.json …"
	@$(BIN)/python -m training.gate evaluation.json

demo: $(READY)
	@$(BIN)/stance examples/article.txt --explain

docs: $(READY)
	@echo "Building the documentation into site/ …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# In a copy: compiled modules beside the sources would go before them.
compiled:
	@echo "Compiling the rules with mypyc, into dist/ (needs a C compiler; a minute or two) …"
	@command -v cc > /dev/null || { echo "No C compiler (cc) is installed; the package works without: pip install ."; exit 1; }
	@rm -f dist/stance-*-cp*.whl
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && cp -r stance models pyproject.toml README.md LICENSE "$$copy" \
	  && HATCH_BUILD_HOOKS_ENABLE=1 $(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist "$$copy"
	@echo "Now: pip install dist/stance-*-cp*.whl"

serve: $(READY)
	@$(BIN)/python -c 'import fastapi, pebble, uvicorn' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[web]'
	@$(BIN)/stance serve $(if $(PORT),--port '$(PORT)')

clean:
	rm -rf site $(VENV) .venv-lowest fuzz-crashes build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis evaluation.json
