# Two commands do all the set-up on a fresh machine that has Python 3.11 and make: `make demo` and `make test`.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1

.PHONY: demo test lint tests bench bench-replay lock clean

demo: $(READY)
	@$(BIN)/python -m lab.demo

test: lint tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tests: $(READY)
	-$(BIN)/python -m lab prepare
	$(BIN)/pytest --numprocesses=2 --dist=worksteal --cov --cov-report=term:skip-covered

bench: $(READY)
	@$(BIN)/python -m bench

bench-replay: $(READY)
	@$(BIN)/python -m bench.replay

# A fresh environment with the locked versions, every one checked against its hash.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	sed -n '/^uv==/,$$p' requirements.lock > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(VENV)/uv.txt
	$(BIN)/uv pip sync --quiet --python $(VENV) --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	touch $(READY)

lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .lab .stageplan dist
