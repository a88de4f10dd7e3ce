# The commands of metalml. Each installs what it needs first; run again, nothing is installed twice.
STACK ?= dev
host := bash local/bootstrap.sh host
dev := bash local/bootstrap.sh dev

.PHONY: help up preview why down clean check test test-long soak faults requests bench lock docs

help: ## show this
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

up: ## bring STACK up (default dev: two machines on this computer and a model on them)
	@$(host) python -m local up $(STACK)

preview: ## show what `make up` would change
	@$(host) python -m local preview $(STACK)

why: ## say what of STACK is not ready in the cluster, and what keeps it
	@$(host) python -m local why $(STACK)

down: ## remove STACK and everything that `make up` made
	@$(host) python -m local down $(STACK)

clean: down ## `make down`, and the environment and build cache too
	@rm -rf .local "$${XDG_CACHE_HOME:-$$HOME/.cache}/metalml"

check: ## format, lint, types, scripts, unit tests: under a minute
	@$(dev) bash tests/check.sh

test: check ## check, then the tests with a real engine and real machines; LANES="api labs" runs only those
	@$(if $(LANES),,$(host) bash local/bootstrap.sh dev python -m tests.build)
	@$(host) bash local/bootstrap.sh dev python -m pytest -p tests.lanes $(LANES:%=--lane %) --numprocesses 3 \
		--durations 20 --junit-xml .local/log/test.xml tests/api tests/model_server tests/logs tests/cluster

test-long: soak ## what is slow and seldom broken: see tests/README.md

soak: faults requests ## every fault five times, and 100,000 requests while versions change

faults:
	@$(host) bash local/bootstrap.sh dev python -m pytest tests/cluster --soak 5

requests:
	@$(host) bash local/bootstrap.sh dev python -m pytest tests/cluster/full/test_rollouts.py --requests 100000

bench: ## how long it takes, side by side
	@$(host) bash local/bootstrap.sh dev python -m tests.bench

lock: ## compile the requirements with hashes, and raise the Go modules to one version each
	@$(dev) bash local/lock-requirements.sh
	@$(dev) python -m local.align_modules

docs: ## write docs/settings.md anew, from the classes of the settings
	@$(dev) python -m tests.tools.settings_page
