# The chores. `make run` and `make test` each install what they need on a machine with Python 3.11, Node 20 and make.

.PHONY: run test check check-python check-apps build bench sim lock
.DELETE_ON_ERROR:

# The two installs wait for the network and for different tools.
MAKEFLAGS += --jobs=2

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP = .venv/bin/pip --disable-pip-version-check --quiet
APP_SOURCES := $(shell find pwa/src pwa/phone pwa/desk sync/tables -not -name '*.py' -not -name __pycache__ -not -name '*.pyc') \
              $(wildcard pwa/*.ts pwa/*.json)

run: .venv/.installed pwa/dist/.built              ## serve a demo county on http://127.0.0.1:8000 (PORT changes it)
	@exec .venv/bin/python -m server.cli run

test: .venv/.installed-dev pwa/dist/.built check   ## everything that must hold, real browser included
	@sh tests/road/chromium.sh
	@sh tests/server/postgres.sh
	@sh tests/sim/strace.sh
	.venv/bin/python -m pytest --numprocesses=2 --dist=loadfile --ignore=tests/road
	.venv/bin/python -m pytest --numprocesses=2 --dist=loadfile tests/road
	cd pwa && npm run --silent test

check: check-python check-apps   ## formats, lint, types: what needs no running

check-python: .venv/.installed-dev pwa/node_modules/.installed
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	pwa/node_modules/.bin/pyright --warnings

check-apps: pwa/node_modules/.installed
	cd pwa && npm run --silent types
	cd pwa && npm run --silent lint

build: pwa/dist/.built                             ## the three apps

bench: .venv/.installed-dev                        ## how fast, against the raw store
	@.venv/bin/python -m tests.bench

sim: .venv/.installed-dev pwa/node_modules/.installed   ## whole towns with every fault there is, killed servers, cut disks (SIM='100000 --kills 10000')
	@sh tests/sim/strace.sh
	@.venv/bin/python -m tests.sim $(SIM)

lock: .venv/.installed-dev                         ## write the locks anew after pyproject.toml or package.json changed
	$(PIP) install uv
	.venv/bin/uv $(PIN) --group install -o requirements.lock
	.venv/bin/uv $(PIN) --group dev -c requirements.lock -o requirements-dev.lock
	cd pwa && npm install --package-lock-only

PIN = pip compile --quiet --generate-hashes --no-header --no-annotate --universal -p 3.11 pyproject.toml

.venv/bin/python:
	@echo "Making the Python environment ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sulaiban needs Python 3.11 or later")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing the server's packages ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing the tests' packages ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

pwa/node_modules/.installed: pwa/package-lock.json pwa/package.json
	@echo "Installing the apps' packages ..."
	@cd pwa && npm ci --silent
	@touch $@

pwa/dist/.built: pwa/node_modules/.installed $(APP_SOURCES)
	@echo "Building the phone, the desk and the resident's page ..."
	@cd pwa && npm run --silent build
	@touch $@
