# The front door. `make` alone prints this help.
.DEFAULT_GOAL := help
.PHONY: help run test check build docs bench clean

# Node from the npm package `node`, so that every command runs on the pinned version.
NODE := node_modules/.bin/node
NPM  := npm --no-fund --no-audit
# Further flags for the service: make run ARGS="--heartbeat 5s"
ARGS ?=

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: node_modules ## Run the stream service on http://127.0.0.1:8080 (Ctrl-C drains, twice ends at once)
	@$(NODE) src/main.ts serve --drain-window 2s $(ARGS)

test: node_modules ## Install what the tests need, then run all of them
	@test/prepare.sh
	@$(NPM) test --silent -- $(if $(VITEST_RESULTS),--reporter=default --reporter=json --outputFile.json=$(VITEST_RESULTS)) $(ARGS)

check: node_modules ## Check format, lint, layers, types, generated pages and the build
	@$(NPM) run --silent format:check
	@$(NPM) run --silent lint
	@$(NPM) run --silent types
	@$(NPM) run --silent docs -- --check
	@$(NPM) run --silent build
	@echo 'check: all good'

build: node_modules ## Compile to dist/
	@$(NPM) run --silent build

docs: node_modules ## Write the pages that are generated from code
	@$(NPM) run --silent docs

bench: node_modules ## Compare with a plain node:http server, about three minutes
	@$(NPM) run --silent bench -- $(ARGS)

clean: ## Remove what can be made again
	rm -rf dist node_modules

node_modules: package.json package-lock.json
	$(NPM) ci
	@touch node_modules
