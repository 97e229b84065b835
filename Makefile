# make evaluate   the main job: every score on the shipped labelled data (DATA=file.jsonl: on your own)
# make test       the whole test suite
# Both set up .venv by themselves if need be.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: help install test lint format train train-large evaluate demo docs serve clean gate

help:
	@echo "make evaluate [DATA=file.jsonl]   score the classifier and the whole way on labelled data"
	@echo "              [ROSTER=my.toml]      … with the roster that DATA was labelled with"
	@echo "              [MODEL=large]       … with another model   [PLOTS=1] … and pictures in plots/"
	@echo "              [MODEL=folder TRUST=1] … with one of your own"
	@echo "make test                         run the tests"
	@echo "make demo                         analyse an example article"
	@echo "make serve [PORT=8000]            the page and the JSON API on this machine"
	@echo "make train                        rebuild models/ from training/corpus/"
	@echo "make train-large                  the same for models/large (some 25 minutes on 2 cores)"
	@echo "make gate                         compare the last make evaluate with the pinned floors"
	@echo "make docs                         build the documentation into site/"
	@echo "make lint | format                ruff and mypy | ruff format"

install: $(READY)

$(READY): pyproject.toml
	@echo "Setting up $(VENV): the package and its development tools (once; a minute or two) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "stance needs Python 3.11 or newer; run make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
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

evaluate: $(READY)
	@echo "Evaluating (figures also go to evaluation.json) …"
	@$(BIN)/python -m training.evaluate --json evaluation.json $(if $(DATA),--data '$(DATA)') $(if $(ROSTER),--roster '$(ROSTER)') $(if $(MODEL),--model '$(MODEL)') $(if $(TRUST),--trust-model) $(if $(PLOTS),--plots plots)

gate: $(READY)
	@echo "Comparing evaluation.json (of make evaluate) with the floors in training/floors.json …"
	@$(BIN)/python -m training.gate evaluation.json

demo: $(READY)
	@$(BIN)/stance examples/article.txt --explain

docs: $(READY)
	@echo "Building the documentation into site/ …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

serve: $(READY)
	@$(BIN)/python -c 'import fastapi, pebble, uvicorn' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[web]'
	@$(BIN)/stance serve $(if $(PORT),--port '$(PORT)')

clean:
	rm -rf site $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis evaluation.json
