# Everything a newcomer types. `make run` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.8
# Not the whole checkout: looking through .venv makes more events than the kernel queues.
WATCH ?= tradepost

.PHONY: run test watch check bench load failover schema format clean

run: .venv/.ready-to-run        ## serve the whole product on http://127.0.0.1:8000 (PORT changes it)
	@exec $(BIN)/python manage.py serve

test: .venv/.ready-to-develop   ## run the tests (ARGS chooses some), a process for each core
	@$(BIN)/python -m pytest -n auto $(ARGS)

watch: .venv/.ready-to-develop  ## run the tests (ARGS chooses some) again whenever a file in WATCH changes
	@$(BIN)/ptw --now --patterns '**/*.py,**/*.html' --runner $(BIN)/pytest $(WATCH) $(ARGS)

check: .venv/.ready-to-develop  ## format, lint, types, import contracts, house rules, migrations
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy tradepost config tools
	$(BIN)/lint-imports
	$(BIN)/python -m tools.house
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/.ready-to-develop  ## measure speed beside the floor and a plain project
	$(BIN)/python -m benchmarks

load: .venv/.ready-to-develop   ## send USERS (RATE new ones a second, for TIME; SCENARIO, SERVER, HOST; RAMP=on looks for the knee)
	$(BIN)/python -m locustfiles --users $(or $(USERS),500) --rate $(or $(RATE),10) --time $(or $(TIME),120s) \
	  --scenario $(or $(SCENARIO),browse) --server $(or $(SERVER),embedded) \
	  $(if $(HOST),--host $(HOST)) $(if $(RAMP),--ramp)

failover: .venv/.ready-to-develop ## kill one part of a deployment after the other under load (SECONDS of quiet between; FAULTS chooses)
	@$(BIN)/python -m failover --seconds $(or $(SECONDS),40) $(if $(FAULTS),--faults $(FAULTS))

schema: .venv/.ready-to-develop ## write docs/openapi.yaml and docs/feed-events.json anew
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py describe_feed --file docs/feed-events.json

format: .venv/.ready-to-develop
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf .venv var

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready-to-run: uv.lock | $(UV)
	$(UV) sync --quiet --frozen --inexact --no-default-groups --compile-bytecode
	@touch $@

.venv/.ready-to-develop: uv.lock | $(UV)
	$(UV) sync --quiet --frozen --inexact --all-extras --group dev --compile-bytecode
	@touch $@ .venv/.ready-to-run
