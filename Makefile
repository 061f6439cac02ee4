# The verbs: make install | serve | check | test | test-model | bench | constraints | clean.
# Each step runs once, and again only when what it reads has changed.

PYTHON ?= python3

# On Linux, PyPI's torch is the CUDA build, several GB of it. For the CPU build name
# PyTorch's own CPU index (the README gives its address): make install TORCH_INDEX=…
TORCH_INDEX ?=

export HF_HUB_OFFLINE = 1
export GRADIO_ANALYTICS_ENABLED = False
export ANONYMIZED_TELEMETRY = False

BIN := .venv/bin
PIP_INSTALL = $(BIN)/pip install --disable-pip-version-check \
	--constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

RUN_DEPS := .venv/.installed
DEV_DEPS := .venv/.installed-dev
MODEL := var/model/multilingual-e5-small
MODEL_MADE := var/model/.made
INDEX_BUILT := var/.index-built

.DELETE_ON_ERROR:
.PHONY: install serve check test test-model bench constraints clean

install: $(INDEX_BUILT)

serve: install
	$(BIN)/python app.py

check: $(DEV_DEPS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/yamllint --strict .

test: install check
	$(BIN)/pytest --cov

# Needs a language model: LLM_BASE_URL, LLM_MODEL, LLM_API_KEY; see docs/model.md.
test-model: install $(DEV_DEPS)
	$(BIN)/pytest -m live tests/test_live_model.py

bench: install $(DEV_DEPS)
	$(foreach file,$(wildcard benchmarks/[a-z]*.py),$(BIN)/python -m $(subst /,.,$(basename $(file))) &&) true

# Pins what stands in .venv now. To move to newer releases:
# .venv/bin/pip install --upgrade --upgrade-strategy eager '.[dev]' && make constraints test
# A CUDA machine's own packages are left out: torch names them itself, by exact version.
constraints: $(DEV_DEPS)
	$(BIN)/pip check
	@{ echo '# Every package, direct or not, as tested. Written by `make constraints`.'; \
	  $(BIN)/pip freeze --exclude policy-assistant \
	  | sed -E '/^(nvidia|cuda|triton)-?/d; s/\+(cpu|cu[0-9]+)$$//'; } > constraints.txt
	touch $(RUN_DEPS) $(DEV_DEPS)

# What the program and its tools made. The packages stay; for those: rm -r .venv
clean:
	rm -rf var .coverage .hypothesis .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -r {} +

$(RUN_DEPS): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP_INSTALL) .
	rm -rf build *.egg-info
	touch $@

$(DEV_DEPS): $(RUN_DEPS)
	$(PIP_INSTALL) '.[dev]'
	rm -rf build *.egg-info
	touch $@

$(MODEL_MADE): $(RUN_DEPS) $(wildcard index/model*.py)
	$(BIN)/python -m index.model $(MODEL)
	touch $@

$(INDEX_BUILT): $(MODEL_MADE) $(wildcard index/*.py index/*.yaml index/*/*)
	$(BIN)/python -m index build
	touch $@
